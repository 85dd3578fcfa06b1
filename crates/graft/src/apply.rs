//! The entry: looks at the block and the file, and hands them to the part of the engine that knows their kind.
//!
//! ```text
//! block                            file             goes to
//! a unified diff                   any              `diff`
//! `<<<<<<< SEARCH` sections        any              `edits`
//! shell in a `bash` fence          not a script     refused: shell is no content
//! code, all of the file            any              written as it is
//! code                             `a.py`           `structure`
//! data                             `a.toml`         `formats`
//! ```

use std::ops::Range;

use code::imports::differ_in_import_order_only;

use crate::block::{Block, classify_block};
use crate::check::{Edited, check_edit, explain_language_mismatch};
use crate::content::{is_all, says_overwritten, without_address, without_blanks, without_requests};
use crate::items::parse_source;
use crate::labelled::find_labelled_states;
use crate::languages::Language;
use crate::loose::only_definition;
use crate::prose::{Mention, Prose, Relation, same_name};
use crate::sketch::explain_sketch;
use crate::snippet::{Context, Edit, Evidence, File, Graft, Intent, Reason, Snippet};
use crate::splice::{Splice, overwrite_content, refuse_graft};
use crate::stale::is_stale;
use crate::{Applied, Refusal, check, diff, edits, formats, structure};

/// Puts the snippet into the file, or refuses and says why.
///
/// Takes the file as it stands, the plan's block and what the plan says beside it; gives the new text with the
/// edits that lead to it, [`Graft::AlreadyApplied`] where nothing is left to do, or a refusal. Never writes.
#[must_use]
pub fn apply(file: &File<'_>, snippet: &Snippet<'_>, context: &Context<'_>) -> Graft {
    if snippet.text.trim().is_empty() {
        return refuse_graft(Reason::Unclear, "the block is empty");
    }
    let graft = match classify_block(file.path, snippet) {
        Block::Diff => diff::apply_diff(file.text, snippet.text, file.path),
        Block::SearchReplace => edits::apply_blocks(file.text.unwrap_or_default(), snippet.text),
        Block::Shell => refuse_graft(
            Reason::NotCode,
            format!("the block is shell, not content of {}", file.path),
        ),
        Block::Code => {
            if let Some(why) = explain_language_mismatch(file, snippet) {
                return refuse_graft(Reason::Unclear, why);
            }
            let text = without_blanks(file, snippet.text);
            let text = without_requests(file.text, &text);
            return apply_code(
                file,
                &Snippet {
                    text: &text,
                    ..*snippet
                },
                context,
            );
        }
    };
    keep_sound(file, graft, context)
}

/// Returns why a file as its unit leaves it can't be imported where it could before, a name that nothing binds by the time
/// it is read, or fails once it runs: a call that its function no longer takes. Where blocks counted on one another ([`Context::pending`]), that shows only at the end.
#[must_use]
pub fn breaks_names(path: &str, old: Option<&str>, new: &str) -> Option<Refusal> {
    check::breaks_names(path, old, new)
}

/// Returns whether words add functions that they call missing: one that stands is further than the plan knows.
#[must_use]
pub fn adds_the_missing(words: &str) -> bool {
    Prose::read(words).adds_the_missing
}

/// Replaces the bytes at a place of a file by other code, and checks the result as that of any block.
///
/// `at` are byte offsets of `text`; the words of a plan play no part.
#[must_use]
pub fn replace_at(path: &str, text: &str, (at, new): (Range<usize>, &str)) -> Graft {
    let mut splice = Splice::new(text);
    splice.add_evidence(format!(
        "replaced `{}`",
        text.get(at.clone()).unwrap_or_default()
    ));
    splice.replace(at, new);
    keep_sound(
        &File {
            path,
            text: Some(text),
        },
        splice.finish(),
        &Context::default(),
    )
}

