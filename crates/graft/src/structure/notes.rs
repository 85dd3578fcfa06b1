//! Takes comments out of a block that say where in the file the code below them goes.
//!
//! ```text
//! import recipes from './recipes';
//!
//! // After express.json() and before app.get('/:page'):     words of the plan, not of the code
//! app.use('/recipes', recipes);
//! ```

use crate::markers::strip_comment_signs;

/// Words of place with which such a comment begins. "In" and "at" begin headings of code as well: "# In production:".
const PLACES: [&str; 8] = [
    "after", "before", "below", "above", "behind", "beneath", "under", "beside",
];

/// The longest such comment, in words.
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

fn comment_of(line: &str) -> Option<&str> {
    let line = line.trim();
    (line.starts_with("//") || line.starts_with('#')).then(|| strip_comment_signs(line))
}

/// Returns the words of a comment that begins with a place, ends with a colon and names code of the file.
fn read_place(comment: &str, file: &str) -> Option<String> {
    let words = comment.strip_suffix([':', '：'])?;
    let parts: Vec<&str> = words.split_whitespace().collect();
    let first = parts.first()?.to_lowercase();
    if !PLACES.contains(&first.as_str()) || parts.len() > LONGEST {
        return None;
    }
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
