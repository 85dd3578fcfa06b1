//! Table: words that say what shall happen to a file, in the languages that plans are written in.

use super::Action;
use crate::inline::{code_spans, key};
use crate::labels::Topic;
use crate::paths::as_path;

const CREATE: &[&str] = &[
    "create",
    "creates",
    "creating",
    "write",
    "generate",
    "scaffold",
    "new",
    "make",
    "initialize",
    "init",
    "新建",
    "创建",
    "新增",
    "编写",
    "crear",
    "crea",
    "escribir",
    "créer",
    "erstelle",
    "erstellen",
    "anlegen",
    "作成",
    "新規",
    "생성",
    "작성",
    "создать",
    "создай",
    "створити",
    "написати",
    "utwórz",
    "stwórz",
    "criar",
    "crie",
];
const MODIFY: &[&str] = &[
    "modify",
    "update",
    "edit",
    "extend",
    "refactor",
    "change",
    "replace",
    "wire",
    "register",
    "append",
    "insert",
    "fix",
    "open",
    "rewrite",
    "overwrite",
    "adjust",
    "patch",
    "enhance",
    "migrate",
    "convert",
    "export",
    "import",
    "mount",
    "expose",
    "hook",
    "include",
    "integrate",
    "configure",
    "in",
    "inside",
    "into",
    "to",
    "修改",
    "更新",
    "编辑",
    "在",
    "替换",
    "modificar",
    "modifica",
    "actualizar",
    "actualiza",
    "editar",
    "edita",
    "en",
    "modifier",
    "dans",
    "ändere",
    "bearbeite",
    "変更",
    "修正",
    "更新",
    "수정",
    "изменить",
    "обновить",
    "отредактировать",
    "в",
    "змінити",
    "оновити",
    "редагувати",
    "у",
    "zmodyfikuj",
    "edytuj",
    "w",
    "em",
    "add",
    "implement",
    "define",
    "declare",
    "添加",
    "agregar",
    "añadir",
    "añade",
    "ajouter",
    "追加",
    "추가",
    "добавить",
    "додати",
    "dodaj",
    "adicionar",
    "put",
    "place",
    "set",
    "bump",
    "complete",
    "finish",
    "move",
    "extract",
    "test",
    "tests",
    "unit",
    "integration",
    "contract",
    "document",
    "drop-in",
    "full",
    "final",
    "file",
    "files",
    "then",
    "also",
    "now",
    "and",
    "next",
    "finally",
    "first",
];
const DELETE: &[&str] = &[
    "delete",
    "remove",
    "删除",
    "移除",
    "eliminar",
    "borrar",
    "supprimer",
    "lösche",
    "entferne",
    "削除",
    "삭제",
    "удалить",
    "видалити",
    "usuń",
    "remover",
    "git rm",
];
const READ: &[&str] = &[
    "run",
    "verify",
    "check",
    "read",
    "see",
    "review",
    "inspect",
    "confirm",
    "ensure",
    "compare",
    "follow",
    "reference",
    "look",
    "study",
    "note",
    "execute",
    "visit",
    "navigate",
    "search",
    "grep",
    "find",
    "use",
    "reuse",
    "do not",
    "don't",
    "never",
    "no change",
    "no changes",
    "unchanged",
    "not",
    "without",
    "leave",
    "keep",
    "验证",
    "运行",
    "检查",
    "阅读",
    "参考",
    "ejecutar",
    "verificar",
    "leer",
    "revisar",
    "запустить",
    "проверить",
];

/// Words beside a path that are still about the file.
pub(super) const FILLER: &[&str] = &[
    "the",
    "file",
    "files",
    "old",
    "unused",
    "obsolete",
    "legacy",
    "entire",
    "whole",
    "entirely",
    "completely",
    "module",
    "this",
    "now",
    "el",
    "archivo",
    "fichero",
    "le",
    "fichier",
    "die",
    "datei",
    "o",
    "arquivo",
    "файл",
    "文件",
    "整个",
];

