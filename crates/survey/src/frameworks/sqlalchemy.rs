//! SQLAlchemy, Flask-SQLAlchemy and SQLModel: declarative classes, mixins, association tables and
//! back references.
//!
//! ```text
//! class User(Base):                                          table `users`
//!     __tablename__ = "users"
//!     id: Mapped[int] = mapped_column(primary_key=True)      id int, primary
//!     name: Mapped[str | None]                               name str, nullable
//!     items = relationship("Item", backref="owner")          items relationship, rel:Item
//!
//! and the table of `Item` gets                               owner relationship, rel:User
//! ```
//!
//! Without `__tablename__` a table has the class's name in snake case; SQLModel writes it in lower case.

mod annotations;

mod columns;

use crate::frameworks::FrameworkContext;
use annotations::{inside_mapped, target_of};
pub(super) use annotations::{is_optional, type_text};
use columns::{aliased_column, annotated_column, relation_column};
pub(super) use columns::{mapped_column, mark_primary_keys};
use std::rc::Rc;

use super::Framework;
use crate::evaluate::{Arguments, ClassValue, Field, Machine, Value};
use crate::findings::{Column, Entity};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "SQLAlchemy",
    markers: &["sqlalchemy", "sqlmodel"],
    read: read_sqlalchemy,
};

/// Adds the tables of classes, those that a call makes, and then the back references, for which both sides must be
/// known.
fn read_sqlalchemy(context: &mut FrameworkContext<'_, '_>) {
    let mut entities: Vec<Entity> = Vec::new();
    let mut backward: Vec<(String, Column)> = Vec::new();
    for class in context.machine.classes.clone() {
        let Some(table) = table_of(context.machine, &class) else {
            report_unfollowed_class(context, &class);
            continue;
        };
        let columns = columns_of(context.machine, &class, &mut backward);
        let place = class.place;
        let model = class.class.name.to_string();
        merge_entity(
            &mut entities,
            Entity {
                table,
                model,
                file: context.machine.path(place.module).to_owned(),
                line: place.line,
                columns,
            },
        );
    }
    add_association_tables(context, &mut entities);
    for (target, column) in backward {
        let entity = entities
            .iter_mut()
            .find(|entity| entity.model == target || entity.table == target);
        if let Some(entity) = entity
            && !entity.columns.iter().any(|known| known.name == column.name)
        {
            entity.columns.push(column);
        }
    }
    context.findings.entities.extend(entities);
}

/// Adds the tables that are made by a call, most often between two others: `Table("user_role", metadata, Column(…))`.
fn add_association_tables(context: &mut FrameworkContext<'_, '_>, entities: &mut Vec<Entity>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        let is_table = path.ends_with(".Table")
            && (path.contains("sqlalchemy") || path.contains("SQLAlchemy"));
        let Some(table) = arguments
            .at(0)
            .and_then(Value::as_text)
            .filter(|_| is_table)
        else {
            continue;
        };
        let mut columns = Vec::new();
        for value in arguments.positional() {
            if let Some(column) = mapped_column(context.machine, "", value, None) {
                columns.push(column);
            }
            mark_primary_keys(context.machine, value, &mut columns);
        }
        let place = context.machine.object(id).place;
        let file = context.machine.path(place.module).to_owned();
        merge_entity(
            entities,
            Entity {
                table: table.to_string(),
                model: String::new(),
                file,
                line: place.line,
                columns,
            },
        );
    }
}

/// Reports a class that names a table and extends something, and whose columns could not be followed.
fn report_unfollowed_class<'a>(context: &mut FrameworkContext<'_, 'a>, class: &Rc<ClassValue<'a>>) {
    let is_abstract = matches!(
        own_attribute(class, "__abstract__"),
        Some(Value::Bool(true))
    );
    if let (Some(Value::Text(table)), false, false) = (
        own_attribute(class, "__tablename__"),
        is_abstract,
        class.bases.is_empty(),
    ) {
        context.findings.report_unresolved(
            context.machine,
            class.place,
            format!("the columns of the table `{table}`"),
        );
    }
}

/// Adds an entity, or its new columns to the one of the same table: with single-table inheritance several classes
/// share one.
fn merge_entity(entities: &mut Vec<Entity>, entity: Entity) {
    match entities
        .iter_mut()
        .find(|known| known.table == entity.table)
    {
        Some(known) => {
            for column in entity.columns {
                if !known.columns.iter().any(|other| other.name == column.name) {
                    known.columns.push(column);
                }
            }
        }
        None => entities.push(entity),
    }
}

