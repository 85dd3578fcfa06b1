//! Calls what nothing in the project calls, so that what it registers is seen: functions, and the
//! methods of classes that keep an application or a router.
//!
//! ```text
//! def register(app):               no call in the project: a framework or a tool calls it
//!     app.get("/health", health)   called with an object of which only the annotation is known
//!
//! class Server {                   nothing makes a `Server`: one is made
//!   app = express()                it keeps an application, so its methods are called, too
//!   routes() { this.app.get("/", home) }
//! }
//! ```
//!
//! Must run last: what the project calls itself has better arguments than these.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, ClassValue, Closure, ObjectId, Origin, Value};
use code::syntax::{Expression, Statement};

/// First parts of the paths by which an application or a router is made: `express` of `express.Router()`. A class
/// that keeps such a value in a field registers its routes in methods.
const HOLDERS: [&str; 9] = [
    "express",
    "fastify",
    "fastapi",
    "flask",
    "apiflask",
    "koa",
    "@koa/router",
    "koa-router",
    "hono",
];

impl<'a> Machine<'a> {
    /// Calls each function that nothing called, with arguments that nothing is known of but their
    /// annotations.
    ///
    /// The list grows while it is read: a function that is called may define others, which are then called as well.
    pub(crate) fn call_the_uncalled(&mut self) {
        let mut at = 0;
        while at < self.closures.len() {
            let closure = self.closures[at].clone();
            at += 1;
            // A method needs an object; those of classes come below.
            if self.is_called(&closure) || closure.scope.is_class {
                continue;
            }
            let arguments = self.unknown_arguments(&closure, false);
            self.invoke(&closure, None, &arguments);
        }
        self.make_the_unmade();
        self.call_methods_of_holders();
    }

    /// Loads the files that call a function which makes an application: they may name no framework
    /// themselves, and say what the application is made of.
    ///
    /// Calls are found as text (`createApp(`), so a file that calls another function of the name is loaded, too.
    pub(crate) fn load_callers_of_makers(&mut self) {
        let mut names: Vec<&'a str> = Vec::new();
        for closure in self.closures.clone() {
            let is_free = !closure.scope.is_class && closure.scope.parent.is_none();
            if let Some(name) = closure.function.name.as_deref()
                && is_free
                && !self.is_called(&closure)
                && self.makes_holder(&closure.function.body, &closure)
            {
                names.push(name);
            }
        }
        let files = self.files;
        for (module, file) in files.iter().enumerate() {
            let calls = |name: &&str| file.text.contains(&format!("{name}("));
            if !file.is_test && !self.scopes.contains_key(&module) && names.iter().any(calls) {
                self.load(module);
            }
        }
    }

    /// Returns whether statements make what answers requests.
    ///
    /// Only an assignment or a `return` of the body counts, and what is called is looked up around the function.
    fn makes_holder(&mut self, body: &'a [Statement], closure: &Rc<Closure<'a>>) -> bool {
        body.iter().any(|statement| {
            let value = match statement {
                Statement::Assign(assignment) => assignment.value.as_ref(),
                Statement::Return(value) => value.as_ref(),
                Statement::Block(body) => return self.makes_holder(body, closure),
                _ => None,
            };
            let Some(Expression::Call(call)) = value else {
                return false;
            };
            let made = self.evaluate(&call.callee, &closure.scope);
            let made = self.path_of(&made).unwrap_or_default();
            HOLDERS.contains(&made.split(['.', '(']).next().unwrap_or_default())
        })
    }

    /// Returns whether any closure of the same function was called.
    fn is_called(&self, closure: &Closure<'a>) -> bool {
        self.called.contains(&std::ptr::from_ref(closure.function))
    }

