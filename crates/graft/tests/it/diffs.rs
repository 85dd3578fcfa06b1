//! Unified diffs: each case gives a diff, the path it is for, and what comes of it.

use graft::{FileChange, split_diff};

use crate::cases;

#[test]
fn diffs_apply_by_content_or_not_at_all() {
    cases::check("diffs", |case, before| {
        graft::apply_diff(before, &case.text("change.diff").unwrap(), case.path())
    });
}

#[test]
fn a_diff_of_several_files_is_split_with_paths_and_kinds() {
    let diff = "diff --git a/x.py b/x.py\nnew file mode 100644\n--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+a\n\
                --- a/y.py\n+++ b/y.py\n@@ -1 +1 @@\n-a\n+b\n--- a/z.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
    let parts: Vec<_> = split_diff(diff)
        .into_iter()
        .map(|part| (part.old_path, part.new_path, part.kind))
        .collect();
    assert_eq!(
        parts,
        [
            (None, Some("x.py"), FileChange::Create),
            (Some("y.py"), Some("y.py"), FileChange::Modify),
            (Some("z.py"), None, FileChange::Delete),
        ]
    );
    let joined: String = split_diff(diff).iter().map(|part| part.text).collect();
    assert_eq!(joined, diff);
}
