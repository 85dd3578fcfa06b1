//! Strawberry: the fields of the classes that a schema is made of.
//!
//! ```text
//! @strawberry.type
//! class Query:
//!     @strawberry.field(permission_classes=[SignedIn])
//!     def all_books(self) -> list[Book]: …                       query `allBooks`, guarded by `SignedIn`
//!     book: Book = strawberry.field(resolver=get_book)           query `book`, answered by `get_book`
//! schema = strawberry.Schema(query=Query)
//! ```

use crate::frameworks::FrameworkContext;
use std::rc::Rc;

use super::Framework;
use super::graphql::{camel_case, guard_labels};
use crate::evaluate::{ClassValue, Field, Machine, Place, Value};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Strawberry",
    markers: &["strawberry"],
    read: read_strawberry,
};

/// Adds the operations of the root types of each schema; one whose class is not known is reported.
fn read_strawberry(context: &mut FrameworkContext<'_, '_>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if !path.starts_with("strawberry") || !path.ends_with("Schema") {
            continue;
        }
        let place = context.machine.object(id).place;
        let is_plain = arguments
            .named("config")
            .and_then(|config| context.machine.call_path(config))
            .is_some_and(|(_, given)| {
                matches!(given.named("auto_camel_case"), Some(Value::Bool(false)))
            });
        for (at, kind) in ["query", "mutation", "subscription"]
            .into_iter()
            .enumerate()
        {
            let Some(value) = arguments.at_or_named(at, kind).cloned() else {
                continue;
            };
            let roots = merged_classes(context.machine, &value);
            if roots.is_empty() && !matches!(value, Value::Null) {
                context.findings.report_unresolved(
                    context.machine,
                    place,
                    format!("the {kind} type of a schema"),
                );
            }
            for class in roots {
                add_root_type(context, &class, kind, is_plain);
            }
        }
    }
}

/// Returns the class, or the classes that `merge_types` puts together.
///
/// The list is empty for anything else.
fn merged_classes<'a>(machine: &Machine<'a>, value: &Value<'a>) -> Vec<Rc<ClassValue<'a>>> {
    if let Some(class) = value.as_class() {
        return vec![class];
    }
    match machine.call_path(value) {
        Some((path, arguments)) if path.ends_with("merge_types") => {
            let parts = arguments
                .at_or_named(1, "types")
                .map(Value::items)
                .unwrap_or_default();
            parts.iter().filter_map(Value::as_class).collect()
        }
        // `strawberry.type(Query)` as a call.
        Some((path, arguments)) if path.ends_with(".type") => arguments
            .at(0)
            .and_then(Value::as_class)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Adds each field of the class, and of the classes above it, as an operation of this kind.
fn add_root_type<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    kind: &str,
    is_plain: bool,
) {
    for ancestor in context.machine.lineage(class) {
        let fields = ancestor.fields.borrow().clone();
        for field in &fields {
            let Some((place, written, handler, guards)) =
                resolver_of_field(context.machine, &ancestor, field)
            else {
                continue;
            };
            let own = if is_plain {
                field.name.to_owned()
            } else {
                camel_case(field.name)
            };
            let name = written.unwrap_or(own);
            context.findings.add_graphql_operation(
                context.machine,
                place,
                (kind, &name),
                (handler, guards),
            );
        }
    }
}

type Resolver = (Place, Option<String>, String, Vec<String>);

/// Returns place, given name, handler and guards of a field that Strawberry answers.
///
/// Returns none for a method without its decorator and for a value that it didn't make, as the plain `title: str`.
fn resolver_of_field<'a>(
    machine: &mut Machine<'a>,
    class: &ClassValue<'a>,
    field: &Field<'a>,
) -> Option<Resolver> {
    let named = |arguments: &crate::evaluate::Arguments<'a>| {
        arguments
            .named("name")
            .and_then(Value::as_text)
            .map(|name| name.to_string())
    };
    if let Some(closure) = field.value.as_function() {
        let decorator = closure.decorators.iter().find(|value| {
            machine
                .path_of(value)
                .is_some_and(|path| path.starts_with("strawberry"))
        })?;
        let (name, guards) = match machine.call_path(decorator) {
            Some((_, given)) => (
                named(&given),
                guard_labels(machine, given.named("permission_classes")),
            ),
            None => (None, Vec::new()),
        };
        let handler =
            machine.dotted_path(class.place, &format!("{}.{}", class.class.name, field.name));
        return Some((closure.place, name, handler, guards));
    }
    let (path, arguments) = machine
        .call_path(&field.value)
        .filter(|(path, _)| path.starts_with("strawberry"))?;
    let resolver = arguments.named("resolver").and_then(Value::as_function);
    let (place, handler) = match resolver {
        Some(closure) => {
            let name = closure
                .function
                .name
                .as_deref()
                .unwrap_or("<anonymous>")
                .to_owned();
            (closure.place, machine.dotted_path(closure.place, &name))
        }
        None => (machine.object(field.value.as_object()?).place, path),
    };
    Some((
        place,
        named(&arguments),
        handler,
        guard_labels(machine, arguments.named("permission_classes")),
    ))
}