    /// Returns arguments of which nothing is known but their annotations; without the object of a
    /// Python method.
    /// A parameter with a default gives the default or unknown; a rest parameter gives none.
    fn unknown_arguments(&mut self, closure: &Closure<'a>, is_method: bool) -> Arguments<'a> {
        // The object comes first in a Python method; it is handed over as `this`.
        let skipped = usize::from(
            is_method && self.is_python(closure.place.module) && !closure.function.is_static,
        );
        let mut arguments = Vec::new();
        for parameter in closure
            .function
            .parameters
            .iter()
            .skip(skipped)
            .filter(|parameter| !parameter.is_rest)
        {
            let name = match &parameter.pattern {
                code::syntax::Pattern::Name(name) => &**name,
                _ => "",
            };
            // Of a list of annotations, the first is taken.
            let annotation = match &parameter.annotation {
                Some(annotation) => match self.evaluate(annotation, &closure.scope) {
                    list @ Value::List(_) => {
                        list.items().into_iter().next().unwrap_or(Value::Unknown)
                    }
                    other => other,
                },
                None => Value::Unknown,
            };
            match &parameter.default {
                None => {
                    let origin = Origin::Parameter { annotation, name };
                    arguments.push(Value::Object(self.new_object(origin, closure.place)));
                }
                // Who calls it may give something else: no branch on it is decided.
                Some(default) => {
                    let default = self.evaluate(default, &closure.scope);
                    arguments.push(Value::either([default, Value::Unknown]));
                }
            }
        }
        Arguments::from_values(arguments)
    }

    /// Makes an instance of each class of a file that names what answers requests, where nothing
    /// makes one or extends it.
    fn make_the_unmade(&mut self) {
        // A class that others extend is made through them.
        let classes = self.classes.clone();
        let mut extended = Vec::new();
        for class in &classes {
            extended.extend(
                self.lineage(class)
                    .into_iter()
                    .skip(1)
                    .map(|above| std::ptr::from_ref(above.class)),
            );
        }
        for class in classes {
            let key = std::ptr::from_ref(class.class);
            // A file that names no such framework has nothing to register; this keeps the number of instances small.
            let text = &self.files[class.place.module].text;
            let names_holder = HOLDERS.iter().any(|holder| text.contains(holder));
            if self.made.contains(&key) || extended.contains(&key) || !names_holder {
                continue;
            }
            let constructor = ["__init__", "constructor"]
                .iter()
                .find_map(|name| self.method(&class, name));
            // With a constructor, whatever it sets counts; without one, a field must hold an application.
            if let Some(constructor) = constructor {
                let arguments = self.unknown_arguments(&constructor, true);
                self.call_value(&Value::Class(class.clone()), arguments, class.place);
            } else if self.sets_holder(&class) {
                self.call_value(
                    &Value::Class(class.clone()),
                    Arguments::default(),
                    class.place,
                );
            }
        }
    }

    /// Returns whether a field of a class begins as what answers requests.
    fn sets_holder(&self, class: &ClassValue<'a>) -> bool {
        class
            .fields
            .borrow()
            .iter()
            .any(|field| self.is_holder(&field.value))
    }

    /// Returns whether a value was made by a call of one of `HOLDERS`, not merely looked up in it.
    fn is_holder(&self, value: &Value<'a>) -> bool {
        let is_made = value
            .objects()
            .iter()
            .any(|id| !matches!(self.objects[*id].origin, Origin::Member { .. }));
        is_made
            && self.path_of(value).is_some_and(|path| {
                let first = path.split(['.', '(']).next().unwrap_or_default();
                HOLDERS.contains(&first)
            })
    }

    /// Calls the methods that nothing called of each object that keeps what answers requests in a
    /// field of its own.
    fn call_methods_of_holders(&mut self) {
        for id in 0..self.objects.len() {
            let Origin::Instance { class, .. } = &self.objects[id].origin else {
                continue;
            };
            let class = class.clone();
            if self.objects[id]
                .fields
                .iter()
                .any(|(_, value)| self.is_holder(value))
                || self.sets_holder(&class)
            {
                self.call_methods(id, &class);
            }
        }
    }

    /// Calls the methods of a class and of its bases on an object, unless something called them already.
    ///
    /// Methods with decorators are left out: a framework calls those by its own rules.
    fn call_methods(&mut self, id: ObjectId, class: &Rc<ClassValue<'a>>) {
        let mut seen = Vec::new();
        for ancestor in self.lineage(class) {
            let fields = ancestor.fields.borrow().clone();
            for field in fields.iter().filter(|field| field.decorators.is_empty()) {
                let Some(method) = field.value.as_function() else {
                    continue;
                };
                // A method of a base that the class overrides is hidden by it.
                let is_hidden = seen.contains(&field.name);
                seen.push(field.name);
                if is_hidden || self.is_called(&method) {
                    continue;
                }
                let arguments = self.unknown_arguments(&method, true);
                self.invoke(&method, Some(Value::Object(id)), &arguments);
            }
        }
    }
}
