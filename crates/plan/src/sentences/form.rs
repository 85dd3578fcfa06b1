//! The form of a sentence: what it is called, whether it is in the imperative,
//! what its verb asks for, and whether it says no.
//!
//! `**Step 3 (GREEN):** Also, in `a.py`, remove the check.` is called "step 3",
//! has the leads "also" and "in …", and the verb "remove".

mod mood;
mod condition;
mod place;
mod clause;

use crate::inline::{Label, code_spans, comparison_key, is_struck, read_label};
use crate::naming::{Rank, read_marks, unit_name};
use crate::paths::as_path;
use crate::vocabulary::{Opening, Use, entry_at_start, is_dense, is_entry, last_entry, uses_in};
use clause::{Clause, read_clause};
pub(super) use condition::Supposed;
use condition::answers;
use mood::{VERBS, is_base_form, mood_of};
pub(super) use place::without_contraction;
use place::{after_leads, after_place};

/// The mood of a sentence, by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Its verb stands in the imperative, or where its language puts it.
    Asks(Use),
    /// It says that something has to be so.
    Demands,
    /// It says how something is, or names it.
    States,
}

/// The form of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// Its label's name, lower case; empty if it has none.
    pub(super) label: String,
    /// It is the name of a step.
    pub(super) step: bool,
    /// The path with which it begins.
    pub(super) path: Option<String>,
    /// The code with which it begins, if no path.
    pub(super) subject: Option<String>,
    /// Its words in lower case, without label, emphasis, path and leads; code spans keep their ticks.
    pub(super) head: String,
    /// Its mood.
    pub(super) mood: Mood,
    /// Its main statement is negative.
    pub(super) negated: bool,
    /// It says that something must not be done.
    pub(super) forbids: bool,
    /// It depends on something, or is left to the reader.
    pub(super) conditional: bool,
    /// It depends on something that may be asked of the program; its words are those of the clause behind that.
    pub(super) supposes: Option<Supposed>,
    /// It says what becomes of what: "empty → 404".
    pub(super) maps: bool,
    /// It speaks of an import.
    pub(super) imports: bool,
    /// The verb that its label begins with.
    pub(super) called: Option<Use>,
    /// It leaves the work to what is found: "if not present".
    pub(super) proviso: bool,
    /// It says how a test or command ends.
    pub(super) outcome: bool,
    /// It speaks of a comment.
    pub(super) comments: bool,
    /// It is the message of a commit.
    pub(super) message: bool,
    /// It speaks of a check somewhere.
    pub(super) judges: bool,
    /// It begins with a command.
    pub(super) command: bool,
    /// It explains.
    pub(super) explains: bool,
    /// Its label asks for attention and says nothing of what follows.
    pub(super) cautions: bool,
    /// It begins with a word for what was said before, as reasons do: "This keeps it small".
    pub(super) refers: bool,
    /// It begins with the name of a unit.
    pub(super) elsewhere: bool,
    /// Its label says that something is still to be done.
    pub(super) owes: bool,
    /// It speaks of tests.
    pub(super) tests: bool,
    /// It speaks of what is there before the work.
    pub(super) given: bool,
    /// It describes a test to be written.
    pub(super) test: bool,
    /// It begins with a sign of something done.
    pub(super) done: bool,
}

/// Splits a sentence into the name of its label, empty where it has none, and the rest: "Note: …" → "note", "…".
fn split_label(title: String) -> (String, String) {
    let own = read_label(&title).filter(|label| {
        label.rest > 0 && is_label_name(label, &title) && !is_supposition(&label.name)
    });
    match own {
        Some(label) if label.rest < title.len() => (label.name, title[label.rest..].to_owned()),
        _ => (String::new(), title),
    }
}

/// Returns whether a label is the condition of the clause behind it, as with a comma: "If the sum is negative: raise
/// ValueError". "If needed:" is a label.
fn is_supposition(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_whole = |what| entry_at_start(&lower, what) == Some(lower.len());
    entry_at_start(&lower, Use::Supposing).is_some() && !is_whole(Use::Condition)
}

/// Returns whether the first code of a sentence is a command, and nothing but marks stands before it.
fn begins_with_command(rest: &str) -> bool {
    code_spans(rest, 0).first().is_some_and(|span| {
        rest[..span.outer.start]
            .trim_matches(['*', '_', ' '])
            .is_empty()
            && shell::is_command(&rest[span.inner.clone()])
    })
}

