//! Compares names as people write them with the names of items.
//!
//! ```text
//! `UserService.create()`             create
//! `async def create`                 create
//! `async start(port: number) {`      start
//! ```

/// Returns whether a name in the prose means an item of this name: `create`, `create()`, `UserService.create`, `def
/// create`.
///
/// A qualified name in the prose means its last part: `b` is meant by `a.b`, but not `a`, and `a.b`
/// not by `b`.
pub(crate) fn same_name(mentioned: &str, name: &str) -> bool {
    if mentioned.is_empty() || name.is_empty() {
        return false;
    }
    let mentioned = strip_name_decoration(mentioned);
    mentioned == name || mentioned.rsplit('.').next() == Some(name)
}

/// Returns a mentioned name without the words and signs that people put around it.
///
/// `export async function start()` -> `start`, `self.app` -> `app`. Arguments stay where they tell
/// something: `get('/x')`.
pub(crate) fn strip_name_decoration(mentioned: &str) -> String {
    let mut rest = mentioned
        .trim()
        .trim_end_matches([';', ':', '{', ','])
        .trim();
    for word in [
        "export default ",
        "export ",
        "async ",
        "def ",
        "function ",
        "class ",
        "const ",
        "let ",
        "interface ",
        "type ",
        "enum ",
    ] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    // The head of a function: "async start(port: number) {".
    let is_head = mentioned.trim().ends_with(['{', ':']) && rest.contains('(');
    let rest = if is_head {
        rest.split('(').next().unwrap_or(rest)
    } else {
        rest
    };
    let flat = crate::languages::flatten(rest);
    let bare = flat
        .strip_suffix("()")
        .or_else(|| flat.strip_suffix("(...)"))
        .unwrap_or(&flat);
    bare.trim_start_matches("self.")
        .trim_start_matches("this.")
        .to_owned()
}
