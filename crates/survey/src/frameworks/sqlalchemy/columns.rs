//! Columns of SQLAlchemy: by call, by an annotated type, or by annotation alone.
//!
//! ```text
//! name = Column("user_name", String, nullable=False)          user_name String, not nullable
//! owner_id = Column(ForeignKey("users.id"))                   owner_id, nullable, fk:users.id
//! id: Mapped[intpk]                                           what `intpk = Annotated[int, mapped_column(…)]` says
//! name: Mapped[str | None]                                    name str, nullable
//! ```

use super::annotations::{inside_mapped, is_optional, type_name};
use crate::evaluate::{Arguments, ClassValue, Field, Machine, Place, Value};
use crate::findings::Column;
use code::syntax::Expression;

/// Returns the column of `items = relationship("Item", backref="owner")` in a class; what `backref` adds to the other
/// class goes to `backward`, by that class's name.
pub(super) fn relation_column<'a>(
    machine: &Machine<'a>,
    (own, name): (&str, &str),
    arguments: &Arguments<'a>,
    backward: &mut Vec<(String, Column)>,
) -> Column {
    let target = arguments.at_or_named(0, "argument");
    let target = target.map(|value| match value.as_text() {
        Some(text) => text.rsplit('.').next().unwrap_or(&text).to_owned(),
        None => machine.label_of(value),
    });
    let target = target.unwrap_or_default();
    let relation = |name: &str, target: &str| Column {
        name: name.to_owned(),
        kind: "relationship".to_owned(),
        references: format!("rel:{target}"),
        ..Column::default()
    };
    if let Some(back) = arguments.named("backref") {
        let back = back.as_text().or_else(|| {
            machine
                .call_path(back)
                .and_then(|(_, given)| given.at(0)?.as_text())
        });
        backward.extend(back.map(|back| (target.clone(), relation(&back, own))));
    }
    relation(name, &target)
}

/// Returns a `Column(…)`, `mapped_column(…)` or `Field(…)`.
///
/// `Column(String, unique=True)` as `name` gives `name String`, unique. `deferred(…)` and `column_property(…)` are what
/// they wrap. Returns none for any other value, and for a column without a name.
pub(crate) fn mapped_column<'a>(
    machine: &mut Machine<'a>,
    name: &str,
    value: &Value<'a>,
    annotation: Option<(&'a Expression, Place)>,
) -> Option<Column> {
    let (path, arguments) = machine.call_path(value)?;
    let callee = path.rsplit('.').next().unwrap_or_default();
    let is_field = callee == "Field" && path.starts_with("sqlmodel");
    if !(is_field
        || matches!(
            callee,
            "Column" | "mapped_column" | "deferred" | "column_property"
        ))
    {
        return None;
    }
    if callee == "deferred" || callee == "column_property" {
        return mapped_column(machine, name, &arguments.at(0)?.clone(), annotation);
    }
    let mut found = Column {
        name: name.to_owned(),
        ..Column::default()
    };
    for value in arguments.positional().chain(arguments.named("type_")) {
        match value {
            Value::Text(text) if !is_field => found.name = text.to_string(),
            other => match machine.call_path(other) {
                Some((path, given)) if path.ends_with("ForeignKey") => {
                    let target = given.at(0).and_then(Value::as_text).unwrap_or_default();
                    found.references = format!("fk:{target}");
                }
                Some((path, _)) if path.ends_with("Sequence") || path.ends_with("Computed") => {}
                _ if found.kind.is_empty() => found.kind = machine.label_of(other),
                _ => {}
            },
        }
    }
    if let Some(target) = arguments.named("foreign_key").and_then(Value::as_text) {
        found.references = format!("fk:{target}");
    }
    found.primary = arguments.named("primary_key").is_some_and(Value::is_true);
    found.unique = arguments.named("unique").is_some_and(Value::is_true);
    let by_annotation = annotation.map(|(annotation, _)| is_optional(annotation));
    // In this order: what is said, then not for a key, then the annotation, else it may be null.
    found.nullable = match arguments.named("nullable") {
        Some(Value::Bool(nullable)) => Some(*nullable),
        _ => Some(!found.primary && by_annotation.unwrap_or(true)),
    };
    if let (true, Some((annotation, _))) = (found.kind.is_empty(), annotation) {
        found.kind = type_name(annotation);
    }
    (!found.name.is_empty()).then_some(found)
}

/// Marks the columns that a `PrimaryKeyConstraint` names.
pub(crate) fn mark_primary_keys<'a>(
    machine: &Machine<'a>,
    value: &Value<'a>,
    columns: &mut [Column],
) {
    let Some((path, arguments)) = machine.call_path(value) else {
        return;
    };
    if path.ends_with("PrimaryKeyConstraint") {
        let keys: Vec<_> = arguments.positional().filter_map(Value::as_text).collect();
        for column in columns
            .iter_mut()
            .filter(|column| keys.iter().any(|key| **key == *column.name))
        {
            column.primary = true;
            column.nullable = Some(false);
        }
    }
}

/// Returns a column that a type of the project describes: `intpk = Annotated[int,
/// mapped_column(primary_key=True)]`.
///
/// Returns none where the annotation is not `Mapped[…]` of a plain name, or where that describes no column.
pub(super) fn aliased_column<'a>(
    machine: &mut Machine<'a>,
    field: &Field<'a>,
    class: &ClassValue<'a>,
) -> Option<Column> {
    let inner = inside_mapped(field.annotation?)?;
    let (Expression::Name(_) | Expression::Member(..)) = inner else {
        return None;
    };
    let described = machine.evaluate(inner, &class.scope);
    let parts = described.items();
    let mut found = parts
        .iter()
        .find_map(|part| mapped_column(machine, field.name, part, None))?;
    if found.kind.is_empty() {
        found.kind = parts
            .first()
            .map(|part| machine.label_of(part))
            .unwrap_or_default();
    }
    let says = parts.iter().any(|part| {
        machine
            .call_path(part)
            .is_some_and(|(_, given)| given.named("nullable").is_some())
    });
    // `Annotated[str, …]` is not optional.
    found.nullable = if says { found.nullable } else { Some(false) };
    Some(found)
}

/// Returns a field that is a column by its annotation alone.
///
/// `name: Mapped[str]` without a value is one, and any annotated field of SQLModel. Returns none for `ClassVar`, for
/// names that begin with `__`, and for values that something else made.
pub(super) fn annotated_column<'a>(
    machine: &Machine<'a>,
    field: &Field<'a>,
    is_sqlmodel: bool,
) -> Option<Column> {
    let annotation = field.annotation?;
    let is_mapped = inside_mapped(annotation).is_some();
    let is_class_variable = matches!(annotation, Expression::Index(head, _) if matches!(&**head, Expression::Name(name) if &**name == "ClassVar"));
    let is_plain = !matches!(field.value, Value::Function(_) | Value::Class(_));
    let is_open = machine
        .call_path(&field.value)
        .is_none_or(|(path, _)| path.ends_with("Field"));
    let is_column =
        is_mapped && matches!(field.value, Value::Unknown) || is_sqlmodel && is_plain && is_open;
    (is_column && !is_class_variable && !field.name.starts_with("__")).then(|| Column {
        name: field.name.to_owned(),
        kind: type_name(annotation),
        nullable: Some(is_optional(annotation)),
        ..Column::default()
    })
}
