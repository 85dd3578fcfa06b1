//! Changes as patches: unified diffs with git's header lines, as `git apply` reads them.

use std::time::Duration;

use similar::{Algorithm, TextDiff};

use crate::cli::colour::Palette;
use crate::cli::printer::visible;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// After this time a shorter diff is no longer looked for; what is found then is still right.
const PATIENCE: Duration = Duration::from_secs(3);

/// The state of a path on one side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nothing.
    Nothing,
    /// A file, with its permission bits where they are known.
    File(Vec<u8>, Option<u32>),
    /// A symbolic link to this target.
    Link(String),
}

impl Side {
    /// As git writes it.
    fn mode(&self) -> &'static str {
        match self {
            Side::Link(_) => "120000",
            Side::File(_, Some(mode)) if mode & 0o111 != 0 => "100755",
            _ => "100644",
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Side::Nothing => &[],
            Side::File(bytes, _) => bytes,
            Side::Link(target) => target.as_bytes(),
        }
    }

    /// Returns whether the permission bits of both are known, and differ in what git keeps of them.
    fn differs_in_mode(&self, other: &Side) -> bool {
        let known = |side: &Side| !matches!(side, Side::File(_, None) | Side::Nothing);
        known(self) && known(other) && self.mode() != other.mode()
    }
}

/// Returns the patch that leads from `before` to `after` at `path`; empty where nothing differs.
pub(crate) fn patch(path: &str, before: &Side, after: &Side) -> String {
    if before.bytes() == after.bytes()
        && !before.differs_in_mode(after)
        && (before == &Side::Nothing) == (after == &Side::Nothing)
    {
        return String::new();
    }
    if matches!(before, Side::Link(_)) != matches!(after, Side::Link(_)) && ![before, after].contains(&&Side::Nothing) {
        return patch(path, before, &Side::Nothing) + &patch(path, &Side::Nothing, after);
    }
    let path = visible(path).replace('\n', "\u{fffd}");
    let mut text = format!("diff --git a/{path} b/{path}\n");
    match (before, after) {
        (Side::Nothing, after) => text += &format!("new file mode {}\n", after.mode()),
        (before, Side::Nothing) => text += &format!("deleted file mode {}\n", before.mode()),
        _ if before.differs_in_mode(after) => {
            text += &format!("old mode {}\nnew mode {}\n", before.mode(), after.mode());
        }
        _ => {}
    }
    let name = |side: &Side, letter: char| match side {
        Side::Nothing => "/dev/null".to_owned(),
        _ => format!("{letter}/{path}"),
    };
    text + &hunks(before, after, &name(before, 'a'), &name(after, 'b'))
}

fn hunks(before: &Side, after: &Side, old_name: &str, new_name: &str) -> String {
    let (Some(old), Some(new)) = (text_of(before), text_of(after)) else {
        return format!("Binary files {old_name} and {new_name} differ\n");
    };
    let mut configuration = TextDiff::configure();
    let diff = configuration.algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(old, new);
    diff.unified_diff().context_radius(CONTEXT).header(old_name, new_name).to_string()
}

/// Returns a patch with its lines styled, and tamed for a terminal; as it is where nothing is styled.
pub(crate) fn painted(patch: &str, palette: Palette) -> String {
    if !palette.on {
        return patch.to_owned();
    }
    let mut in_hunks = false;
    let mut painted = String::with_capacity(patch.len() * 2);
    for line in patch.lines() {
        in_hunks = line.starts_with("@@") || in_hunks && !line.starts_with("diff ");
        painted += &match line.chars().next() {
            _ if !in_hunks => palette.bold(&visible(line)),
            Some('@') => palette.cyan(&visible(line)),
            Some('+') => palette.green(&visible(line)),
            Some('-') => palette.red(&visible(line)),
            _ => visible(line),
        };
        painted.push('\n');
    }
    painted
}

fn text_of(side: &Side) -> Option<&str> {
    std::str::from_utf8(side.bytes()).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> Side {
        Side::File(text.as_bytes().to_vec(), Some(mode))
    }

    #[test]
    fn a_patch_is_what_git_reads() {
        let patch = |before: &Side, after: &Side| patch("app/a.py", before, after);
        let (one, two) = (file("a\nb\n", 0o644), file("a\nc", 0o755));
        assert_eq!(
            patch(&one, &two),
            "diff --git a/app/a.py b/app/a.py\nold mode 100644\nnew mode 100755\n--- a/app/a.py\n+++ b/app/a.py\n\
             @@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(
            patch(&Side::Nothing, &file("x\n", 0o600)),
            "diff --git a/app/a.py b/app/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/app/a.py\n@@ -0,0 +1 @@\n+x\n"
        );
        assert!(patch(&one, &Side::Nothing).contains("deleted file mode 100644\n--- a/app/a.py\n+++ /dev/null\n"));
        assert_eq!(patch(&one, &one), "");
        assert!(patch(&Side::Nothing, &file("", 0o644)).contains("new file mode 100644"));
        assert!(patch(&one, &Side::File(vec![0, 159], None)).contains("Binary files a/app/a.py and b/app/a.py differ"));
        assert!(patch(&one, &Side::Link("x".to_owned())).contains("new file mode 120000"));
    }

    #[test]
    fn colour_wraps_whole_lines() {
        let patch = patch("a", &file("-- x\nk\n", 0o644), &file("k\n", 0o644));
        let painted = painted(&patch, Palette { on: true });
        assert!(painted.contains("\u{1b}[31m--- x\u{1b}[0m\n"), "{painted:?}");
    }
}