/// Refuses an edit of a code file that parsed before it and doesn't after it, or that breaks what [`check_edit`] asks.
///
/// A text that did not parse before is not held to it: what the block changes may be fine.
fn keep_sound(file: &File<'_>, graft: Graft, context: &Context<'_>) -> Graft {
    let (Graft::Applied(applied), Some(language)) = (&graft, Language::of_path(file.path)) else {
        return graft;
    };
    let old = match file.text.map(|text| parse_source(text, language)) {
        Some(Some(old)) => Some(old),
        Some(None) => return graft,
        None => None,
    };
    let Some(new) = parse_source(&applied.text, language) else {
        return graft;
    };
    if new.has_error() && old.as_ref().is_some_and(|old| !old.has_error()) {
        return refuse_graft(
            Reason::Syntax,
            format!("{} would not parse any more", file.path),
        );
    }
    let (path, pending) = (file.path, context.pending);
    match check_edit(&Edited {
        path,
        old: old.as_ref(),
        new: &new,
        edits: &applied.edits,
        pending,
    }) {
        Ok(()) => graft,
        Err(refusal) => Graft::Refused(refusal),
    }
}

/// Replaces a quote that stands in several places within the one definition that the words name: "In `start`, replace".
///
/// `None` where the words name no definition that the file has once, or where the quote is not
/// found in it. A quote that is gone while the new lines stand there is applied already.
fn replace_within(
    file: &File<'_>,
    text: &str,
    (current, new): (&str, &str),
    prose: &Prose,
) -> Option<Graft> {
    let source = parse_source(text, Language::of_path(file.path)?)?;
    let named = prose
        .related(Relation::Within, "", &[])
        .into_iter()
        .find_map(|name| {
            let bytes = only_definition(&source, name)?;
            Some((name, bytes))
        });
    let (name, bytes) = named?;
    // Whole lines, so that the quote's indentation is that of the file.
    let start = text
        .get(..bytes.start)?
        .rfind('\n')
        .map_or(0, |end| end + 1);
    let applied = match edits::apply_replacement(text.get(start..bytes.end)?, current, new, false) {
        Graft::Applied(applied) => applied,
        Graft::AlreadyApplied => return Some(Graft::AlreadyApplied),
        Graft::Refused(_) if holds_lines(text.get(start..bytes.end)?, new) => {
            return Some(Graft::AlreadyApplied);
        }
        Graft::Refused(_) => return None,
    };
    let mut splice = Splice::new(text);
    for edit in applied.edits {
        splice.replace(edit.old.start + start..edit.old.end + start, edit.new);
    }
    splice.add_evidence(format!("replaced the quoted lines in `{name}`"));
    Some(splice.finish())
}

/// Replaces the line that the words quote: "replace `return 2` with:". `None` where they quote none, where the line stands
/// in several places of which they name none, or where the block shows lines around it.
fn replace_quoted(
    file: &File<'_>,
    snippet: &Snippet<'_>,
    context: &Context<'_>,
    prose: &Prose,
) -> Option<Graft> {
    let (text, block) = (file.text?, snippet.text);
    let language = Language::of_path(file.path).filter(|_| context.current.is_none())?;
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let bare = |line: &'_ str| line.trim().trim_end_matches([';', ',', ':']).to_owned();
    let stands = |quote: &str| {
        text.lines()
            .find(|line| bare(line) == bare(quote) && !line.trim().is_empty())
    };
    let whole = prose
        .quotes_replaced(block)
        .filter(|quote| !is_name(quote, language))
        .find_map(stands)?;
    let quoted = whole.trim();
    // A statement that is shown anew below a comment takes the place of the old one and of its comments: structure has both.
    let shown = parse_source(block, language)?;
    let opens_with_comment = shown
        .root()
        .named_child(0)
        .is_some_and(|first| first.kind() == "comment");
    if opens_with_comment && block.lines().any(|line| line.trim() == quoted) {
        return None;
    }
    // A block that repeats other lines of the file is placed by them.
    let closes = |line: &str| line.chars().all(|letter| !letter.is_alphanumeric());
    let mut shown = block
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != quoted && !closes(line));
    if shown.any(|line| lines().any(|one| one == line)) || defines_anew(file, text, block, language)
    {
        return None;
    }
    let block = reindent_block(block, &whole[..whole.len() - whole.trim_start().len()]);
    let within = replace_within(file, text, (whole, &block), prose);
    let once = lines().filter(|line| *line == quoted).count() == 1;
    let exact = || once.then(|| edits::apply_replacement(text, whole, &block, false));
    within
        .or_else(exact)
        .filter(|graft| !matches!(graft, Graft::Refused(_)))
}