/// What the first word of `words` says; `None` where it asks for nothing to be changed.
pub(super) fn action_of(words: &str) -> Option<Action> {
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    let starts = |list: &[&str]| list.iter().any(|word| begins(&lower, word));
    if starts(READ) {
        None
    } else if starts(CREATE) {
        Some(Action::Create)
    } else if starts(DELETE) {
        Some(Action::Delete)
    } else if starts(MODIFY) {
        Some(Action::Unstated)
    } else {
        None
    }
}

/// Whether the words forbid or only tell to look.
pub(super) fn only_looks(words: &str) -> bool {
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    READ.iter().any(|word| begins(&lower, word))
}

/// Whether the first word says plainly that something there is changed.
pub(super) fn plainly_modifies(words: &str) -> bool {
    const PLAIN: &[&str] = &[
        "modify",
        "update",
        "edit",
        "extend",
        "refactor",
        "replace",
        "rewrite",
        "append",
        "修改",
        "更新",
        "替换",
        "modificar",
        "actualizar",
        "editar",
        "изменить",
        "обновить",
        "змінити",
        "оновити",
    ];
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    PLAIN.iter().any(|word| begins(&lower, word))
}

/// Whether a text begins with a word.
pub(super) fn begins(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        !word.is_ascii() && !word.chars().all(char::is_alphabetic)
            || !rest.starts_with(|letter: char| {
                letter.is_alphanumeric() && (word.is_ascii() || letter.is_ascii())
                    || letter == '-' && word.is_ascii()
            })
    })
}

/// What a note beside a path says: "(new)", "[MODIFY]", "— create", "新建".
pub(super) fn action_of_note(note: &str) -> Action {
    // What stands behind a comma or a full stop speaks of something else.
    if note
        .trim_start_matches(['`', '*', ' '])
        .starts_with([',', ';', '.', '，', '；', '。', '、'])
    {
        return Action::Unstated;
    }
    let lower = note.to_lowercase();
    let trimmed = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    // `schema.prisma` + new migration: the plus begins another thing.
    if lower[..lower.len() - trimmed.len()].contains("+ ") || is_new_part(trimmed) {
        return Action::Unstated;
    }
    let has = |words: &[&str]| words.iter().any(|word| begins(trimmed, word));
    if has(&[
        "new",
        "create",
        "created",
        "add file",
        "added",
        "新建",
        "新增",
        "创建",
        "nuevo",
        "crear",
        "nuevo archivo",
        "neu",
        "新規",
        "신규",
        "новый",
        "новий",
    ]) {
        Action::Create
    } else if has(&[
        "modify",
        "modified",
        "update",
        "updated",
        "edit",
        "existing",
        "change",
        "extend",
        "修改",
        "更新",
        "modificar",
        "actualizar",
        "изменить",
        "変更",
        "수정",
    ]) {
        Action::Modify
    } else if has(&[
        "delete",
        "deleted",
        "remove",
        "removed",
        "删除",
        "eliminar",
        "удалить",
        "削除",
        "삭제",
    ]) {
        // "— remove the limit" is about the limit.
        if removes_whole(trimmed) {
            Action::Delete
        } else {
            Action::Unstated
        }
    } else {
        Action::Unstated
    }
}

/// Returns whether a note or a label's value says that the file at hand goes: "Delete — unused", "Remove this file".
pub(super) fn removes_whole(value: &str) -> bool {
    let words = value.trim();
    let end = words
        .find(|letter: char| !letter.is_alphanumeric())
        .unwrap_or(words.len());
    let (first, rest) = words.split_at(end);
    let removed = action_of(first) == Some(Action::Delete)
        || matches!(first.to_lowercase().as_str(), "deleted" | "removed");
    removed
        && !value
            .trim_end_matches(['*', '_', ' ', '`'])
            .ends_with(['?', '？'])
        && {
            let behind = rest.trim_start();
            // "Delete file, unused", but not "remove old, unused imports".
            let cut = behind.split([',', ';']).next().unwrap_or(behind);
            let object = key(if key(cut).split(' ').any(|word| WHOLE.contains(&word)) {
                cut
            } else {
                behind
            });
            let words: Vec<&str> = object
                .split_whitespace()
                .take_while(|word| !matches!(*word, "and" | "as" | "since"))
                .collect();
            rest.trim().is_empty()
                || !rest.starts_with(char::is_whitespace)
                || behind.starts_with(['—', '–', '-', '(']) && !names_part(behind)
                || words.iter().all(|word| FILLER.contains(word))
        }
}