/// Returns the value that a class itself gives a name, the last one where there are several; not what it inherits.
fn own_attribute<'a>(class: &ClassValue<'a>, name: &str) -> Option<Value<'a>> {
    class
        .fields
        .borrow()
        .iter()
        .rev()
        .find(|field| field.name == name)
        .map(|field| field.value.clone())
}

/// Returns whether a class is one that SQLAlchemy maps: by what it extends outside the project, by its own columns, or
/// by `@as_declarative` on it or above it.
fn is_declarative<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> bool {
    let by_base = machine.outside_bases(class).iter().any(|path| {
        path.ends_with("declarative_base()")
            || path.ends_with(".DeclarativeBase")
            || path.ends_with(".Base")
            || path.contains("SQLAlchemy") && path.ends_with(".Model")
            || path.starts_with("sqlmodel")
    });
    by_base
        || is_table_by_itself(machine, class)
        || machine.lineage(class).iter().any(|class| {
            class
                .decorators
                .borrow()
                .iter()
                .any(|value| machine.label_of(value) == "as_declarative")
        })
}

/// Returns whether a class names its table and holds mapped columns: it is a model, whichever
/// library or factory its base comes from. What extends nothing is a mixin.
fn is_table_by_itself<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> bool {
    let is_base = |base: &Value<'a>| !matches!(base, Value::External(path) if matches!(&**path, "object" | "abc.ABC" | "ABC"));
    if !class.bases.iter().any(is_base) {
        return false;
    }
    let fields = class.fields.borrow().clone();
    let holds_columns = fields.iter().any(|field| {
        let is_column = machine.call_path(&field.value).is_some_and(|(path, _)| {
            matches!(path.rsplit('.').next(), Some("Column" | "mapped_column"))
        });
        is_column
            || field
                .annotation
                .is_some_and(|annotation| inside_mapped(annotation).is_some())
    });
    let is_named = matches!(own_attribute(class, "__tablename__"), Some(Value::Text(_)));
    let is_model = machine.outside_bases(class).iter().any(|path| {
        let last = path.rsplit('.').next().unwrap_or(path);
        last == "Model" || last.ends_with("Base") || last.ends_with("Base()")
    });
    holds_columns && (is_named || is_model)
}

/// Returns whether a class may have a table: not an abstract one (`__abstract__ = True`), nor the base itself.
fn is_mapped<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> bool {
    is_declarative(machine, class)
        && !matches!(
            own_attribute(class, "__abstract__"),
            Some(Value::Bool(true))
        )
        && !class
            .decorators
            .borrow()
            .iter()
            .any(|value| machine.label_of(value) == "as_declarative")
}

/// Returns the nearest class above that has a table.
///
/// Returns none where no class above has one.
fn mapped_parent<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
) -> Option<Rc<ClassValue<'a>>> {
    let above = machine.lineage(class).into_iter().skip(1);
    above
        .into_iter()
        .find(|parent| table_of(machine, parent).is_some())
}

/// Returns the table of a class.
///
/// A class without a key of its own shares the table of the class above. Returns none for what is not mapped, for
/// SQLModel's classes without `table=True`, and where there is neither a key nor a name with columns.
fn table_of<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> Option<String> {
    if !is_mapped(machine, class) {
        return None;
    }
    let is_sqlmodel = machine
        .outside_bases(class)
        .iter()
        .any(|path| path.starts_with("sqlmodel"));
    if is_sqlmodel
        && !class
            .keywords
            .iter()
            .any(|(name, value)| *name == "table" && value.is_true())
    {
        return None;
    }
    let has_key = class.fields.borrow().iter().any(|field| {
        machine
            .call_path(&field.value)
            .is_some_and(|(_, given)| given.named("primary_key").is_some_and(Value::is_true))
    });
    if let Some(parent) = mapped_parent(machine, class).filter(|_| !has_key) {
        return table_of(machine, &parent);
    }
    let columns = columns_of(machine, class, &mut Vec::new());
    // A base from a library may bring the key.
    let is_named = matches!(own_attribute(class, "__tablename__"), Some(Value::Text(_)));
    let holds_some = is_named && !columns.is_empty();
    if !holds_some && !columns.iter().any(|column| column.primary) {
        return None;
    }
    let parent = mapped_parent(machine, class);
    let shadowed = parent
        .map(|parent| machine.lineage(&parent))
        .unwrap_or_default();
    let lineage = machine.lineage(class);
    // The name of the table above is not inherited by a table of its own.
    let unshared = lineage
        .iter()
        .filter(|class| !shadowed.iter().any(|known| Rc::ptr_eq(known, class)));
    let written = unshared
        .filter_map(|class| own_attribute(class, "__tablename__"))
        .next();
    match written {
        Some(value) => written_table(machine, class, &value),
        None if is_sqlmodel => Some(class.class.name.to_lowercase()),
        None => Some(snake_case(&class.class.name)),
    }
}