/// Reads the form of a sentence.
#[expect(
    clippy::too_many_lines,
    reason = "a table: each field of the form with what is read for it"
)]
pub(super) fn read_form(words: &str) -> Form {
    let marked = read_marks(after_number(words));
    let name = unit_name(&marked.words).filter(|name| name.rank == Rank::Step);
    let step = name.is_some();
    let title = name.map_or_else(|| after_number(words).to_owned(), |name| name.title);
    let (called, rest) = split_label(title);
    let command = begins_with_command(&rest);
    let (subject, path, rest) = after_subject(&rest);
    let Clause {
        words: lower,
        is_contracted,
        is_conditional,
        supposes,
    } = read_clause(rest, &called);
    let head = after_leads(&lower);
    let main = main_statement(&lower);
    let (opening, name) = (Opening::new(&head), Opening::new(&called));
    let mood = match mood_of(&head, &opening, &main) {
        Mood::States if is_contracted => Mood::Asks(Use::Change),
        mood => mood,
    };
    let cautions = name.is(Use::Caution);
    // "Don't forget the entry" demands what it seems to deny.
    let insists = opening
        .end(Use::Demand)
        .is_some_and(|end| end >= opening.end(Use::Negation).unwrap_or(0));
    let negative = opening.is(Use::Negation) && !insists || name.is(Use::Negation);
    let said = uses_in(&main);
    let clause = if matches!(mood, Mood::Asks(_)) {
        imperative_clause(&main)
    } else {
        &main
    };
    let own = if insists {
        uses_in(&main_statement(
            &head[opening.end(Use::Demand).unwrap_or(0)..],
        ))
    } else if clause.len() < main.len() {
        uses_in(clause)
    } else {
        said
    };
    let negated = negative || own.has(Use::Negation);
    let of_head = uses_in(&head);
    // "Cover no greeting" begins with its verb: what is denied is a part of the object.
    let dense = main.chars().any(is_dense);
    Form {
        forbids: negated
            && matches!(mood, Mood::Asks(Use::Change | Use::Remove))
            && (negative || dense)
            || negated && mood == Mood::Demands
            || opening.is(Use::Negation) && opening.is(Use::Alter)
            || mood == Mood::Asks(Use::Keep),
        // "Return 404 if absent" says what code does.
        proviso: uses_in(&lower).has(Use::Proviso) && !answers(&head) && !asks_for_more(&lower),
        outcome: states_outcome(&main),
        comments: said.has(Use::Comment),
        message: is_message(words),
        negated,
        mood: if name.is(Use::Demand) {
            Mood::Demands
        } else {
            mood
        },
        conditional: name.is(Use::Condition) || is_conditional && supposes.is_none(),
        supposes,
        maps: ["→", "->", " = ", "=>"]
            .iter()
            .any(|sign| main.contains(sign)),
        imports: of_head.has(Use::Import),
        called: [Use::Run, Use::Judge, Use::Person]
            .into_iter()
            .find(|what| name.is(*what) && !cautions),
        explains: begins_explanation(&called) && !cautions
            || begins_explanation(&head)
            || mood == Mood::States && said.has(Use::Given),
        cautions,
        refers: mood == Mood::States
            && opening.is(Use::Anaphor)
            && !opening.is(Use::Pronoun)
            && !says_what_it_does(&head),
        elsewhere: names_unit(&marked.words),
        owes: name.is(Use::Demand),
        tests: said.has(Use::TestWord),
        given: said.has(Use::Given),
        command,
        judges: of_head.has(Use::Judge),
        test: opening.is(Use::Test) || name.is(Use::Test),
        done: is_struck(words)
            || words
                .trim_start_matches(['*', ' '])
                .starts_with(['✅', '☑', '✔', '✓']),
        label: called,
        path,
        subject,
        step,
        head,
    }
}

/// Returns whether a verb that asks stands right behind a proviso: "Update it if needed and add a test".
fn asks_for_more(lower: &str) -> bool {
    let Some(found) = last_entry(lower, Use::Proviso) else {
        return false;
    };
    // "As needed, update the callers": the verb behind it is its own.
    let before = lower[..found.start].trim_start();
    let verb = entry_at_start(before, Use::Change);
    let own = verb.is_some_and(|end| before[end..].starts_with([' ', '`']));
    let behind = if own { &lower[found.end..] } else { "" };
    let rest = behind.trim_start_matches([' ', ',', ';']);
    let next = rest.split_once(' ').map_or("", |(_, next)| next);
    [rest, next]
        .iter()
        .any(|words| entry_at_start(words.trim_start(), Use::Change).is_some())
}

