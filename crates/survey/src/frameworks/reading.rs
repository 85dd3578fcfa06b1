//! Reads the memories of objects: which calls were made on them, with what.

use std::rc::Rc;

use crate::evaluate::{Arguments, Closure, Machine, ObjectId, Origin, Place, Value};
use crate::findings::{Findings, Route, RouteOrigin, Unresolved};

/// A call that is remembered: `receiver.name(arguments)` gave `result`.
#[derive(Clone)]
pub(crate) struct Event<'a> {
    pub(crate) name: Rc<str>,
    pub(crate) arguments: Arguments<'a>,
    pub(crate) result: ObjectId,
    pub(crate) place: Place,
}

impl<'a> Machine<'a> {
    /// Returns the methods called on an object, in order.
    pub(crate) fn events_of(&self, id: ObjectId) -> Vec<Event<'a>> {
        let log = self.object(id).log.iter();
        log.filter_map(|result| self.event(*result)).collect()
    }

    pub(crate) fn event(&self, result: ObjectId) -> Option<Event<'a>> {
        let object = self.object(result);
        match &object.origin {
            Origin::Method {
                name, arguments, ..
            } => Some(Event {
                name: name.clone(),
                arguments: arguments.clone(),
                result,
                place: object.place,
            }),
            _ => None,
        }
    }

    /// Returns the values that a decorator object was applied to.
    pub(crate) fn decorated(&self, decorator: ObjectId) -> Vec<Value<'a>> {
        let log = self.object(decorator).log.iter();
        log.filter_map(|result| match &self.object(*result).origin {
            Origin::Call { arguments, .. } => arguments.at(0).cloned(),
            _ => None,
        })
        .collect()
    }

    /// Returns the arguments an object was made with.
    pub(crate) fn made_with(&self, id: ObjectId) -> Arguments<'a> {
        let own = match &self.object(id).origin {
            Origin::Call { arguments, .. }
            | Origin::Method { arguments, .. }
            | Origin::Instance { arguments, .. } => arguments.clone(),
            _ => Arguments::default(),
        };
        // A subclass hands its own to `super().__init__(…)`.
        match self
            .events_of(id)
            .into_iter()
            .find(|event| matches!(&*event.name, "__init__" | "super"))
        {
            Some(event) => event.arguments,
            None => own,
        }
    }

    /// Returns the path of what was called to make an object, and with what: `fastapi.Depends`,
    /// arguments.
    pub(crate) fn call_path(&self, value: &Value<'a>) -> Option<(String, Arguments<'a>)> {
        let id = value.as_object()?;
        match &self.object(id).origin {
            Origin::Call { callee, arguments } => Some((self.path_of(callee)?, arguments.clone())),
            Origin::Method {
                receiver,
                name,
                arguments,
            } => Some((
                format!("{}.{name}", self.path_of(receiver)?),
                arguments.clone(),
            )),
            Origin::Instance { class, arguments } => {
                Some((class.class.name.to_string(), arguments.clone()))
            }
            _ => None,
        }
    }

    pub(crate) fn all_instances(&mut self, wanted: impl Fn(&str) -> bool + Copy) -> Vec<ObjectId> {
        (0..self.objects.len())
            .filter(|id| self.is_instance_of(*id, wanted))
            .collect()
    }

    /// Returns whether a value comes from what could not be followed: from what a function that
    /// nothing calls is handed, or from a file of the project that is not there.
    pub(crate) fn is_unfollowed(&self, value: &Value<'a>) -> bool {
        let mut at = value;
        for _ in 0..12 {
            at = match at {
                Value::Unknown => return true,
                Value::External(path) => return path.starts_with('.'),
                Value::Object(id) => match &self.object(*id).origin {
                    Origin::Parameter { .. } => return true,
                    Origin::Call { callee, .. } => callee,
                    Origin::Member { of, .. } => of,
                    Origin::Method { receiver, .. } => receiver,
                    Origin::Instance { .. } | Origin::Made(_) => return false,
                },
                _ => return false,
            };
        }
        false
    }

    /// Returns a short name for a function, class or whatever stands in its place.
    pub(crate) fn label_of(&self, value: &Value<'a>) -> String {
        let Some(way) = value.ways().first() else {
            return String::new();
        };
        match way {
            Value::Function(closure) => self.closure_label(closure),
            Value::Bound(bound) => self.closure_label(&bound.1),
            Value::Class(class) => class.class.name.to_string(),
            Value::External(path) => path.rsplit('.').next().unwrap_or(path).to_owned(),
            Value::Object(id) => match &self.object(*id).origin {
                Origin::Call { callee, .. } => self.label_of(callee),
                Origin::Method { name, .. } | Origin::Member { name, .. } => name.to_string(),
                Origin::Instance { class, .. } => class.class.name.to_string(),
                Origin::Parameter { name, .. } => (*name).to_owned(),
                Origin::Made(name) => (*name).to_owned(),
            },
            _ => "<unknown>".to_owned(),
        }
    }

    fn closure_label(&self, closure: &Closure<'a>) -> String {
        closure
            .name()
            .as_deref()
            .unwrap_or("<anonymous>")
            .to_owned()
    }

    /// `package.module.name` of a Python definition.
    pub(crate) fn dotted_path(&self, place: Place, name: &str) -> String {
        let path = self
            .path(place.module)
            .trim_end_matches(".py")
            .trim_end_matches("/__init__");
        format!("{}.{name}", path.replace('/', "."))
    }
}

impl Findings {
    pub(crate) fn report_unresolved(
        &mut self,
        machine: &Machine<'_>,
        place: Place,
        what: impl Into<String>,
    ) {
        let entry = Unresolved {
            file: machine.path(place.module).to_owned(),
            line: place.line,
            what: what.into(),
        };
        if self
            .reported
            .insert((entry.file.clone(), entry.line, entry.what.clone()))
        {
            self.unresolved.push(entry);
        }
    }

    pub(crate) fn add_route(&mut self, machine: &Machine<'_>, place: Place, route: NewRoute<'_>) {
        let origin = origin_of(machine, place, &route.handler);
        self.routes.push(Route {
            origin,
            method: route.method.to_uppercase(),
            path: route.path.to_owned(),
            handler: route.handler,
            file: machine.path(place.module).to_owned(),
            line: place.line,
            guards: route.guards.to_vec(),
        });
    }
}

/// Returns whose a Python view is: one of the project has its name below that of its file, one of a
/// library has the path that it is imported by.
fn origin_of(machine: &Machine<'_>, place: Place, handler: &str) -> RouteOrigin {
    let is_python = machine.path(place.module).ends_with(".py");
    let is_dotted = handler.contains('.') && !handler.starts_with('<');
    let own = machine.dotted_path(place, "");
    if is_python && is_dotted && !handler.starts_with(&own) {
        RouteOrigin::Library
    } else {
        RouteOrigin::Project
    }
}

pub(crate) struct NewRoute<'r> {
    pub(crate) method: &'r str,
    pub(crate) path: &'r str,
    pub(crate) handler: String,
    pub(crate) guards: &'r [String],
}
