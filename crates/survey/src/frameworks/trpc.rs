//! tRPC: procedures in routers of routers, guarded by the middleware that they are built with.
//!
//! ```text
//! const signedIn = t.middleware(…);
//! const userRouter = router({ byId: publicProcedure.use(signedIn).query(byId) });
//! const appRouter = router({ user: userRouter });
//!
//! query `user.byId`, answered by `byId`, guarded by `signedIn` if that turns callers away
//! ```

use std::collections::BTreeSet;

use super::Framework;
use crate::evaluate::{Machine, ObjectId, Origin, Value};
use crate::findings::Operation;
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "tRPC",
    markers: &["@trpc/server"],
    read: read_trpc,
};

/// What a procedure ends in, and the kind of the operation.
const ENDS: [&str; 3] = ["query", "mutation", "subscription"];

/// Routers within routers; what is deeper is not read.
const DEEPEST: u32 = 12;

/// Calls in files of routers and procedures, which needn't name the library: their project makes
/// both in one file.
const CALLS: [&str; 5] = [
    ".query(",
    ".mutation(",
    ".subscription(",
    "outer(",
    "mergeRouters(",
];

/// Adds the procedures of each router that is not a part of another.
fn read_trpc(context: &mut FrameworkContext<'_, '_>) {
    let files = context.machine.files;
    for (id, file) in files.iter().enumerate() {
        let is_script = !file.is_test && !file.path.ends_with(".py");
        if is_script && CALLS.iter().any(|call| file.text.contains(call)) {
            context.machine.load(id);
        }
    }
    let routers: Vec<ObjectId> = (0..context.machine.objects.len())
        .filter(|id| parts_of_router(context.machine, &Value::Object(*id)).is_some())
        .collect();
    // Of a router that another holds, the names would lack their beginning.
    let mut nested = BTreeSet::new();
    for id in &routers {
        for part in parts_of_router(context.machine, &Value::Object(*id)).unwrap_or_default() {
            let inner = part.entries().into_iter().map(|(_, value)| value);
            for value in inner.chain([part.clone()]) {
                let value = context.machine.resolve_import(value);
                nested.extend(value.objects());
            }
        }
    }
    for id in routers.iter().filter(|id| !nested.contains(id)) {
        add_router(context, &Value::Object(*id), "", 0);
    }
}

/// Returns what a router is made of: a map of its procedures, or the routers that it merges.
///
/// Returns none for what is no call of `router` or `mergeRouters` on something that comes from tRPC.
fn parts_of_router<'a>(machine: &Machine<'a>, value: &Value<'a>) -> Option<Vec<Value<'a>>> {
    let (path, arguments) = machine.call_path(value)?;
    let is_router = path.ends_with(".router") || path.ends_with(".mergeRouters");
    (path.starts_with("@trpc/server") && is_router)
        .then(|| arguments.positional().cloned().collect())
}

/// Adds the procedures of a router with a prefix: `user.` and `byId` are `user.byId`.
///
/// A plain map in a router counts as a router of one level: `{ user: { byId: … } }`.
fn add_router<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    router: &Value<'a>,
    prefix: &str,
    depth: u32,
) {
    if depth > DEEPEST {
        return;
    }
    for part in parts_of_router(context.machine, router).unwrap_or_default() {
        let part = context.machine.resolve_import(part);
        if parts_of_router(context.machine, &part).is_some() {
            add_router(context, &part, prefix, depth + 1);
        }
        for (name, value) in part.entries() {
            let value = context.machine.resolve_import(value);
            let name = format!("{prefix}{name}");
            if let Value::Map(_) = value {
                let inner = value.entries();
                for (own, value) in inner {
                    add_member(context, router, (&format!("{name}.{own}"), &value), depth);
                }
            } else {
                add_member(context, router, (&name, &value), depth);
            }
        }
    }
}

/// Adds a member of a router: a procedure, or the router below its name.
fn add_member<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    router: &Value<'a>,
    (name, value): (&str, &Value<'a>),
    depth: u32,
) {
    if parts_of_router(context.machine, value).is_some() {
        return add_router(context, value, &format!("{name}."), depth + 1);
    }
    let Some(operation) = read_procedure(context.machine, name, value) else {
        let id = value.as_object().or_else(|| router.as_object());
        if let Some(place) = id.map(|id| context.machine.object(id).place) {
            let what = format!("the tRPC procedures of `{name}`");
            context
                .findings
                .report_unresolved(context.machine, place, what);
        }
        return;
    };
    context.findings.operations.push(operation);
}

/// Returns the operation of a value that ends in `.query(…)`, `.mutation(…)` or `.subscription(…)`.
///
/// Returns none for any other value.
fn read_procedure<'a>(
    machine: &mut Machine<'a>,
    name: &str,
    value: &Value<'a>,
) -> Option<Operation> {
    let id = value.as_object()?;
    let event = machine.event(id)?;
    let kind = ENDS.into_iter().find(|end| *end == &*event.name)?;
    let resolver = event.arguments.at(0).cloned().unwrap_or(Value::Unknown);
    let handler = machine.name_in_use(&resolver);
    Some(Operation {
        kind: kind.to_owned(),
        name: name.to_owned(),
        handler,
        file: machine.path(event.place.module).to_owned(),
        line: event.place.line,
        guards: guards_of_chain(machine, id),
    })
}

/// Returns the guards among the middleware that a procedure was built with: `procedure.use(guard)`,
/// in the order in which they run. One without a name is called as the procedure that it makes.
fn guards_of_chain(machine: &mut Machine<'_>, id: ObjectId) -> Vec<String> {
    let mut guards = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at {
        let Origin::Method {
            receiver,
            name,
            arguments,
        } = machine.object(id).origin.clone()
        else {
            break;
        };
        if &*name == "use"
            && let Some(middleware) = arguments.at(0)
        {
            let middleware = machine.resolve_import(middleware.clone());
            if machine.keeps_out(&middleware) {
                let own = middleware.as_object().or(Some(id));
                let kept = [own, Some(id)].into_iter().flatten();
                let kept = kept.filter_map(|id| machine.kept_as.get(&id)).next();
                let name = kept.map(|name| name.to_string());
                guards.push(name.unwrap_or_else(|| machine.guard_name(&middleware)));
            }
        }
        at = machine.resolve_import(receiver).as_object();
    }
    guards.reverse();
    guards
}