/// Returns the words behind a number such as "2.4 — " or "**2.4** ".
fn after_number(words: &str) -> &str {
    let bare = words.trim_start_matches(['*', '_']);
    let emphasis = &words[..words.len() - bare.len()];
    let rest = bare.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let closed = [":", ""]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign)?.strip_prefix(emphasis));
    let rest = closed.filter(|_| !emphasis.is_empty()).unwrap_or(rest);
    let sign = [" — ", " – ", " - ", ": ", " "]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign));
    sign.filter(|_| rest.len() < bare.len() && bare[..bare.len() - rest.len()].contains('.'))
        .unwrap_or(words)
}

impl Form {
    /// Returns its words behind the verb with which it begins.
    pub(super) fn object(&self) -> &str {
        let verb = match self.mood {
            Mood::Asks(what) => entry_at_start(&self.head, what),
            Mood::Demands | Mood::States => None,
        };
        &self.head[verb.unwrap_or(0)..]
    }
}

/// Returns whether a label or sentence begins an explanation.
pub(super) fn begins_explanation(words: &str) -> bool {
    entry_at_start(&comparison_key(words), Use::Rationale).is_some()
}

/// Returns whether a sentence that begins with a word for what was said before goes on with what that does, in a verb that
/// other sentences ask with: "This logs each call", "That also caches the result".
fn says_what_it_does(head: &str) -> bool {
    begins_with_verb(&head[entry_at_start(head, Use::Anaphor).unwrap_or(0)..])
}

/// Returns whether a sentence begins with code and goes on with what that does beside: "`create` also emits `created`".
pub(super) fn says_what_code_does(head: &str) -> bool {
    let subject = code_spans(head, 0)
        .into_iter()
        .next()
        .filter(|span| span.outer.start == 0);
    let behind = subject.map(|span| head[span.outer.end..].trim_start());
    behind.is_some_and(|behind| {
        entry_at_start(behind, Use::Lead).is_some() && begins_with_verb(behind)
    })
}

/// Returns whether words begin with a verb, in the third person, that other sentences ask with.
fn begins_with_verb(words: &str) -> bool {
    let mut rest = words.trim_start();
    while let Some(end) = entry_at_start(rest, Use::Lead) {
        rest = rest[end..].trim_start();
    }
    let (verb, object) = rest.split_once(' ').unwrap_or((rest, ""));
    let bases = [("s", ""), ("es", ""), ("ies", "y")];
    let asks = |base: &str| {
        is_entry(base, Use::Change) || is_entry(base, Use::Judge) || is_entry(base, Use::Read)
    };
    let acts = bases.into_iter().any(|(ending, base)| {
        verb.strip_suffix(ending)
            .is_some_and(|stem| asks(&format!("{stem}{base}")))
    });
    // What "that" or "to" and a verb follow is what comes of it: "This ensures that …", "This allows us to …".
    let asks = |words: &str| {
        VERBS
            .into_iter()
            .any(|what| entry_at_start(words, what).is_some())
            || is_base_form(words)
    };
    let outcome =
        object.starts_with("that ") || object.split_once("to ").is_some_and(|(_, rest)| asks(rest));
    acts && !outcome
}

/// Returns whether a sentence says how something ends. "Every caller passes the argument" speaks of what is handed on, "it
/// passes all tests" of an end.
fn states_outcome(main: &str) -> bool {
    let Some(found) = last_entry(main, Use::Outcome) else {
        return false;
    };
    let rest = main[found.end..].trim_start();
    let object =
        entry_at_start(rest, Use::Determiner).is_some() && main[found.end..].starts_with(' ');
    !object || uses_in(rest).has(Use::TestWord)
}

/// Returns whether a sentence begins with the name of a unit: "Phase 3 adds paging".
fn names_unit(words: &str) -> bool {
    let mut ends = words.match_indices(' ').map(|(at, _)| at);
    let name = ends.nth(1).and_then(|end| unit_name(&words[..end]));
    name.is_some_and(|name| name.rank != Rank::Step && name.number.is_some())
}

