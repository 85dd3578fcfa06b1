//! Words and blocks, and what of them is a file's content.

use super::*;

#[test]
fn an_address_is_the_path_and_nothing_else() {
    let below = |block| without_address("app/api/users.py", block).to_owned();
    assert_eq!(below("# app/api/users.py\nimport os\n"), "import os\n");
    assert_eq!(
        below("# app/api/users.py (new)\n\nimport os\n"),
        "import os\n"
    );
    assert_eq!(below("# users.py\nimport os\n"), "import os\n");
    for named in [
        "# --- app/api/users.py ---",
        "# Datei: app/api/users.py",
        "# File: `users.py`",
    ] {
        let block = format!("{named}\nimport os\n");
        assert_eq!(
            without_address("app/api/users.py", &block),
            "import os\n",
            "{named}"
        );
    }
    for kept in [
        "# Users of app/api/users.py\nimport os\n",
        "#!/usr/bin/env python\nimport os\n",
        "# app/api/users.py\n",
        "# ers.py\nimport os\n",
        "import os\n",
    ] {
        assert_eq!(below(kept), kept);
    }
    assert_eq!(below("# app/api/users.py\n# (empty)\n"), "");
    assert_eq!(below("# empty\n"), "");
    assert_eq!(
        without_address("src/a.ts", "// src/a.ts\nexport {}\n"),
        "export {}\n"
    );
}

#[test]
fn blanks_go_from_empty_lines_but_not_from_data() {
    let clean = |path, text, block: &str| without_blanks(&File { path, text }, block).into_owned();
    let block = "def f():\n    \"\"\"Says.\n    \n    More.\n    \"\"\"\n    \n    x = \"\"\"a\n    \nb\"\"\"\n\t\n    return x\n";
    let bare = "def f():\n    \"\"\"Says.\n\n    More.\n    \"\"\"\n\n    x = \"\"\"a\n    \nb\"\"\"\n\n    return x\n";
    assert_eq!(clean("a.py", None, block), bare);
    assert_eq!(clean("a.py", Some("x = 1\n  \ny = 2\n"), block), block);
    assert_eq!(clean("notes.txt", None, block), block);
}

#[test]
fn words_that_make_a_block_the_whole_file() {
    let all = |prose| is_all(prose, "app/users.py", "x = 1\n");
    for prose in [
        "Replace the entire file:",
        "- [ ] **Step 1: Replace the file contents**",
        "Replace the contents of `app/users.py` with:",
        "Replace the entire contents with:",
        "Reemplazar el contenido completo de `app/users.py`:",
        "**Step 2: Replace the file**",
        "Overwrite the whole file with the version below.",
        "Modify `app/users.py`：把整个文件替换为：",
        "The new `users.py` should be:",
        "The complete file should now look like this:",
    ] {
        assert!(all(prose), "{prose}");
    }
    for prose in [
        "Replace the file header with:",
        "Replace `load` in the whole file with:",
        "Replace the body of `create`:",
        "Replace the file upload handler:",
        "Replace its contents with:",
        "The whole file is short.",
        "The new `users.py` should be short:",
        "The new `load` should be:",
        "Rewrite `users.py`:",
        "Rewrite `load`:",
    ] {
        assert!(!all(prose), "{prose}");
    }
    assert!(!is_all(
        "Replace the entire file:",
        "app/users.py",
        "x = 1\n# ... rest of the file\n"
    ));
}

#[test]
fn a_file_that_is_replaced_itself_is_shown_whole() {
    for prose in [
        "- [ ] **Step 1: Replace `web/theme.scss`** with",
        "Overwrite `web/theme.scss` with:",
        "Replace theme.scss with:",
        "**Step 1：替换 `web/theme.scss`** 为",
        "将 `web/theme.scss` 替换为：",
        "Reemplazar `web/theme.scss` por:",
    ] {
        assert!(is_all(prose, "web/theme.scss", "$a: 1;\n"), "{prose}");
    }
    for prose in [
        "Replace `$a` with:",
        "Replace `web/theme.scss` with the new file, and its `$a` with:",
        "Replace `web/other.scss` with:",
        "替换 `$a` 为：",
        "在 `web/theme.scss` 中将 `$a` 替换为：",
        "Replace the colours in `web/theme.scss` with:",
    ] {
        assert!(!is_all(prose, "web/theme.scss", "$a: 1;\n"), "{prose}");
    }
    let module = "from a import b\n\n\ndef load():\n    return b\n";
    assert!(is_all(
        "Replace `app/users.py` with:",
        "app/users.py",
        module
    ));
    assert!(!is_all(
        "Replace `app/users.py` with:",
        "app/users.py",
        "def load():\n    return b\n"
    ));
}

#[test]
fn a_rewritten_file_is_shown_by_what_begins_as_a_module() {
    let module = "from a import b\n\n\ndef load():\n    return b\n";
    assert!(is_all(
        "**Step 1: Rewrite users.py**\n\nWrite `app/users.py`:",
        "app/users.py",
        module
    ));
    assert!(!is_all(
        "Rewrite `app/users.py` to use `b`:",
        "app/users.py",
        module
    ));
    for prose in [
        "Replace `app/users.py`:",
        "**Step 1: Replace users.py with the full service**\n\nImplementation:",
    ] {
        assert!(is_all(prose, "app/users.py", module), "{prose}");
    }
    for prose in [
        "Replace `app/users.py` with a call of `b`:",
        "Replace `load` of `app/users.py`:",
    ] {
        assert!(!is_all(prose, "app/users.py", module), "{prose}");
    }
    assert!(!is_all(
        "Rewrite `app/users.py`:",
        "app/users.py",
        "def load():\n    return b\n"
    ));
}
