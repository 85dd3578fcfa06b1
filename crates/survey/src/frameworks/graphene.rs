//! Graphene: the fields of the root types and the functions that resolve them.
//!
//! ```text
//! class Query(ObjectType):
//!     all_books = List(Book)                        query `allBooks`, answered by `Query.all_books`
//!     def resolve_all_books(root, info): …          its line is that of this function
//! class Mutation(ObjectType):
//!     create_book = CreateBook.Field()              mutation `createBook`, answered by the class `CreateBook`
//! schema = Schema(query=Query, mutation=Mutation)
//! ```
//!
//! With `auto_camelcase=False` names stay as they are.

use crate::frameworks::FrameworkContext;
use std::rc::Rc;

use super::Framework;
use super::graphql::camel_case;
use crate::evaluate::{Arguments, ClassValue, Machine, Origin, Place, Value};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Graphene",
    markers: &["graphene"],
    read: read_graphene,
};

/// Adds the operations of the root types of each schema; one whose class is not known is reported.
fn read_graphene(context: &mut FrameworkContext<'_, '_>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if !path.starts_with("graphene")
            || !(path.ends_with(".Schema") || path.ends_with(".build_schema"))
        {
            continue;
        }
        let is_plain = matches!(arguments.named("auto_camelcase"), Some(Value::Bool(false)));
        for (at, kind) in ["query", "mutation", "subscription"]
            .into_iter()
            .enumerate()
        {
            let Some(value) = arguments.at_or_named(at, kind).cloned() else {
                continue;
            };
            match value.as_class() {
                Some(class) => add_root_type(context, &class, kind, is_plain),
                None if matches!(value, Value::Null) => {}
                None => {
                    let place = context.machine.object(id).place;
                    context.findings.report_unresolved(
                        context.machine,
                        place,
                        format!("the {kind} type of a schema"),
                    );
                }
            }
        }
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
            let Some((place, arguments, mutation)) = field_of_value(context.machine, &field.value)
            else {
                continue;
            };
            let own = if is_plain {
                field.name.to_owned()
            } else {
                camel_case(field.name)
            };
            let name = arguments
                .named("name")
                .and_then(Value::as_text)
                .map_or(own, |name| name.to_string());
            let (place, handler) = match mutation {
                Some(mutation) => {
                    let method = ["mutate", "mutate_and_get_payload"]
                        .iter()
                        .find_map(|m| context.machine.method(&mutation, m));
                    let handler = context
                        .machine
                        .dotted_path(mutation.place, &mutation.class.name);
                    (
                        method.map_or(mutation.place, |method| method.place),
                        handler,
                    )
                }
                None => {
                    let function = format!("resolve_{}", field.name);
                    let given = arguments.named("resolver").and_then(Value::as_function);
                    let method = given.or_else(|| context.machine.method(class, &function));
                    let holder = method.as_ref().map_or(place, |method| method.place);
                    (
                        holder,
                        context
                            .machine
                            .dotted_path(holder, &format!("{}.{}", class.class.name, field.name)),
                    )
                }
            };
            context.findings.add_graphql_operation(
                context.machine,
                place,
                (kind, &name),
                (handler, Vec::new()),
            );
        }
    }
}

type Made<'a> = (Place, Arguments<'a>, Option<Rc<ClassValue<'a>>>);

/// Returns a field of Graphene's own making, or `CreateBook.Field()`.
///
/// Gives its place, what it was made with, and for a mutation its class. Returns none for `Argument` and for what does
/// not come from Graphene.
fn field_of_value<'a>(machine: &Machine<'a>, value: &Value<'a>) -> Option<Made<'a>> {
    let object = machine.object(value.as_object()?);
    if let Origin::Method {
        receiver,
        name,
        arguments,
    } = &object.origin
        && &**name == "Field"
        && let Some(class) = receiver.as_class()
    {
        return Some((object.place, arguments.clone(), Some(class)));
    }
    let (path, arguments) = machine.call_path(value)?;
    (path.starts_with("graphene") && !path.ends_with("Argument")).then_some((
        object.place,
        arguments,
        None,
    ))
}