/// Words for a file as a whole.
const WHOLE: [&str; 8] = [
    "file", "module", "archivo", "fichero", "fichier", "datei", "arquivo", "файл",
];

/// What a file is made of.
const PARTS: &[&str] = &[
    "field",
    "endpoint",
    "route",
    "method",
    "function",
    "column",
    "parameter",
    "param",
    "argument",
    "option",
    "key",
    "prop",
    "property",
    "section",
    "entry",
    "case",
    "import",
    "setting",
    "variable",
    "value",
    "constant",
    "class",
    "type",
    "interface",
    "handler",
    "test",
    "line",
    "call",
    "comment",
    "decorator",
    "model",
    "code",
];

/// Returns whether a note in brackets is about a part of the file: "(`MAX_NAME`)", "(unused import)", "(lines 3-5)".
pub(super) fn names_part(note: &str) -> bool {
    let Some(inner) = note.trim_start().strip_prefix(['(', '（']) else {
        return false;
    };
    let inner = inner.split([')', '）']).next().unwrap_or(inner);
    let code = code_spans(inner, 0)
        .into_iter()
        .any(|span| as_path(&inner[span.inner], true).is_none());
    code || inner
        .split(|letter: char| !letter.is_alphanumeric())
        .any(is_part)
}

fn is_part(word: &str) -> bool {
    let word = word.to_lowercase();
    PARTS.contains(&word.as_str())
        || word
            .strip_suffix('s')
            .is_some_and(|one| PARTS.contains(&one))
}

/// Whether a note speaks of something new within a file: "new field", "added two endpoints".
fn is_new_part(note: &str) -> bool {
    let mut words = note
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    if !matches!(words.next(), Some("new" | "added" | "create" | "created")) {
        return false;
    }
    // Before it may stand what kind it is: "new optional field".
    let within = note
        .split(['.', ',', ';', '(', ')', ':', '—'])
        .next()
        .unwrap_or(note);
    within.split_whitespace().skip(1).take(3).any(is_part)
}

/// What a label such as `Create:` says.
pub(super) fn action_of_topic(topic: Topic, note: &str) -> Action {
    let by_note = action_of_note(note);
    match topic {
        _ if by_note != Action::Unstated => by_note,
        Topic::Create => Action::Create,
        Topic::Modify => Action::Modify,
        Topic::Delete => Action::Delete,
        _ => Action::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_about_what_it_names() {
        for note in [
            "delete",
            "Removed",
            "delete — unused",
            "Remove this file",
            "deleted (see above)",
            "删除",
            "delete entirely",
        ] {
            assert!(removes_whole(note), "{note}");
        }
        for note in [
            "remove the local MAX_NAME",
            "delete endpoint",
            "removed in Task 3",
            "remove `x`",
            "delete?",
        ] {
            assert!(!removes_whole(note), "{note}");
        }
    }

    #[test]
    fn a_note_that_speaks_of_something_new_beside_or_within_a_file_makes_no_file() {
        for note in [
            " (new)",
            " — new",
            " (new service)",
            " [NEW] the cache",
            " (created here)",
        ] {
            assert_eq!(action_of_note(note), Action::Create, "{note}");
        }
        for note in [
            " + new migration",
            " (new field)",
            " — new optional fields",
            " (+ new tests)",
            ", new",
        ] {
            assert_eq!(action_of_note(note), Action::Unstated, "{note}");
        }
        assert_eq!(action_of_note(" (modified: new field)"), Action::Modify);
    }
}