/// Returns whether a sentence is the message of a commit: "`feat(api): add the route`".
fn is_message(words: &str) -> bool {
    let bare = words.trim_matches(['*', '_', ' ', '.']);
    let Some(inner) = bare
        .strip_prefix('`')
        .and_then(|inner| inner.strip_suffix('`'))
    else {
        return false;
    };
    crate::commands::is_commit_message(inner)
}

/// Returns whether a heading says that nothing is to be done: "No other changes needed".
pub(super) fn denies_work(words: &str) -> bool {
    entry_at_start(&comparison_key(words), Use::Negation).is_some()
}

/// Returns the clause of the verb: what stands behind "that" or "so" speaks of what comes of it.
fn imperative_clause(main: &str) -> &str {
    let ends = [
        " that ",
        " so ",
        " which ",
        " who ",
        "; ",
        " — ",
        " because ",
        " since ",
        " when ",
        " if ",
    ];
    let end = ends
        .iter()
        .filter_map(|word| main.find(word))
        .min()
        .unwrap_or(main.len());
    // "si el elemento no existe", "wenn es nicht da ist": what it depends on.
    let words = main.match_indices(' ').map(|(at, _)| at);
    let condition = words
        .into_iter()
        .find(|at| Opening::new(&main[at + 1..]).is(Use::Condition));
    &main[..end.min(condition.unwrap_or(end))]
}

/// Returns the path that a sentence begins with, and the words behind the code with which it begins.
///
/// "`a.py` — add the key", "`total()` (line 7): return zero", "`a.ts`: export it".
fn after_subject(words: &str) -> (Option<String>, Option<String>, &str) {
    let none = (None, None, words);
    let Some(first) = code_spans(words, 0).into_iter().next() else {
        return none;
    };
    if !words[..first.outer.start]
        .trim_matches(['*', '_', ' ', '\n'])
        .is_empty()
    {
        return none;
    }
    let code = &words[first.inner.clone()];
    let path = as_path(code, true).map(|(path, _)| path);
    let mut rest = words[first.outer.end..]
        .trim_start_matches(['*', '_'])
        .trim_start();
    if rest.starts_with(['(', '（']) {
        let Some(close) = rest.find([')', '）']) else {
            return (None, path, words);
        };
        let behind = &rest[close..];
        rest = behind[behind.chars().next().map_or(0, char::len_utf8)..]
            .trim_start_matches(['*', '_'])
            .trim_start();
    }
    let sign = [": ", "：", "— ", "– ", "- ", "→ ", "-> "]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign));
    let subject = path.is_none().then(|| code.to_owned());
    match sign {
        Some(behind) => (subject, path, behind),
        None if rest.is_empty() => (
            subject,
            path,
            if first.outer.start == 0 && words.len() > 2 {
                rest
            } else {
                words
            },
        ),
        None => (None, None, words),
    }
}

/// Longest name of a label: longer ones are sentences with a colon.
const LONGEST_NAME: usize = 60;

fn is_label_name(label: &Label, words: &str) -> bool {
    label.name.len() <= LONGEST_NAME && !words[..label.rest.min(words.len())].contains('`')
}

/// Returns whether it says "if", "when it is missing", "optional" before anything else.
fn is_conditional(lower: &str) -> bool {
    let head = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '`');
    entry_at_start(head, Use::Condition).is_some()
}

/// Returns the main statement: without code, quotations, parentheses, and what is set against it.
fn main_statement(lower: &str) -> String {
    let mut out = String::with_capacity(lower.len());
    let mut depth = 0_usize;
    let mut code = false;
    let mut quoted = false;
    for letter in lower.chars() {
        match letter {
            '`' => code = !code,
            '"' => quoted = !quoted,
            '“' => quoted = true,
            '”' => quoted = false,
            '(' | '（' if !code => depth += 1,
            ')' | '）' if !code => depth = depth.saturating_sub(1),
            letter if !code && !quoted && depth == 0 => {
                out.push(if letter == '’' { '\'' } else { letter });
                continue;
            }
            _ => {}
        }
        if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    for cut in [
        ", not ",
        "rather than",
        "instead of",
        " — not ",
        " - not ",
        "，而不是",
        "而不是",
        "而非",
    ] {
        if let Some(at) = out.find(cut) {
            out.truncate(at);
        }
    }
    out
}
