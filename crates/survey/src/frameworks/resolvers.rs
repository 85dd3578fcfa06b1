//! Resolver classes with decorated methods: Nest's GraphQL module and TypeGraphQL.
//!
//! ```text
//! @Resolver()  class Books {
//!   @UseGuards(SignedIn)  @Query(() => [Book], { name: "books" })  all() {…}
//! }
//!
//! query `books`, answered by `Books.all`, guarded by `SignedIn`
//! ```

use super::Framework;
use super::graphql::ROOTS;
use crate::evaluate::{Arguments, Machine, Value};
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "GraphQL resolvers",
    markers: &["@nestjs/graphql", "type-graphql"],
    read: read_resolver_classes,
};

/// Returns what a decorator of either library was handed, if it is the wanted one: for `Query`, that of `@Query(…)`.
///
/// Returns none for other names and other libraries.
fn resolver_decorator<'a>(
    machine: &Machine<'a>,
    value: &Value<'a>,
    wanted: &str,
) -> Option<Arguments<'a>> {
    let (path, arguments) = machine.call_path(value)?;
    let name = path
        .strip_prefix("@nestjs/graphql.")
        .or_else(|| path.strip_prefix("type-graphql."))?;
    (name == wanted).then_some(arguments)
}

/// Adds the operations of each class with `@Resolver()`, those of the classes that it extends among them.
fn read_resolver_classes(context: &mut FrameworkContext<'_, '_>) {
    for class in context.machine.classes.clone() {
        let on_class = class.decorators.borrow().clone();
        if !on_class
            .iter()
            .any(|value| resolver_decorator(context.machine, value, "Resolver").is_some())
        {
            continue;
        }
        let outer = guards_of_resolver(context.machine, &on_class);
        for ancestor in context.machine.lineage(&class) {
            let fields = ancestor.fields.borrow().clone();
            for field in &fields {
                let Some(closure) = field.value.as_function() else {
                    continue;
                };
                for (root, kind) in ROOTS {
                    let written = closure
                        .decorators
                        .iter()
                        .find_map(|value| resolver_decorator(context.machine, value, root));
                    let Some(arguments) = written else { continue };
                    let given = arguments
                        .positional()
                        .find_map(|value| value.entry("name")?.as_text());
                    // A name is given as the first argument or as an option; else the method has it.
                    let given = arguments.at(0).and_then(Value::as_text).or(given);
                    let name = given.map_or_else(|| field.name.to_owned(), |name| name.to_string());
                    let mut all = outer.clone();
                    all.extend(guards_of_resolver(context.machine, &closure.decorators));
                    let handler = format!("{}.{}", class.class.name, field.name);
                    context.findings.add_graphql_operation(
                        context.machine,
                        closure.place,
                        (kind, &name),
                        (handler, all),
                    );
                }
            }
        }
    }
}

/// Returns the guards among decorators: `@UseGuards(SignedIn)` gives `SignedIn`, `@Authorized("admin")` gives
/// `Authorized`.
///
/// TypeGraphQL's `@Authorized` is handed roles, which are no guards themselves.
fn guards_of_resolver<'a>(machine: &Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
    let used = decorators
        .iter()
        .filter_map(|value| machine.call_path(value));
    used.filter(|(path, _)| path.ends_with(".UseGuards") || path.ends_with(".Authorized"))
        .flat_map(|(path, arguments)| {
            let labels: Vec<_> = arguments
                .positional()
                .map(|guard| machine.label_of(guard))
                .collect();
            if path.ends_with(".Authorized") {
                vec!["Authorized".to_owned()]
            } else {
                labels
            }
        })
        .collect()
}
