//! Takes comments out of a block that say where in the file the code below them goes.
//!
//! ```text
//! import recipes from './recipes';
//!
//! // After express.json() and before app.get('/:page'):     words of the plan, not of the code
//! app.use('/recipes', recipes);
//! ```

use crate::imports::collect_wanted_imports;
use crate::items::Source;
use crate::languages::Kind;
use crate::markers::{is_elision, strip_comment_signs};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Words of place with which such a comment begins. "In" and "at" begin headings of code as well: "# In production:".
const PLACES: [&str; 8] = [
    "after", "before", "below", "above", "behind", "beneath", "under", "beside",
];

/// The longest such comment, in words; a longer one explains the code below it.
const LONGEST: usize = 12;

/// Returns the block without such comments, and their words, what they name as code. A comment that stands in the file is
/// the file's own; one that names nothing of the file is the code's.
pub(super) fn take_placing_comments(block: &str, file: &str) -> (String, String) {
    let margin = block
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = block.split_inclusive('\n').collect();
    let (mut bare, mut words) = (String::new(), String::new());
    for (at, line) in lines.iter().enumerate() {
        // At the margin and right above code: further in it is a comment of a body.
        let is_own = line.len() - line.trim_start().len() == margin;
        let leads = lines
            .get(at + 1)
            .is_some_and(|next| !next.trim().is_empty() && comment_of(next).is_none());
        let place = comment_of(line)
            .filter(|_| is_own && leads && !file.contains(line.trim()))
            .and_then(|comment| read_place(comment, file));
        match place {
            Some(place) => words.push_str(&format!("{place}.\n")),
            None => bare.push_str(line),
        }
    }
    (bare, words)
}

/// Returns the words of a line that is a comment, `None` for code.
fn comment_of(line: &str) -> Option<&str> {
    let line = line.trim();
    (line.starts_with("//") || line.starts_with('#')).then(|| strip_comment_signs(line))
}

/// Returns the words of a comment that begins with a place, ends with a colon and names code of the file.
///
/// `After app.get('/x'):` -> "After `app.get('/x')`". `None` for words that name no code: "# After
/// the loop:".
fn read_place(comment: &str, file: &str) -> Option<String> {
    let words = comment.strip_suffix([':', '：'])?;
    let parts: Vec<&str> = words.split_whitespace().collect();
    let first = parts.first()?.to_lowercase();
    if !PLACES.contains(&first.as_str()) || parts.len() > LONGEST {
        return None;
    }
    // A name of two letters stands in many words of a file.
    let is_code = |word: &str| {
        let bare = word.trim_matches('`');
        let name = bare.split(['(', '[']).next().unwrap_or(bare);
        let formed = bare.contains(['(', '_', '.', '/']) || bare.len() < word.len();
        formed && name.len() > 2 && file.contains(name)
    };
    if !parts.iter().any(|word| is_code(word)) {
        return None;
    }
    let quoted = parts.iter().map(|word| {
        if is_code(word) && !word.starts_with('`') && word.contains('(') {
            format!("`{word}`")
        } else {
            (*word).to_owned()
        }
    });
    Some(quoted.collect::<Vec<_>>().join(" "))
}

/// Checks that what a block of imports outlines in a comment, "// ... in imports: [ ..., AuthModule ]", is in the file: the
/// import alone is not all that the block shows.
pub(super) fn hold_outlined_use(block: &Source<'_>, result: &Source<'_>) -> Result<(), Refusal> {
    let items = block.items(block.root());
    let only_imports = items
        .iter()
        .all(|item| matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker));
    if !only_imports {
        return Ok(());
    }
    let outlines = |line: &&str| {
        comment_of(line).is_some() && is_elision(line) && line.contains(['[', '(', '{'])
    };
    let outlined: Vec<&str> = block.text.lines().filter(outlines).collect();
    let result_items = result.items(result.root());
    let holds = |text: &str, name: &str| {
        let mut words =
            text.split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')));
        words.any(|word| word == name)
    };
    let is_used = |name: &str| {
        let mut others = result_items
            .iter()
            .filter(|item| !matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker));
        others.any(|item| holds(result.slice(item.head..item.code_end), name))
    };
    let wanted = collect_wanted_imports(block, &items);
    let mut names = wanted.iter().map(|one| one.binding.local());
    let missing =
        names.find(|name| outlined.iter().any(|line| holds(line, name)) && !is_used(name));
    missing.map_or(Ok(()), |name| {
        Err(new_refusal(
            Reason::Unclear,
            format!(
                "the block outlines in a comment where `{name}` is used, and shows no code for it"
            ),
        ))
    })
}