/// Returns the name that `__tablename__` gives a table, as text or as a function of the class.
fn written_table<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    written: &Value<'a>,
) -> Option<String> {
    if let Value::Text(_) = written {
        return written.as_text().map(|text| text.to_string());
    }
    let made = written.as_function().map(|function| {
        machine.invoke(
            &function,
            Some(Value::Class(class.clone())),
            &Arguments::default(),
        )
    });
    let text = made
        .and_then(|made| made.as_text())
        .filter(|text| !text.is_empty())
        .map(|text| text.to_string());
    Some(text.unwrap_or_else(|| snake_case(&class.class.name)))
}

/// Returns a name in snake case: `UserProfile` is `user_profile`, `HTTPLog` is `http_log`.
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase()
                    || letters
                        .get(at + 1)
                        .is_some_and(|after| after.is_lowercase())
            });
        if starts_word && before != Some('_') {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// Returns the columns that a class adds to its parent's, or has in a table of its own.
///
/// Ancestors are read from the farthest to the nearest, so that a nearer column replaces one of its name. `backward`
/// gets what back references add to other classes.
fn columns_of<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    backward: &mut Vec<(String, Column)>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let is_sqlmodel = machine
        .outside_bases(class)
        .iter()
        .any(|path| path.starts_with("sqlmodel"));
    let parent = mapped_parent(machine, class);
    let shadowed = parent
        .map(|parent| machine.lineage(&parent))
        .unwrap_or_default();
    for ancestor in machine.lineage(class).into_iter().rev() {
        if shadowed.iter().any(|known| Rc::ptr_eq(known, &ancestor)) {
            continue;
        }
        let fields = ancestor.fields.borrow().clone();
        for field in &fields {
            let value = declared_value(machine, field, class);
            if let Some((path, arguments)) = machine.call_path(&value)
                && let name = path.rsplit('.').next().unwrap_or_default()
                && matches!(
                    name,
                    "backref" | "relationship" | "Relationship" | "dynamic_loader"
                )
            {
                let mut column = relation_column(
                    machine,
                    (&class.class.name, field.name),
                    &arguments,
                    backward,
                );
                if column.references == "rel:" {
                    column
                        .references
                        .extend(field.annotation.and_then(target_of));
                }
                columns.retain(|known| known.name != column.name);
                columns.push(column);
                continue;
            }
            let annotation = field
                .annotation
                .map(|annotation| (annotation, ancestor.place));
            // First by the value, then by an `Annotated` type of the project, then by the annotation alone.
            let found = match mapped_column(machine, field.name, &value, annotation) {
                Some(column) => Some(column),
                None => aliased_column(machine, field, &ancestor)
                    .or_else(|| annotated_column(machine, field, is_sqlmodel)),
            };
            if let Some(column) = found {
                columns.retain(|known| known.name != column.name);
                columns.push(column);
            }
        }
    }
    columns
}

/// Returns the value of a field, or what its `declared_attr` function gives.
fn declared_value<'a>(
    machine: &mut Machine<'a>,
    field: &Field<'a>,
    class: &Rc<ClassValue<'a>>,
) -> Value<'a> {
    let is_declared = field.decorators.iter().any(|value| {
        machine
            .path_of(value)
            .is_some_and(|p| p.contains("declared_attr"))
    });
    match field.value.as_function() {
        Some(function) if is_declared => machine.invoke(
            &function,
            Some(Value::Class(class.clone())),
            &Arguments::default(),
        ),
        _ => field.value.clone(),
    }
}
