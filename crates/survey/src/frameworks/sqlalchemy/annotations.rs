//! Types of columns, as annotations name them.
//!
//! ```text
//! Mapped[list["Item"] | None]     inside: list["Item"] | None · optional · about `Item`
//! ```

use code::syntax::Expression;

/// Returns the type inside `Mapped[…]`, also as `so.Mapped[…]`.
///
/// Returns none for any other annotation.
pub(super) fn inside_mapped(annotation: &Expression) -> Option<&Expression> {
    let Expression::Index(head, inner) = annotation else {
        return None;
    };
    match &**head {
        Expression::Name(name) | Expression::Member(_, name) if &**name == "Mapped" => Some(inner),
        _ => None,
    }
}

/// Returns whether an annotation may be null: `Optional[str]`, `str | None`, `Mapped[str | None]`, `"User | None"`.
pub(crate) fn is_optional(annotation: &Expression) -> bool {
    match annotation {
        Expression::Null => true,
        Expression::Union(parts) => parts.iter().any(is_optional),
        Expression::Index(head, key) => match &**head {
            Expression::Name(name) | Expression::Member(_, name) if &**name == "Optional" => true,
            Expression::Name(name) | Expression::Member(_, name) if &**name == "Mapped" => {
                is_optional(key)
            }
            _ => false,
        },
        Expression::Text(text) => text.contains("Optional[") || text.contains("None"),
        _ => false,
    }
}

/// Returns an annotation as it is written, more or less.
///
/// `dict[str, int] | None` stays as it is, `types.Name` is `Name`; what is no type is empty.
pub(crate) fn type_text(annotation: &Expression) -> String {
    let list = |parts: &[Expression], between: &str| {
        parts
            .iter()
            .map(type_text)
            .collect::<Vec<_>>()
            .join(between)
    };
    match annotation {
        Expression::Name(name) | Expression::Member(_, name) => name.to_string(),
        Expression::Text(text) => text.to_string(),
        Expression::Null => "None".to_owned(),
        Expression::Union(parts) => list(parts, " | "),
        Expression::List(parts) => list(parts, ", "),
        Expression::Index(head, key) => format!("{}[{}]", type_text(head), type_text(key)),
        _ => String::new(),
    }
}

/// Returns the class that an annotation is about: `list["Hero"] | None` is about `Hero`.
pub(super) fn target_of(annotation: &Expression) -> Option<String> {
    match annotation {
        Expression::Name(name) | Expression::Member(_, name) => Some(name.to_string()),
        Expression::Text(text) => Some(
            text.rsplit(['[', '.'])
                .next()
                .unwrap_or(text)
                .trim_end_matches(']')
                .to_owned(),
        ),
        Expression::Union(parts) | Expression::List(parts) => parts.iter().find_map(target_of),
        Expression::Index(_, key) => target_of(key),
        _ => None,
    }
}

/// Returns the name of the type that a column has: `Mapped[int]` is `int`, `str | None` is `str`.
pub(super) fn type_name(annotation: &Expression) -> String {
    match annotation {
        Expression::Name(name) | Expression::Member(_, name) => name.to_string(),
        Expression::Text(text) => text.to_string(),
        Expression::Union(parts) => parts.first().map(type_name).unwrap_or_default(),
        Expression::Index(_, key) => type_name(key),
        _ => String::new(),
    }
}
