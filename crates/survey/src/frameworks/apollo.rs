//! Apollo and whatever else takes `typeDefs` and `resolvers`: Yoga, Mercurius, graphql-tools.
//!
//! ```text
//! new ApolloServer({ typeDefs, resolvers: { Query: { me: combineResolvers(signedIn, me) } } })
//!
//! type Query {
//!   me: User           query `me`, answered by `me`, guarded by `signedIn`
//!   books: [Book]      query `books`: no resolver was followed to it, so it is reported
//! }
//! ```

use super::Framework;
use super::graphql::{ROOTS, parse_root_fields};
use crate::evaluate::{Machine, Origin, Place, Value};
use crate::findings::{Findings, Operation, Unresolved};
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Apollo",
    markers: &[
        "typeDefs",
        "ApolloServer",
        "mercurius",
        "makeExecutableSchema",
    ],
    read: read_apollo,
};

/// Values within values; what is deeper is not read.
const DEEPEST: u32 = 8;

/// Adds the operations of each call that is handed both a schema and resolvers.
///
/// Schema files (`.graphql`, `.graphqls`, `.gql`) are compared with them only where there is such a call.
fn read_apollo(context: &mut FrameworkContext<'_, '_>) {
    let mut has_server = false;
    let mut types: Vec<(String, Place)> = Vec::new();
    for id in 0..context.machine.objects.len() {
        let arguments = context.machine.made_with(id);
        let place = context.machine.object(id).place;
        for options in arguments.positional().flat_map(|value| flatten_list(value)) {
            let (schema, resolvers) = (
                options
                    .entry("typeDefs")
                    .or_else(|| options.entry("schema")),
                options.entry("resolvers"),
            );
            let (Some(schema), Some(resolvers)) = (schema, resolvers) else {
                continue;
            };
            has_server = true;
            let mut maps = Vec::new();
            collect_resolver_maps(context.machine, &resolvers, &mut maps, 0);
            if maps.is_empty() {
                context.findings.report_unresolved(
                    context.machine,
                    place,
                    "the resolvers of a schema",
                );
            }
            for map in maps {
                read_resolver_map(context, &map, place);
            }
            collect_schema_texts(context.machine, (&schema, place), &mut types, 0);
        }
    }
    if !has_server {
        return;
    }
    for (text, place) in types {
        let file = context.machine.path(place.module).to_owned();
        report_unanswered(context.findings, &text, &file, place.line);
    }
    for (path, text) in context.machine.documents.clone() {
        if path.ends_with(".graphql") || path.ends_with(".graphqls") || path.ends_with(".gql") {
            report_unanswered(context.findings, text, path, 1);
        }
    }
}

/// Returns the items of a list, or the value itself as the only one.
fn flatten_list<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    if let Value::List(_) = value {
        value.items()
    } else {
        vec![value.clone()]
    }
}

/// Collects the maps of resolvers in a value: lists of them, and what merging functions are handed.
fn collect_resolver_maps<'a>(
    machine: &Machine<'a>,
    value: &Value<'a>,
    maps: &mut Vec<Value<'a>>,
    depth: u32,
) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Map(_) => maps.push(value.clone()),
        Value::List(_) => value
            .items()
            .iter()
            .for_each(|item| collect_resolver_maps(machine, item, maps, depth + 1)),
        Value::Choice(ways) => ways
            .iter()
            .for_each(|way| collect_resolver_maps(machine, way, maps, depth + 1)),
        Value::Object(id) => {
            if let Origin::Call { arguments, .. } | Origin::Method { arguments, .. } =
                &machine.object(*id).origin
            {
                arguments
                    .positional()
                    .for_each(|inner| collect_resolver_maps(machine, inner, maps, depth + 1));
            }
        }
        _ => {}
    }
}

/// Adds the operations of a map: `{ Query: { me }, Mutation: {…} }`. Types that are no root types give none.
///
/// Of an object, `subscribe` counts, else `resolve`.
fn read_resolver_map<'a>(context: &mut FrameworkContext<'_, 'a>, map: &Value<'a>, place: Place) {
    for (root, kind) in ROOTS {
        let Some(fields) = map.entry(root) else {
            continue;
        };
        if !matches!(fields, Value::Map(_)) {
            context.findings.report_unresolved(
                context.machine,
                place,
                format!("the resolvers of {root}"),
            );
        }
        for (name, value) in fields.entries() {
            let inner = value
                .entry("subscribe")
                .or_else(|| value.entry("resolve"))
                .unwrap_or_else(|| value.clone());
            let (handler, guards) = unwrap_resolver(context.machine, &inner);
            let at = handler.as_function().map(|closure| closure.place);
            let at = at
                .or_else(|| inner.as_object().map(|id| context.machine.object(id).place))
                .unwrap_or(place);
            let label = context.machine.label_of(&handler);
            context.findings.add_graphql_operation(
                context.machine,
                at,
                (kind, &name),
                (label, guards),
            );
        }
    }
}

/// Returns the handler and the guards of `combineResolvers(isSignedIn, resolver)`: the last argument, and those before.
///
/// A value that is no such call is its own handler, without guards.
fn unwrap_resolver<'a>(machine: &Machine<'a>, value: &Value<'a>) -> (Value<'a>, Vec<String>) {
    let Some((_, arguments)) = machine
        .call_path(value)
        .filter(|_| value.as_function().is_none())
    else {
        return (value.clone(), Vec::new());
    };
    let given: Vec<_> = arguments.positional().cloned().collect();
    match given.split_last() {
        Some((last, before)) if last.as_function().is_some() => (
            last.clone(),
            before.iter().map(|guard| machine.label_of(guard)).collect(),
        ),
        _ => (value.clone(), Vec::new()),
    }
}

/// Collects the schema texts in a value: plain ones, tagged ones, lists and what merging functions are handed.
fn collect_schema_texts<'a>(
    machine: &Machine<'a>,
    (value, place): (&Value<'a>, Place),
    found: &mut Vec<(String, Place)>,
    depth: u32,
) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Text(text) => found.push((text.to_string(), place)),
        Value::List(_) => value
            .items()
            .iter()
            .for_each(|item| collect_schema_texts(machine, (item, place), found, depth + 1)),
        Value::Object(id) => {
            let object = machine.object(*id);
            if let Origin::Call { arguments, .. } | Origin::Method { arguments, .. } =
                &object.origin
            {
                arguments.positional().for_each(|inner| {
                    collect_schema_texts(machine, (inner, object.place), found, depth + 1)
                });
            }
        }
        _ => {}
    }
}

/// Reports the fields of a schema that no resolver answers that was followed.
///
/// Each becomes an operation without a handler as well.
fn report_unanswered(findings: &mut Findings, text: &str, file: &str, first: u32) {
    for (kind, name, line) in parse_root_fields(text) {
        if findings
            .operations
            .iter()
            .any(|known| known.kind == kind && known.name == name)
        {
            continue;
        }
        let line = first + line;
        let (handler, guards) = (String::new(), Vec::new());
        let what = format!("the resolver of {kind} {name}");
        findings.unresolved.push(Unresolved {
            file: file.to_owned(),
            line,
            what,
        });
        findings.operations.push(Operation {
            kind: kind.to_owned(),
            name,
            handler,
            file: file.to_owned(),
            line,
            guards,
        });
    }
}
