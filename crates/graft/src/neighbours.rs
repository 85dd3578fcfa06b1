//! The item of a list that the words name as a neighbour: by its name, by its route, by how its code begins, else by the
//! words that only it has: "the book routes" are `app.register(bookRoutes)`.
//!
//! ```text
//! words                     items                                   meant
//! "`save`"                  load(), save(user)                      save(user), by what it calls
//! "`app = FastAPI(`"        app = FastAPI(title="x")                that one, by how it begins
//! "the book routes"         app.register(bookRoutes)                that one: both have `routes`, one has `book`
//!                           app.register(userRoutes)
//! ```
//!
//! All functions return indices into the items that they are given, in the order of the text.

use crate::items::{Item, Source};
use crate::languages::{Kind, flatten};
use crate::prose::{Phrase, Prose, Relation, same_name, split_name_words};
use crate::routes::{self, RouteName};

/// Returns the items that a name in the prose means; where no item is called so, the checks and loops that hold it, if
/// the prose speaks of one.
pub(crate) fn find_mentioned_items(
    file: &Source<'_>,
    (prose, relation): (&Prose, Relation),
    name: &str,
    items: &[Item<'_>],
) -> Vec<usize> {
    // A name that items bear is meant first; the noun behind it decides only where none does.
    let found = find_named_items(file, name, items);
    // "before the `save(...)`" shows a call without its arguments.
    let elided = ["(...)", "(…)"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    if found.is_empty()
        && (elided.is_some()
            || matches!(
                prose.noun(relation, name),
                Some("call" | "statement" | "line")
            ))
    {
        // Imports, functions and classes are no steps: they can't be "the `x` call".
        let steps = |item: &Item<'_>| {
            matches!(
                item.kind,
                Kind::Call | Kind::Value | Kind::Statement | Kind::Entry
            )
        };
        let among: Vec<usize> = (0..items.len())
            .filter(|&at| items.get(at).is_some_and(steps))
            .collect();
        return find_readers(file, elided.unwrap_or(name), items, &among);
    }
    let kinds: &[&str] = match prose.noun(relation, name) {
        Some("check" | "guard" | "condition" | "branch") => &["if_statement"],
        Some("loop") => &["for_statement", "for_in_statement", "while_statement"],
        _ => return found,
    };
    if !found.is_empty() {
        return found;
    }
    // Only the head of a check or loop counts: what its body reads is not what it checks.
    let code = flatten(name);
    let holds = |item: &Item<'_>| {
        let head = ["condition", "left", "right"]
            .iter()
            .filter_map(|field| item.node.child_by_field_name(field));
        kinds.contains(&item.node.kind())
            && head
                .into_iter()
                .any(|node| has_code(&flatten(file.slice(node.byte_range())), &code))
    };
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| holds(item))
        .map(|(at, _)| at)
        .collect()
}

