//! Pydantic: the shapes that requests and replies have.
//!
//! ```text
//! class Item(BaseModel):
//!     name: str                     `name`, `str`
//!     note: str | None = None       `note`, `str | None`, nullable
//!     kind: ClassVar[str] = "a"     no field
//! ```

use super::Framework;
use super::sqlalchemy::{is_optional, type_text};
use crate::evaluate::Value;
use crate::findings::{Column, Shape};
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Pydantic",
    markers: &["pydantic", "sqlmodel"],
    read: read_pydantic,
};

/// Adds the shapes of Pydantic's models and of SQLModel's classes that are no tables (`table=True`).
///
/// Fields of the classes above come first; a nearer one takes the place of one of its name.
fn read_pydantic(context: &mut FrameworkContext<'_, '_>) {
    for class in context.machine.classes.clone() {
        let is_table = class
            .keywords
            .iter()
            .any(|(name, value)| *name == "table" && value.is_true());
        let is_model = context.machine.outside_bases(&class).iter().any(|path| {
            matches!(
                &**path,
                "pydantic.BaseModel" | "pydantic.main.BaseModel" | "pydantic.generics.GenericModel"
            ) || path.starts_with("sqlmodel") && path.ends_with("SQLModel")
        });
        if !is_model || is_table {
            continue;
        }
        let mut fields: Vec<Column> = Vec::new();
        for ancestor in context.machine.lineage(&class).into_iter().rev() {
            for field in ancestor.fields.borrow().iter() {
                let Some(annotation) = field.annotation else {
                    continue;
                };
                let kind = type_text(annotation);
                if kind.starts_with("ClassVar") || field.name.starts_with("model_config") {
                    continue;
                }
                let nullable = Some(is_optional(annotation) || matches!(field.value, Value::Null));
                fields.retain(|known| known.name != field.name);
                fields.push(Column {
                    name: field.name.to_owned(),
                    kind,
                    nullable,
                    ..Column::default()
                });
            }
        }
        context.findings.shapes.push(Shape {
            name: class.class.name.to_string(),
            file: context.machine.path(class.place.module).to_owned(),
            line: class.place.line,
            fields,
        });
    }
}
