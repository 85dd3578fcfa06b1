//! Elisions: the many ways in which a plan says "what stood here stays", told from code and from plain comments.
//!
//! ```text
//! # ...                                         elision
//! // ... existing providers                     elision: dots first, then words for what is kept
//! # keep existing routes                        elision: a known phrase in a short comment
//! # add to existing imports                     none: it speaks of what follows
//! # the rest of the fields are validated by the service below     none: a sentence
//! ```

/// Stands in for an elision comment where Python's grammar wants a statement.
pub(crate) const SENTINEL: &str = "__graft_elision__";

/// Phrases that make a short comment an elision, in the languages that plans are written in.
const PHRASES: [&str; 63] = [
    "existing code",
    "existing imports",
    "existing import",
    "existing fields",
    "existing methods",
    "existing routes",
    "existing content",
    "existing logic",
    "existing tests",
    "existing functions",
    "existing implementation",
    "existing config",
    "existing settings",
    "existing entries",
    "existing body",
    "existing endpoints",
    "existing columns",
    "existing properties",
    "existing providers",
    "existing middleware",
    "existing attributes",
    "existing models",
    "existing exports",
    "existing setup",
    "existing params",
    "existing parameters",
    "existing handlers",
    "existing items",
    "existing values",
    "existing statements",
    "existing classes",
    "existing types",
    "existing options",
    "rest of",
    "rest unchanged",
    "rest stays",
    "rest remains",
    "the rest",
    "remaining code",
    "remaining fields",
    "remaining methods",
    "unchanged",
    "same as before",
    "as before",
    "no changes",
    "no change",
    "keep existing",
    "keep the existing",
    "código existente",
    "resto del",
    "sin cambios",
    "código restante",
    "code existant",
    "reste du",
    "现有代码",
    "保持不变",
    "其余",
    "省略",
    "bleibt unverändert",
    "restlicher code",
    "inchangé",
    "기존 코드",
    "既存のコード",
];

/// Words that are an elision on their own: "etc.", "and so on".
const ALONE: [&str; 7] = [
    "existing",
    "etc",
    "and so on",
    "and so forth",
    "usw",
    "и так далее",
    "等等",
];

/// Callables of Pydantic and FastAPI for which `...` as the first argument says "required", and elides nothing.
const REQUIRING: [&str; 9] = [
    "Field", "Query", "Path", "Body", "Header", "Cookie", "Form", "File", "Param",
];

/// Returns whether `...` as the first argument of a call is a value. `callee` is what is called, dots included.
pub(crate) fn takes_ellipsis(callee: &str) -> bool {
    REQUIRING.contains(&callee.rsplit('.').next().unwrap_or(callee).trim())
}

/// Returns whether a comment, its comment signs included, stands for code that is kept.
///
/// The numbers below are counts of words: the surer the sign, the longer the comment may be. With
/// dots in front twelve, with dots behind three, or twelve beside a known phrase, with a phrase
/// alone seven.
pub(crate) fn is_elision(comment: &str) -> bool {
    let body = strip_comment_signs(comment);
    // "(existing entities)"
    let inner = body
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let body = inner.unwrap_or(body);
    if body.is_empty() || body.contains('\n') {
        return false;
    }
    let lower = body.to_lowercase();
    let dotted = lower.starts_with("...")
        || lower.starts_with('…')
        || lower.starts_with("[...")
        || lower.starts_with("(...");
    let trailing = lower.ends_with("...")
        || lower.ends_with('…')
        || lower.ends_with("...]")
        || lower.ends_with("...)");
    let words = lower
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    if dotted {
        return words <= 12;
    }
    if ALONE.contains(&lower.trim_end_matches(['.', '…'])) {
        return true;
    }
    let phrase = PHRASES.iter().any(|phrase| lower.contains(phrase));
    if trailing {
        return words <= 3 || phrase && words <= 12 || lower.starts_with("existing ");
    }
    phrase && words <= 7 && !mentions_addition(&lower)
        || lower.starts_with("existing ") && words <= 3
}

/// Returns whether a comment begins with a verb or a word of place of the plan itself: "add to
/// existing imports" speaks of what follows, not of what is left out.
fn mentions_addition(lower: &str) -> bool {
    [
        "add", "new", "after", "before", "update", "replace", "change", "modify", "insert", "in ",
    ]
    .iter()
    .any(|verb| lower.starts_with(verb))
}

/// Returns a comment without its signs.
///
/// Takes off `//`, `#`, `/* */` and `{/* */}`; of signs that are repeated those at the front:
/// `## ... ##` -> `... ##`.
pub(crate) fn strip_comment_signs(comment: &str) -> &str {
    let body = comment.trim();
    let body = body
        .strip_prefix("{/*")
        .and_then(|rest| rest.strip_suffix("*/}"))
        .unwrap_or(body);
    let body = body
        .strip_prefix("/*")
        .and_then(|rest| rest.strip_suffix("*/"))
        .unwrap_or(body);
    body.trim_start_matches(['#', '/', '*', '-']).trim()
}
