//! Table: verbs by which a sentence asks, in the imperative, for something to
//! be changed, in the languages that plans are written in.

use super::verbs::begins;

const URGES: &[&str] = &[
    "add",
    "update",
    "edit",
    "modify",
    "change",
    "replace",
    "rename",
    "remove",
    "delete",
    "drop",
    "move",
    "extract",
    "implement",
    "refactor",
    "rewrite",
    "extend",
    "insert",
    "append",
    "register",
    "wire",
    "export",
    "import",
    "mount",
    "convert",
    "migrate",
    "adjust",
    "bump",
    "define",
    "declare",
    "introduce",
    "inject",
    "hook",
    "document",
    "fix",
    "put",
    "set",
    "mark",
    "make",
    "wrap",
    "split",
    "merge",
    "write",
    "create",
    "generate",
    "scaffold",
    "configure",
    "enable",
    "disable",
    "expose",
    "handle",
    "swap",
    "pass",
    "include",
    "copy",
    "patch",
    "integrate",
    "添加",
    "增加",
    "修改",
    "更新",
    "删除",
    "移除",
    "替换",
    "新增",
    "新建",
    "创建",
    "实现",
    "编写",
    "补",
    "重构",
    "注册",
    "agregar",
    "agrega",
    "añadir",
    "añade",
    "actualizar",
    "actualiza",
    "eliminar",
    "crear",
    "crea",
    "implementar",
    "implementa",
    "modificar",
    "modifica",
    "reemplazar",
    "reemplaza",
    "добавить",
    "добавь",
    "обновить",
    "удалить",
    "изменить",
    "заменить",
    "реализовать",
    "создать",
    "додати",
    "оновити",
    "видалити",
    "замінити",
    "реалізувати",
    "створити",
    "追加",
    "変更",
    "削除",
    "実装",
    "추가",
    "수정",
    "삭제",
    "구현",
];
const LEADS: &[&str] = &[
    "also",
    "then",
    "finally",
    "next",
    "and",
    "now",
    "first",
    "second",
    "lastly",
    "additionally",
    "similarly",
    "likewise",
    "同时",
    "并",
    "並",
    "再",
    "然后",
    "最后",
    "también",
    "además",
    "luego",
    "также",
    "затем",
];

/// Whether a sentence asks, in the imperative, for something to be changed:
/// "Add the import.", "In `x`, rename …", "Also delete …".
pub(crate) fn asks_for_change(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut rest = lower.as_str();
    for _ in 0..4 {
        rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '`');
        if let Some(lead) = LEADS.iter().find(|lead| begins(rest, lead)) {
            rest = &rest[lead.len()..];
            continue;
        }
        let placed = [
            "in",
            "inside",
            "at the top of",
            "at the bottom of",
            "at the end of",
            "under",
            "在",
            "en",
            "в",
        ];
        let Some(place) = placed.iter().find(|place| begins(rest, place)) else {
            break;
        };
        let behind = &rest[place.len()..];
        let Some(cut) = behind
            .find([',', ':', '，', '：', '、', '中'])
            .filter(|cut| *cut < 120)
        else {
            break;
        };
        let width = behind[cut..].chars().next().map_or(1, char::len_utf8);
        rest = &behind[cut + width..];
    }
    rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let urged = URGES.iter().find(|verb| begins(rest, verb));
    urged.is_some_and(|verb| {
        // "Set of …", "Build passes", "Any failing test is fixed": not in the imperative.
        let next = rest[verb.len()..].split_whitespace().next().unwrap_or("");
        !matches!(
            next,
            "of" | "is" | "are" | "was" | "passes" | "succeeds" | "any" | "if" | "sure"
        )
    })
}
