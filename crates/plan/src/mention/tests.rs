//! Sentences, each with a name in it, and what they make of it.

use super::*;

/// Returns what a sentence makes of its last name in ticks.
fn mention_of_last(words: &str) -> Mention {
    let span = code_spans(words, 0).pop().expect("a name");
    read_mention(words, &span.outer)
}

#[test]
fn a_name_is_spared_where_the_words_deny_it() {
    for words in [
        "Add this test without touching `app/limits.py`:",
        "Add these tests without reading `.env` or `config.env`",
        "Do not add it to `a.py`.",
        "Add the key to `a.py`, not `b.py`.",
        "Leave `a.py` as it is",
        "Keep `a.py` unchanged",
        "`a.py` stays exactly as it is; only a test is added:",
        "`a.py` is off limits. Add:",
        "`a.py` must not be changed",
        "`a.py` (unchanged) stays: leave `a.py` alone",
        "- Test: `a.py` (already there)",
        "- Test: `a.py` (already there, with a case for empty)",
        "- Test: `a.py` (already there, do not add a case)",
        "Never write `a.py`, `b.py`, or `c.py`",
        "在不修改 `app/limits.py` 的情况下添加测试：",
        "`a.py` は変更しない",
        "`a.py`는 수정하지 마세요",
        "Añade la prueba sin tocar `a.py`:",
        "Adicione o teste sem alterar `a.py`:",
        "Ajouter le test sans modifier `a.py` :",
        "Ergänze den Test, ohne `a.py` zu ändern:",
        "Добавить тест, не изменяя `a.py`:",
    ] {
        assert_eq!(mention_of_last(words), Mention::Spared, "{words}");
    }
}

#[test]
fn a_name_is_a_source_where_something_is_copied_or_like_it() {
    for words in [
        "Follow the pattern in `a.py`",
        "Add `out` below `run`, in the style of `check` in `a.py`.",
        "Add a route like the one in `a.py`:",
        "Copy the header from `a.py`:",
        "Copy it from `a.py`",
        "Call it like `a.py`",
        "The route in `b.py` calls it like `c.a` in `src/ctl.ts` is called",
        "参考 `a.py` 的写法添加：",
        "Añade una ruta siguiendo el patrón de `a.py`:",
    ] {
        assert_eq!(mention_of_last(words), Mention::Source, "{words}");
    }
}

#[test]
fn a_name_is_spoken_of_else() {
    for words in [
        "In `a.py`, add:",
        "Add the route to `a.py`:",
        "Remove the import from `a.py`:",
        "Move the helper from `old.py` to `a.py`:",
        "Do not change `b.py` but add the route to `a.py`:",
        "If it is not there, create `a.py`:",
        "Do not touch `b.py`. In `a.py`, add:",
        "Following the pattern in `b.py`, add to `a.py`:",
        "Open `a.py`",
        "在 `a.py` 中添加：",
        "`b.py` is not enough, so edit `a.py`:",
        "Call it from `a.py`",
        "1.2 Invoke it from `a.py`",
        "Use it in `a.py`",
        "- `a.py` — no longer import the clock",
        "- Test: `a.py` (already there, add a case for empty)",
        "- `a.py` (unchanged so far; extend the list)",
        "- `a.py` — already there; add a route",
    ] {
        assert_eq!(mention_of_last(words), Mention::Spoken, "{words}");
    }
}

#[test]
fn an_empty_file_is_told_by_its_note() {
    for note in [
        " (empty)",
        " - empty",
        " — empty file.",
        " (new, empty file)",
        "Empty package marker.",
        "（空文件）",
        " as an empty file.",
        " (can be empty)",
        " with no content",
        " (bleibt leer)",
        " als leere Datei.",
        " (0 bytes)",
    ] {
        assert!(is_empty_note(note), "{note}");
    }
    for note in [
        " — empty carts cost nothing",
        " (handles empty input)",
        " — the list can be empty",
        "",
    ] {
        assert!(!is_empty_note(note), "{note}");
    }
    assert!(is_empty_lead("Create an empty "));
    assert!(!is_empty_lead("Create the empty cart in "));
}

#[test]
fn a_base_is_the_folder_that_paths_are_relative_to() {
    assert_eq!(
        base_folder("All paths are relative to `backend/`."),
        Some("backend".to_owned())
    );
    assert_eq!(
        base_folder("所有路径相对于 `server/api`。"),
        Some("server/api".to_owned())
    );
    assert_eq!(
        base_folder("Paths are relative to the repository root."),
        None
    );
    assert_eq!(base_folder("Move `a/` relative to its parent."), None);
}

#[test]
fn a_sentence_ends_outside_of_code_and_abbreviations() {
    let words = "Note: it fails, e.g. in `a. B`. Open `tests/a.py` and find it. Replace it with:";
    let at = words.find("`tests").expect("the path");
    assert_eq!(
        &words[sentence_around(words, at)],
        " Open `tests/a.py` and find it."
    );
    assert_eq!(sentence_around("In `a.py`, add:", 3), 0..15);
}

#[test]
fn a_verb_is_denied_for_its_own_object() {
    let denied = |words: &str| {
        let span = code_spans(words, 0).pop().expect("a name");
        denies_name(words, &span.outer, &|word| {
            ["run", "running", "ausführen"].contains(&word)
        })
    };
    for words in [
        "Never run `x`.",
        "Do not run `x`",
        "Generate it without running `x`",
        "not with `x`",
        "`x` nicht ausführen",
    ] {
        assert!(denied(words), "{words}");
    }
    for words in [
        "Run `x`.",
        "See that no errors remain by running `x`",
        "Do not edit it. Run `x`",
        "If none is there, run `x`",
    ] {
        assert!(!denied(words), "{words}");
    }
}
