//! Defines classes: bases, fields and methods, with the decorators of each.
//!
//! `class Item(Base): name = "x"` becomes a class value with the base `Base` and the field `name`; a method is a
//! field whose value is a function.
//!
//! ```text
//! @app.route("/items")                 decorators run when the body is read, the nearest first
//! class Items(MethodView):             base: the path `flask.views.MethodView`
//!     limit: int = 10                  field `limit` with its annotation
//!     def get(self): ...               field `get`, a function
//! ```
//!
//! Nothing makes an instance here; `calls` does.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{ClassValue, Closure, Field, Place, Scope, Value};
use code::syntax::{Class, Function, Pattern, Statement};

impl<'a> Machine<'a> {
    /// Evaluates a class with its bases, keywords, body and decorators; notes it in `classes`.
    ///
    /// `class Meta(Base, table=True)`: `Base` is a base, `table` a keyword.
    pub(super) fn define_class(
        &mut self,
        class: &'a Class,
        scope: &Rc<Scope<'a>>,
    ) -> Rc<ClassValue<'a>> {
        let bases = class.bases.iter().filter(|base| base.name.is_none());
        let bases: Vec<_> = bases
            .map(|base| self.evaluate_base(&base.value, scope))
            .collect();
        let keywords = class
            .bases
            .iter()
            .filter_map(|base| Some((base.name.as_deref()?, &base.value)));
        let keywords: Vec<_> = keywords
            .map(|(name, value)| (name, self.evaluate(value, scope)))
            .collect();
        let own = Scope::new(scope.module, Some(scope.clone()), true);
        // Methods see past the class's own names, but know their class.
        let around = Scope::new(scope.module, Some(scope.clone()), false);
        let value = Rc::new(ClassValue {
            class,
            scope: around.clone(),
            bases,
            keywords,
            decorators: Default::default(),
            fields: Default::default(),
            place: Place {
                module: scope.module,
                line: class.line,
            },
        });
        // The class must be known before its body runs: methods look for `*class*` when they call `super`.
        around.set("*class*", Value::Class(value.clone()));
        self.run_class_body(&value, &class.body, &own, &around);
        // Decorators receive the finished class, so the body comes first.
        let decorators: Vec<_> = class
            .decorators
            .iter()
            .map(|decorator| self.evaluate(decorator, scope))
            .collect();
        for decorator in decorators.iter().rev() {
            self.decorate(decorator, Value::Class(value.clone()), value.place);
        }
        value.decorators.replace(decorators);
        self.classes.push(value.clone());
        value
    }

    /// Runs the body of a class, statement by statement; each name that it sets becomes a field.
    ///
    /// Both branches of an `if` count: which one runs depends on what is not known here.
    fn run_class_body(
        &mut self,
        value: &Rc<ClassValue<'a>>,
        body: &'a [Statement],
        own: &Rc<Scope<'a>>,
        around: &Rc<Scope<'a>>,
    ) {
        for statement in body {
            let field = match statement {
                Statement::Function(function) => {
                    let closure = self.make_closure(function, own, Some(around));
                    self.define_method(function, closure)
                }
                Statement::Class(inner) => {
                    let class = self.define_class(inner, own);
                    let value = Value::Class(class);
                    Field {
                        name: &inner.name,
                        value,
                        annotation: None,
                        decorators: Vec::new(),
                    }
                }
                Statement::Assign(assignment) => {
                    let given = match &assignment.value {
                        Some(value) => self.evaluate(value, own),
                        None => Value::Unknown,
                    };
                    let Pattern::Name(name) = &assignment.target else {
                        self.assign(&assignment.target, given, own);
                        continue;
                    };
                    let decorators = assignment
                        .decorators
                        .iter()
                        .map(|value| self.evaluate(value, own))
                        .collect();
                    let annotation = assignment.annotation.as_ref();
                    Field {
                        name,
                        value: given,
                        annotation,
                        decorators,
                    }
                }
                Statement::If(_, then, otherwise) => {
                    self.run_class_body(value, then, own, around);
                    self.run_class_body(value, otherwise, own, around);
                    continue;
                }
                other => {
                    self.run_body(std::slice::from_ref(other), own);
                    continue;
                }
            };
            // A later field may use an earlier one: `urls = [path("", index)]`, `patterns = urls + more`.
            own.set(field.name, field.value.clone());
            value.fields.borrow_mut().push(field);
        }
    }

    /// Applies the decorators of a method, the nearest first; returns the field that it becomes.
    fn define_method(&mut self, function: &'a Function, closure: Rc<Closure<'a>>) -> Field<'a> {
        let decorators = closure.decorators.clone();
        for decorator in decorators.iter().rev() {
            self.decorate(decorator, Value::Function(closure.clone()), closure.place);
        }
        Field {
            name: function.name.as_deref().unwrap_or_default(),
            value: Value::Function(closure),
            annotation: None,
            decorators,
        }
    }
}