/// Returns those of the items, of `among` them, whose code reads a piece of code: `router.use(errors)` for `errors`.
pub(crate) fn find_readers(
    file: &Source<'_>,
    code: &str,
    items: &[Item<'_>],
    among: &[usize],
) -> Vec<usize> {
    let code = flatten(code);
    let holds = |item: &Item<'_>| has_code(&flatten(file.slice(item.bare..item.code_end)), &code);
    among
        .iter()
        .copied()
        .filter(|&at| items.get(at).is_some_and(holds))
        .collect()
}

/// Returns whether a text holds a piece of code that is not part of a longer name.
///
/// `save` is in `db.save(x)` only where it stands alone: names are joined by letters, `_`, `$` and
/// dots.
fn has_code(text: &str, code: &str) -> bool {
    let joins = |one: char| one.is_alphanumeric() || matches!(one, '_' | '$' | '.');
    !code.is_empty()
        && text.match_indices(code).any(|(at, _)| {
            !text[..at].ends_with(joins) && !text[at + code.len()..].starts_with(joins)
        })
}

/// Returns the items that a name in the prose means: by name, else by callee and argument, else by how their code
/// begins.
pub(crate) fn find_named_items(file: &Source<'_>, name: &str, items: &[Item<'_>]) -> Vec<usize> {
    let named = |test: &dyn Fn(&Item<'_>) -> bool| -> Vec<usize> {
        let code = |item: &Item<'_>| {
            !matches!(
                item.kind,
                Kind::Marker | Kind::Comment | Kind::Docstring | Kind::Import
            )
        };
        items
            .iter()
            .enumerate()
            .filter(|(_, item)| code(item) && test(item))
            .map(|(at, _)| at)
            .collect()
    };
    // From the surest to the loosest sense of a name; the first that any item fits decides for all.
    let plain = crate::prose::strip_name_decoration(name);
    if let Some(route) = RouteName::parse(name.trim()).filter(|route| route.path.is_some()) {
        return routes::find_named_routes(file, &route, items);
    }
    let named_route = format!("name='{plain}'");
    let tiers: [&dyn Fn(&Item<'_>) -> bool; 7] = [
        // The whole statement, and not what it names: `export default router`.
        &|item| is_quoted_item(file, name, item),
        // A key of Python has its quotes.
        &|item| {
            item.name == plain
                || item.node.kind() == "pair" && item.name.trim_matches('\'') == plain
        },
        &|item| same_name(name, &item.name),
        &|item| item.kind == Kind::Call && matches_call(&plain, &item.name),
        // A route of Django goes by its name.
        &|item| {
            item.kind == Kind::Entry
                && has_code(&flatten(file.slice(item.bare..item.code_end)), &named_route)
        },
        &|item| is_start_of_item(file, name, item),
        &|item| item.kind == Kind::Call && item.name.split('(').next() == Some(plain.as_str()),
    ];
    tiers
        .into_iter()
        .map(named)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Returns whether code in the prose is all of an item, in more than one word.
fn is_quoted_item(file: &Source<'_>, name: &str, item: &Item<'_>) -> bool {
    let flat = |text: &str| flatten(text.trim().trim_end_matches(';'));
    name.trim().contains(' ') && flat(file.slice(item.bare..item.code_end)) == flat(name)
}

/// Returns whether code in the prose is how the item begins: `app = FastAPI(`, `return user`.
///
/// A piece shorter than five bytes, or one that is nothing but a name, says too little to be the
/// beginning of a statement.
fn is_start_of_item(file: &Source<'_>, name: &str, item: &Item<'_>) -> bool {
    let shown = flatten(name);
    let shown = strip_elision(&shown).trim_end_matches(['.', '…', ' ', ')', ',', ';', ':']);
    if shown.len() < 5
        || shown
            .chars()
            .all(|one| one.is_alphanumeric() || matches!(one, '_' | '.'))
    {
        return false;
    }
    let text = file.slice(item.bare..item.code_end);
    // A little more of the statement than was quoted, since layout takes up blanks; all of it may
    // be a long function.
    let head: String = text.chars().take(shown.len() * 2 + 40).collect();
    flatten(&head).starts_with(shown)
}

/// Returns code up to where it leaves something out: `save(id, { state: 'new', … })` ->
/// `save(id, { state: 'new', `. Dots that spread, as `...rest`, leave nothing out.
fn strip_elision(code: &str) -> &str {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', ')', '}', ']', ',']);
    let mut dots = code
        .match_indices("...")
        .filter(|(at, dots)| ends(&code[at + dots.len()..]));
    let at = code.find('…').or_else(|| dots.next().map(|(at, _)| at));
    at.map_or(code, |at| &code[..at])
}

/// Returns whether a mentioned call is the one of this name: `router.get('/x')` or
/// `router.get('/x', …)` for `router.get('/x')`.
fn matches_call(mentioned: &str, name: &str) -> bool {
    let open = mentioned.trim_end_matches(['.', '…', ' ', ')', ',']);
    let known = name.trim_end_matches(')');
    open.contains('(')
        && (known == open || !known.ends_with('(') && open.starts_with(&format!("{known},")))
}

