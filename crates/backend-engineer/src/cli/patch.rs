//! Changes as patches: unified diffs with git's header lines, as `git apply` reads them.

use std::time::Duration;

use similar::{Algorithm, TextDiff};

use crate::cli::colour::Palette;
use crate::cli::printer::escape_control_characters;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// After this time a shorter diff is no longer looked for; what is found then is still right.
const PATIENCE: Duration = Duration::from_secs(3);

/// The state of a path on one side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PatchSide {
    /// Nothing.
    Nothing,
    /// A file, with its permission bits where they are known.
    File(Vec<u8>, Option<u32>),
    /// A symbolic link to this target.
    Link(String),
}

impl PatchSide {
    /// As git writes it.
    fn mode(&self) -> &'static str {
        match self {
            PatchSide::Link(_) => "120000",
            PatchSide::File(_, Some(mode)) if mode & 0o111 != 0 => "100755",
            _ => "100644",
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            PatchSide::Nothing => &[],
            PatchSide::File(bytes, _) => bytes,
            PatchSide::Link(target) => target.as_bytes(),
        }
    }

    /// Returns whether the permission bits of both are known, and differ in what git keeps of them.
    fn differs_in_mode(&self, other: &PatchSide) -> bool {
        let known =
            |side: &PatchSide| !matches!(side, PatchSide::File(_, None) | PatchSide::Nothing);
        known(self) && known(other) && self.mode() != other.mode()
    }
}

/// Returns the patch that leads from `before` to `after` at `path`; empty where nothing differs.
pub(crate) fn render_patch(path: &str, before: &PatchSide, after: &PatchSide) -> String {
    if before.bytes() == after.bytes()
        && !before.differs_in_mode(after)
        && (before == &PatchSide::Nothing) == (after == &PatchSide::Nothing)
    {
        return String::new();
    }
    if matches!(before, PatchSide::Link(_)) != matches!(after, PatchSide::Link(_))
        && ![before, after].contains(&&PatchSide::Nothing)
    {
        return render_patch(path, before, &PatchSide::Nothing)
            + &render_patch(path, &PatchSide::Nothing, after);
    }
    let path = escape_control_characters(path).replace('\n', "\u{fffd}");
    let mut text = format!("diff --git a/{path} b/{path}\n");
    match (before, after) {
        (PatchSide::Nothing, after) => text += &format!("new file mode {}\n", after.mode()),
        (before, PatchSide::Nothing) => text += &format!("deleted file mode {}\n", before.mode()),
        _ if before.differs_in_mode(after) => {
            text += &format!("old mode {}\nnew mode {}\n", before.mode(), after.mode());
        }
        _ => {}
    }
    let name = |side: &PatchSide, letter: char| match side {
        PatchSide::Nothing => "/dev/null".to_owned(),
        _ => format!("{letter}/{path}"),
    };
    text + &render_hunks(before, after, &name(before, 'a'), &name(after, 'b'))
}

fn render_hunks(before: &PatchSide, after: &PatchSide, old_name: &str, new_name: &str) -> String {
    let (Some(old), Some(new)) = (text_of_side(before), text_of_side(after)) else {
        return format!("Binary files {old_name} and {new_name} differ\n");
    };
    let mut configuration = TextDiff::configure();
    let diff = configuration
        .algorithm(Algorithm::Patience)
        .timeout(PATIENCE)
        .diff_lines(old, new);
    diff.unified_diff()
        .context_radius(CONTEXT)
        .header(old_name, new_name)
        .to_string()
}

/// Returns a patch with its lines styled, and tamed for a terminal; as it is where nothing is styled.
pub(crate) fn style_patch(patch: &str, palette: Palette) -> String {
    if !palette.on {
        return patch.to_owned();
    }
    let mut in_hunks = false;
    let mut painted = String::with_capacity(patch.len() * 2);
    for line in patch.lines() {
        in_hunks = line.starts_with("@@") || in_hunks && !line.starts_with("diff ");
        painted += &match line.chars().next() {
            _ if !in_hunks => palette.bold(&escape_control_characters(line)),
            Some('@') => palette.cyan(&escape_control_characters(line)),
            Some('+') => palette.green(&escape_control_characters(line)),
            Some('-') => palette.red(&escape_control_characters(line)),
            _ => escape_control_characters(line),
        };
        painted.push('\n');
    }
    painted
}

fn text_of_side(side: &PatchSide) -> Option<&str> {
    std::str::from_utf8(side.bytes())
        .ok()
        .filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> PatchSide {
        PatchSide::File(text.as_bytes().to_vec(), Some(mode))
    }

    #[test]
    fn a_patch_is_what_git_reads() {
        let patch = |before: &PatchSide, after: &PatchSide| render_patch("app/a.py", before, after);
        let (one, two) = (file("a\nb\n", 0o644), file("a\nc", 0o755));
        assert_eq!(
            patch(&one, &two),
            "diff --git a/app/a.py b/app/a.py\nold mode 100644\nnew mode 100755\n--- a/app/a.py\n+++ b/app/a.py\n\
             @@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(
            patch(&PatchSide::Nothing, &file("x\n", 0o600)),
            "diff --git a/app/a.py b/app/a.py\nnew file mode 100644\n--- /dev/null\n+++ b/app/a.py\n@@ -0,0 +1 @@\n+x\n"
        );
        assert!(
            patch(&one, &PatchSide::Nothing)
                .contains("deleted file mode 100644\n--- a/app/a.py\n+++ /dev/null\n")
        );
        assert_eq!(patch(&one, &one), "");
        assert!(patch(&PatchSide::Nothing, &file("", 0o644)).contains("new file mode 100644"));
        assert!(
            patch(&one, &PatchSide::File(vec![0, 159], None))
                .contains("Binary files a/app/a.py and b/app/a.py differ")
        );
        assert!(patch(&one, &PatchSide::Link("x".to_owned())).contains("new file mode 120000"));
    }

    #[test]
    fn colour_wraps_whole_lines() {
        let patch = render_patch("a", &file("-- x\nk\n", 0o644), &file("k\n", 0o644));
        let painted = style_patch(&patch, Palette { on: true });
        assert!(
            painted.contains("\u{1b}[31m--- x\u{1b}[0m\n"),
            "{painted:?}"
        );
    }
}
