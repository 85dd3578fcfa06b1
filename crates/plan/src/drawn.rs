//! The files of a drawn tree of folders, by their whole paths.
//!
//! ```text
//! backend/                      backend/app/auth/
//! ├── app/                        config.py     # the providers
//! │   └── main.py   # entry       routers/
//! └── README.md                     me.py
//! ```

use crate::document::{Document, PieceKind};

/// Returns the paths of the files in all drawings of a plan: each in the folders that stand above it in its drawing.
pub(crate) fn drawn_files(document: &Document<'_>, text: &str) -> Vec<String> {
    let fences = document.pieces.iter().filter_map(|piece| match piece.kind {
        PieceKind::Code(fence) => document.fences.get(fence),
        _ => None,
    });
    let mut found: Vec<String> = fences
        .flat_map(|fence| files_of_drawing(&fence.dedented(text)))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Returns the files of one drawing; none where some line of the text is no name of a folder or file.
fn files_of_drawing(text: &str) -> Vec<String> {
    let mut files = Vec::new();
    // The folders that are open, each with the column of its name.
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in text.lines().filter(|line| !is_empty(line)) {
        let Some(Entry {
            column,
            name,
            is_folder,
            is_drawn,
        }) = entry_of(line)
        else {
            return Vec::new();
        };
        while open.last().is_some_and(|(outer, _)| *outer >= column) {
            open.pop();
        }
        let inside: String = open.iter().map(|(_, folder)| folder.as_str()).collect();
        if is_folder {
            open.push((
                column,
                format!("{}/", name.trim_start_matches("./").trim_end_matches('/')),
            ));
        } else if open.is_empty() && column > 0 && !is_drawn {
            return Vec::new();
        } else {
            files.push(format!("{inside}{name}"));
        }
    }
    // Without a folder it is no drawing, but a list.
    if files.iter().any(|file| file.contains('/')) {
        files
    } else {
        Vec::new()
    }
}

/// Returns whether a line has nothing but what draws, or an elision.
fn is_empty(line: &str) -> bool {
    line.chars().all(|letter| {
        letter.is_whitespace() || is_tree_line_letter(letter) || matches!(letter, '.' | '…')
    })
}

fn is_tree_line_letter(letter: char) -> bool {
    matches!(letter, '─'..='╿' | '|')
}

/// A folder or file of a drawing.
struct Entry<'l> {
    column: usize,
    name: &'l str,
    is_folder: bool,
    /// Signs lead to it, so that what stands behind it is said of it.
    is_drawn: bool,
}

fn entry_of(line: &str) -> Option<Entry<'_>> {
    const NOTES: [&str; 12] = [
        "#", "//", "(", "←", "<", "—", "–", "-", "[", "*", "✅", "🆕",
    ];
    let bare = line
        .trim_start_matches(|letter: char| letter.is_whitespace() || is_tree_line_letter(letter));
    let bare = bare.strip_prefix("-- ").unwrap_or(bare);
    let column = line.chars().count() - bare.chars().count();
    let is_drawn = line.contains(is_tree_line_letter);
    let (name, note) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
    let note = note.trim_start();
    let is_noted = is_drawn || note.is_empty() || NOTES.iter().any(|sign| note.starts_with(sign));
    let of_name = |one: char| one.is_alphanumeric() || "._-/[]()@".contains(one);
    let is_name = name.chars().all(of_name) && name.contains(char::is_alphanumeric);
    let last = name.rsplit('/').next().unwrap_or_default();
    let is_file = last.contains('.') && !last.ends_with('.');
    let is_folder = !is_file && (name.ends_with('/') || is_drawn || column == 0 && note.is_empty());
    (is_name && is_noted && (is_file || is_folder)).then_some(Entry {
        column,
        name,
        is_folder,
        is_drawn,
    })
}

#[cfg(test)]
mod tests {
    use super::files_of_drawing;

    #[test]
    fn a_file_lies_in_the_folders_above_it() {
        let drawings: [(&str, &[&str]); 6] = [
            (
                "shop/\n├── app/\n│   ├── api/\n│   │   └── users.py   # routes\n│   └── main.py (entry)\n└── README.md\n",
                &[
                    "shop/app/api/users.py",
                    "shop/app/main.py",
                    "shop/README.md",
                ],
            ),
            (
                "api/app/auth/\n  __init__.py\n  config.py      # the providers\n\napi/app/routers/\n  me.py\n",
                &[
                    "api/app/auth/__init__.py",
                    "api/app/auth/config.py",
                    "api/app/routers/me.py",
                ],
            ),
            (
                "src/\n|-- lib/\n|   |-- db.ts\n|-- index.ts\n",
                &["src/lib/db.ts", "src/index.ts"],
            ),
            (
                ".\n├── app\n│   └── main.py  Starts it\n└── Makefile\n",
                &["app/main.py"],
            ),
            // No drawing.
            ("a.py\nb.py\n", &[]),
            ("src/\n  index.ts\nand then the rest of it\n", &[]),
        ];
        for (drawing, files) in drawings {
            assert_eq!(files_of_drawing(drawing), files, "{drawing}");
        }
    }
}