/// Returns whether a quote is the name of something, and no statement that the language has a word for, as `pass`.
///
/// A quote with signs other than those of names, as `x = 1`, is none; `a.b()` is the name `a.b`.
fn is_name(quote: &str, language: Language) -> bool {
    let bare = quote.trim_end_matches("()");
    if !bare
        .chars()
        .all(|one| one.is_alphanumeric() || matches!(one, '_' | '.' | '$'))
    {
        return false;
    }
    let source = parse_source(bare, language);
    source
        .and_then(|source| Some(source.root().named_child(0)?.kind() == "expression_statement"))
        .unwrap_or(true)
}

/// Returns a block whose first line begins with this indentation.
///
/// [`  a`, `    b`] at four blanks -> [`    a`, `      b`].
fn reindent_block(block: &str, indent: &str) -> String {
    let first = block
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let own = &first[..first.len() - first.trim_start().len()];
    let moved = |line: &str| {
        line.strip_prefix(own)
            .map_or_else(|| line.to_owned(), |rest| format!("{indent}{rest}"))
    };
    let lines = block.trim_matches('\n').lines().map(|line| {
        if line.trim().is_empty() {
            String::new()
        } else {
            moved(line)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns whether a block defines something that the file defines: it takes that one's place, and not that of a line.
fn defines_anew(file: &File<'_>, text: &str, block: &str, language: Language) -> bool {
    let Some(source) = parse_source(block, language) else {
        return false;
    };
    let items = source.items(source.root());
    items
        .iter()
        .any(|item| item.is_definition() && defines_top_name(file, text, &item.name))
}

/// Returns whether lines stand together in a text, their blanks aside.
fn holds_lines(text: &str, lines: &str) -> bool {
    let bare = |text: &str| {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (text, lines) = (
        format!("\n{}\n", bare(text)),
        format!("\n{}\n", bare(lines)),
    );
    lines.trim() != "" && text.contains(&lines)
}

/// Returns whether the text that was made parses; `None` for what is no code.
fn has_valid_syntax(file: &File<'_>, graft: &Graft) -> Option<bool> {
    let (Graft::Applied(applied), Some(language)) = (graft, Language::of_path(file.path)) else {
        return None;
    };
    Some(!parse_source(&applied.text, language)?.has_error())
}

/// Refuses a block that shows the code of two labelled states, one of which the file has.
///
/// `None` where the block has no two labels, or the file none or both of the two parts.
fn refuse_labelled_states(text: &str, block: &str) -> Option<Graft> {
    let (one, other) = find_labelled_states(text, block)?;
    Some(refuse_graft(
        Reason::Unclear,
        format!(
            "the block shows code below `{one}` and below `{other}`, and one of them stands in the file: it is not clear whether the other takes its place"
        ),
    ))
}

/// Returns whether the words speak of a part of a file that stands, as "append to" and "replace `x`" do, whatever the
/// plan's list of files calls it.
fn speaks_of_a_part(prose: &Prose, file: &File<'_>, text: &str) -> bool {
    let replaces = |mention: &Mention| {
        mention.relation == Relation::Replace && defines_top_name(file, text, &mention.name)
    };
    prose.speaks_of_an_end() || prose.replaces_something() && prose.mentions.iter().any(replaces)
}

/// Places code or data into a file that stands. In this order, the first that applies: nothing to
/// do, all of the file, a new file where one stands, the quote that the plan gives, two labelled
/// states, the line that the words quote, and last the structure of code or the rules of the
/// format.
fn apply_code(file: &File<'_>, snippet: &Snippet<'_>, context: &Context<'_>) -> Graft {
    let Some(text) = file.text else {
        return create_file(file, snippet, context);
    };
    let shown = content_without_address(file, snippet, context);
    // The project's own sorter of imports has the last word on their order.
    let sorted = |language| differ_in_import_order_only(language, text, shown);
    if same_content(text, snippet.text)
        || same_content(text, shown)
        || Language::of_path(file.path).is_some_and(sorted)
    {
        return Graft::AlreadyApplied;
    }
    if context.intent == Intent::Replace || is_all(context.prose, file.path, snippet.text) {
        let whole = overwrite_content(text, shown, "replaced the whole file, as the plan says");
        // A grammar may lag behind what a compiler takes: a whole file that the plan states is its own word.
        return match has_valid_syntax(file, &whole) {
            Some(false) if Language::of_path(file.path) != Some(Language::Python) => whole,
            _ => keep_sound(file, whole, context),
        };
    }
    let prose = Prose::read(context.prose);
    let part = speaks_of_a_part(&prose, file, text);
    if context.intent == Intent::Create
        && context.current.is_none()
        && says_overwritten(context.prose, file.path)
    {
        let whole = overwrite_content(text, shown, "replaced the whole file, as the plan says");
        return keep_sound(file, whole, context);
    }
    if context.intent == Intent::Create && context.current.is_none() && !part {
        return refuse_graft(
            Reason::Exists,
            format!(
                "{} is to be created but stands there with other content",
                file.path
            ),
        );
    }
    if let Some(current) = context.current {
        let exact = edits::apply_replacement(text, current, snippet.text, false);
        let exact = replace_within(file, text, (current, snippet.text), &prose).unwrap_or(exact);
        if !matches!(exact, Graft::Refused(_)) || Language::of_path(file.path).is_none() {
            return keep_sound(file, exact, context);
        }
        if is_stale(file.path, text, (current, snippet.text)) {
            return exact;
        }
    }
    if let Some(refusal) = refuse_labelled_states(text, snippet.text) {
        return refusal;
    }
    if let Some(graft) = replace_quoted(file, snippet, context, &prose) {
        return keep_sound(file, graft, context);
    }
    match Language::of_path(file.path) {
        Some(language) => {
            structure::apply_by_structure(file, text, snippet.text, (context, language))
        }
        None => formats::apply_by_format(*file, *snippet, context),
    }
}

/// Returns whether the file defines something of this name at its top.
fn defines_top_name(file: &File<'_>, text: &str, name: &str) -> bool {
    let source = Language::of_path(file.path).and_then(|language| parse_source(text, language));
    source.is_some_and(|source| {
        let mut items = source.items(source.root()).into_iter();
        items.any(|item| item.is_definition() && same_name(name, &item.name))
    })
}

/// Makes a new file of the block. Refuses where the plan changes a file or quotes one, and where
/// the block is only a sketch of its content.
fn create_file(file: &File<'_>, snippet: &Snippet<'_>, context: &Context<'_>) -> Graft {
    // A stated path that is missing, and words that give all of its content, make a new file.
    let is_stated_whole = is_all(context.prose, file.path, snippet.text);
    if context.intent == Intent::Modify && !is_stated_whole || context.current.is_some() {
        return refuse_graft(
            Reason::Missing,
            format!("{} is to be changed but is not there", file.path),
        );
    }
    let mut text = content_without_address(file, snippet, context).to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if let Some(why) = explain_sketch(file.path, &text) {
        return refuse_graft(
            Reason::Unclear,
            format!("what the plan shows of {} {why}", file.path),
        );
    }
    let created = Applied {
        edits: vec![Edit {
            old: 0..0,
            new: text.clone(),
        }],
        text,
        evidence: vec![Evidence("created with the block's content".to_owned())],
    };
    keep_sound(file, Graft::Applied(created), context)
}

/// Returns what the block would be as the file's whole content.
fn content_without_address<'s>(
    file: &File<'_>,
    snippet: &Snippet<'s>,
    context: &Context<'_>,
) -> &'s str {
    if context.addressed {
        snippet.text
    } else {
        without_address(file.path, snippet.text)
    }
}

/// Returns whether two texts differ at most in line ends, a byte order mark and blank lines around them.
fn same_content(one: &str, other: &str) -> bool {
    fn trimmed_lines(text: &str) -> impl Iterator<Item = &str> {
        text.trim_start_matches('\u{feff}')
            .trim()
            .lines()
            .map(str::trim_end)
    }
    trimmed_lines(one).eq(trimmed_lines(other))
}