/// Returns the items of a list that are of a kind with a new one: calls of the same function, entries of the same form,
/// definitions.
pub(crate) fn find_similar_items(items: &[Item<'_>], new: &Item<'_>) -> Vec<usize> {
    let callee = |item: &Item<'_>| item.name.split('(').next().unwrap_or_default().to_owned();
    let is_call = |item: &Item<'_>| item.node.kind().starts_with("call") || item.kind == Kind::Call;
    let same = |old: &Item<'_>| match new.kind {
        _ if old.kind != new.kind => false,
        Kind::Call => callee(old) == callee(new),
        Kind::Entry if is_call(new) => is_call(old) && callee(old) == callee(new),
        Kind::Entry => old.node.kind() == new.node.kind(),
        _ => new.is_definition(),
    };
    items
        .iter()
        .enumerate()
        .filter(|(_, old)| same(old))
        .map(|(at, _)| at)
        .collect()
}

/// Returns the last call that a new one follows: of its kin those that are passed the same, else all of them where they
/// are passed one thing. `app.use('/a', a)` goes behind `app.use('/b', b)`, not behind the handler of errors that ends
/// the app.
pub(crate) fn last_of_kin(items: &[Item<'_>], new: &Item<'_>) -> Option<usize> {
    let kin = find_similar_items(items, new);
    let passed = |at: usize| items.get(at).and_then(self::first_argument_form);
    let wanted = self::first_argument_form(new);
    if let Some(&last) = kin.iter().rev().find(|&&at| passed(at) == wanted) {
        return Some(last);
    }
    let first = kin.first().and_then(|&at| passed(at));
    kin.iter()
        .all(|&at| passed(at) == first)
        .then(|| kin.last().copied())
        .flatten()
}

/// Returns the form of a call's first argument.
///
/// "text" for a string, "name" for a variable or attribute, "keyword", "call", else "other"; `None`
/// for a call without arguments and for what is no call.
fn first_argument_form(item: &Item<'_>) -> Option<&'static str> {
    let mut call = item.core;
    while matches!(
        call.kind(),
        "await_expression" | "await" | "expression_statement"
    ) {
        call = call.named_child(0)?;
    }
    let first = call.child_by_field_name("arguments")?.named_child(0)?;
    Some(match first.kind() {
        "string" | "template_string" => "text",
        "identifier" | "attribute" | "member_expression" => "name",
        "keyword_argument" => "keyword",
        kind if kind.starts_with("call") => "call",
        _ => "other",
    })
}

/// The items of a list that a phrase names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PhraseMatch {
    /// These, one behind the other.
    Items(Vec<usize>),
    /// All of the kind: "the other routers".
    All,
    /// None of them.
    Nothing,
}

/// Returns the items of `among` that a phrase means, which are all of one kind; `among` are places in `items`.
///
/// A phrase with a route goes by the route alone. Words of it that none of the items has are left
/// aside, as long as they are not more than half of those that could tell.
pub(crate) fn match_phrase(
    file: &Source<'_>,
    phrase: &Phrase,
    items: &[Item<'_>],
    among: &[usize],
) -> PhraseMatch {
    if let Some(route) = &phrase.route {
        let found = routes::find_named_routes(file, route, items);
        return if found.is_empty() {
            PhraseMatch::Nothing
        } else {
            PhraseMatch::Items(found)
        };
    }
    let mut wanted: Vec<String> = phrase.words.clone();
    wanted.extend(phrase.code.iter().flat_map(|code| split_name_words(code)));
    let words_at = |&at: &usize| items.get(at).map(|item| words_of(file, item));
    let held: Vec<Vec<String>> = among
        .iter()
        .map(|at| words_at(at).unwrap_or_default())
        .collect();
    let holds = |word: &str, held: &[String]| held.iter().any(|one| are_word_forms(word, one));
    // What all have, or what only names their kind, tells none apart.
    let kind = |word: &String| !held.is_empty() && held.iter().all(|held| holds(word, held));
    let telling: Vec<&String> = wanted.iter().filter(|word| !kind(word)).collect();
    if telling.is_empty() {
        return match held.len() {
            0 => PhraseMatch::Nothing,
            _ => PhraseMatch::All,
        };
    }
    // The words that anything here has must meet in one item; words of another subject are no place in this list.
    let known = telling
        .iter()
        .filter(|word| held.iter().any(|held| holds(word, held)))
        .count();
    let score = |held: &Vec<String>| telling.iter().filter(|word| holds(word, held)).count();
    let best = held.iter().map(score).max().unwrap_or(0);
    // "After fetching the document" means the step that fetches it, not whatever has a document.
    let is_other_act = phrase.may_be_an_act && best < telling.len();
    if best == 0 || best < known || known * 2 < telling.len() || is_other_act {
        return PhraseMatch::Nothing;
    }
    let found: Vec<usize> = among
        .iter()
        .zip(&held)
        .filter(|(_, held)| score(held) == best)
        .map(|(&at, _)| at)
        .collect();
    if found.len() < 2 {
        return PhraseMatch::Items(found);
    }
    // `userRoutes` beside `userAdminRoutes` is the one that has nothing else.
    let joined = wanted.concat();
    let is_whole = |held: &[String]| candidate_names(held).any(|name| name == joined);
    let all = among.iter().zip(&held);
    let whole: Vec<usize> = all
        .filter(|(at, held)| found.contains(at) && is_whole(held))
        .map(|(&at, _)| at)
        .collect();
    PhraseMatch::Items(if whole.len() == 1 { whole } else { found })
}

/// Returns the same phrase without the words that all of a kind have: they name the kind, and tell none of the others.
pub(crate) fn without_kind(
    file: &Source<'_>,
    phrase: &Phrase,
    items: &[Item<'_>],
    kin: &[usize],
) -> Phrase {
    let held: Vec<Vec<String>> = kin
        .iter()
        .filter_map(|&at| items.get(at))
        .map(|item| words_of(file, item))
        .collect();
    let is_kind = |word: &String| {
        !held.is_empty()
            && held
                .iter()
                .all(|held| held.iter().any(|one| are_word_forms(word, one)))
    };
    Phrase {
        words: phrase
            .words
            .iter()
            .filter(|word| !is_kind(word))
            .cloned()
            .collect(),
        ..phrase.clone()
    }
}

/// Returns the names among the words of an item, as long as two or three of them.
///
/// [`user`, `admin`, `routes`] -> `user`, `admin`, `routes`, `useradmin`, `adminroutes`,
/// `useradminroutes`.
fn candidate_names(held: &[String]) -> impl Iterator<Item = String> + '_ {
    (1..4).flat_map(|count| held.windows(count).map(<[String]>::concat))
}

/// Returns the words of an item: those of a short statement or entry, of a definition's name and decorators.
fn words_of(file: &Source<'_>, item: &Item<'_>) -> Vec<String> {
    let text = file.slice(item.bare..item.code_end);
    if item.is_definition() || text.len() > LONGEST {
        let decorators = file.slice(item.head..item.bare);
        return split_name_words(&format!("{decorators} {}", item.name));
    }
    split_name_words(text)
}

/// The longest statement, in bytes, whose every word tells what it is; a longer one holds words of
/// all kinds, so that only its name and decorators count.
const LONGEST: usize = 300;

/// Returns whether two words are forms of one: "posts" and `post`, "auth" and `authentication`, "registration" and
/// `register`.
///
/// Words of four letters and more lose their plural. Then one must be the beginning of the other,
/// with at least four letters in common, or both begin with the same six.
fn are_word_forms(one: &str, other: &str) -> bool {
    let singular = |word: &str| {
        if word.len() > 3 {
            word.trim_end_matches('s').to_owned()
        } else {
            word.to_owned()
        }
    };
    let (one, other) = (singular(one), singular(other));
    let (short, long) = if one.len() <= other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    let common = short
        .bytes()
        .zip(long.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    short == long || common == short.len() && common >= 4 || common >= 6
}
