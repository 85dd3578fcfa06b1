//! Runs statements: every branch that cannot be decided is taken.
//!
//! ```text
//! app = Flask(__name__)            `app` is the object that the call made
//! if debug:                        not known: both branches run, each from the same names
//!     app = wrap(app)              afterwards `app` is one of two values
//! for name in ["users", "items"]:  the body runs twice
//!     app.register(name)
//! from shop import router          the name `router` of the module `shop`, looked up when it is used
//! ```
//!
//! Exceptions are not followed: what comes behind a `raise` runs, since it may be caught.

use std::rc::Rc;

use super::machine::{Machine, external_value};
use super::value::{Origin, Scope, Value};
use code::modules::{Found, ModuleId};
use code::syntax::{Assignment, Import, Imported, Pattern, Statement};

/// Turns of a loop over a list that is known; the rest of a longer list is not run. As for callbacks of lists: one
/// long list must not spend all that a survey may spend.
const MOST_TURNS: usize = 200;

impl<'a> Machine<'a> {
    /// Runs statements in order; returns whether they always return. What they return is added to `returned`.
    pub(super) fn run_statements(
        &mut self,
        body: &'a [Statement],
        scope: &Rc<Scope<'a>>,
        returned: &mut Vec<Value<'a>>,
    ) -> bool {
        if !self.is_python(scope.module) {
            // Script functions can be used above where they stand.
            for statement in body {
                if let Statement::Function(function) = statement {
                    self.define_function(function, scope);
                }
            }
        }
        body.iter()
            // What stands behind a certain `return` does not run.
            .any(|statement| self.run_statement(statement, scope, returned))
    }

    /// Defines a function under its name, and calls its decorators with it, the nearest first.
    fn define_function(&mut self, function: &'a code::syntax::Function, scope: &Rc<Scope<'a>>) {
        let closure = self.make_closure(function, scope, None);
        let name = function.name.as_deref().unwrap_or_default();
        scope.set(name, Value::Function(closure.clone()));
        for decorator in closure.decorators.clone().iter().rev() {
            self.decorate(decorator, Value::Function(closure.clone()), closure.place);
        }
    }

    /// Runs one statement; returns true where nothing behind it runs: it returns, or no steps are left.
    fn run_statement(
        &mut self,
        statement: &'a Statement,
        scope: &Rc<Scope<'a>>,
        returned: &mut Vec<Value<'a>>,
    ) -> bool {
        if !self.spend() {
            return true;
        }
        match statement {
            Statement::Import(import) => {
                if self.is_python(scope.module) {
                    self.import_python(import, scope);
                } else {
                    self.import_script(import, scope);
                }
            }
            Statement::Assign(assignment) => self.run_assignment(assignment, scope),
            Statement::Expression(expression) => {
                self.evaluate(expression, scope);
            }
            Statement::Function(function) => {
                if self.is_python(scope.module) {
                    self.define_function(function, scope);
                }
            }
            Statement::Class(class) => {
                let value = self.define_class(class, scope);
                scope.set(&class.name, Value::Class(value));
            }
            Statement::Return(value) => {
                let value = match value {
                    Some(value) => self.evaluate(value, scope),
                    None => Value::Null,
                };
                returned.push(value);
                return true;
            }
            Statement::If(condition, then, otherwise) => {
                let decided = self.evaluate(condition, scope);
                return self.run_branches(&decided, [then, otherwise], scope, returned);
            }
            Statement::Loop(target, over, body) => {
                let over = self.evaluate(over, scope);
                let mut items = over.items();
                items.truncate(MOST_TURNS);
                if items.is_empty() {
                    items.push(Value::Unknown);
                }
                for item in items {
                    self.assign(target, item, scope);
                    self.run_statements(body, scope, returned);
                }
            }
            // What is caught is not followed: what comes behind may run.
            Statement::Raise(_) => {}
            Statement::Block(body) => return self.run_statements(body, scope, returned),
        }
        false
    }

    /// Runs an assignment; `items += more` extends a list in place, as all that hold the list see it.
    ///
    /// Added text gives a longer text; anything else added is unknown. A declaration without a value assigns nothing.
    fn run_assignment(&mut self, assignment: &'a Assignment, scope: &Rc<Scope<'a>>) {
        let Some(value) = &assignment.value else {
            return;
        };
        let mut value = self.evaluate(value, scope);
        if assignment.is_added
            && let code::syntax::Pattern::Name(name) = &assignment.target
        {
            let before = self.find_name(scope, name).unwrap_or(Value::Unknown);
            value = match (&before, &value) {
                // The same list on both sides is not joined with itself: it would be borrowed twice.
                (Value::List(list), Value::List(more)) if !Rc::ptr_eq(list, more) => {
                    let more = more.borrow().clone();
                    list.borrow_mut().extend(more);
                    before
                }
                (Value::List(list), _) => {
                    list.borrow_mut().push(Value::Spread(Rc::new(value)));
                    before
                }
                _ => match (before.as_text(), value.as_text()) {
                    (Some(left), Some(right)) => Value::text(&format!("{left}{right}")),
                    _ => Value::Unknown,
                },
            };
        }
        self.name_by_target(&assignment.target, &value);
        self.assign(&assignment.target, value, scope);
    }

    /// Notes the variable that keeps a value: a function, or what a call made, is called by it.
    ///
    /// The first variable counts: `app = Flask()`, then `application = app`, is still `app`.
    pub(super) fn name_by_target(&mut self, target: &'a Pattern, value: &Value<'a>) {
        let Pattern::Name(name) = target else { return };
        value.set_name(name);
        for id in value.objects() {
            if matches!(
                self.objects[id].origin,
                Origin::Call { .. } | Origin::Method { .. }
            ) {
                self.kept_as.entry(id).or_insert_with(|| (&**name).into());
            }
        }
    }

    /// Runs both branches of an `if` that is not decided, and joins the names that they set; returns whether both
    /// return.
    ///
    /// After `if a: x = 1` and `else: x = 2`, `x` is one of two. A branch that returns leaves no names behind: what
    /// comes after the `if` never sees them. Fields and lists that a branch changes are not undone.
    fn run_branches(
        &mut self,
        condition: &Value<'a>,
        [then, otherwise]: [&'a [Statement]; 2],
        scope: &Rc<Scope<'a>>,
        returned: &mut Vec<Value<'a>>,
    ) -> bool {
        match condition {
            Value::Bool(true) => return self.run_statements(then, scope, returned),
            Value::Bool(false) => return self.run_statements(otherwise, scope, returned),
            _ => {}
        }
        // The first branch runs on the names themselves, the second on a copy from before it.
        let before = scope.names.borrow().clone();
        let then_returns = self.run_statements(then, scope, returned);
        if otherwise.is_empty() && then_returns {
            scope.names.replace(before);
            return false;
        }
        let after_then = scope.names.replace(before);
        let else_returns = self.run_statements(otherwise, scope, returned);
        if then_returns {
            return else_returns;
        }
        if else_returns {
            scope.names.replace(after_then);
            return false;
        }
        // Neither returns: a name that both set differently has both values.
        let mut names = scope.names.borrow_mut();
        for (name, value) in after_then {
            match names.get_mut(name) {
                Some(other) if other.is_same(&value) => {}
                Some(other) => *other = Value::either([value, other.clone()]),
                None => {
                    names.insert(name, value);
                }
            }
        }
        false
    }

    /// Binds the names of an import of Python, and loads the module for what it does on import.
    fn import_python(&mut self, import: &'a Import, scope: &Rc<Scope<'a>>) {
        let from = self.path(scope.module);
        let source: &'a str = &import.source;
        match &import.what {
            Imported::Whole { local: Some(local) } => {
                let found = self.modules.python(from, source);
                let value = self.value_of_module(found, source);
                scope.set(local, value);
            }
            // `import shop.urls` binds `shop`, but loads `shop/urls.py`, too.
            Imported::Whole { local: None } => {
                let found = self.modules.python(from, source);
                self.value_of_module(found, source);
                let first = source.split('.').next().unwrap_or(source);
                let found = self.modules.python(from, first);
                let value = self.value_of_module(found, first);
                scope.set(first, value);
            }
            Imported::Names(names) => {
                // `from . import x` names a package by dots alone.
                let found = if source.chars().all(|letter| letter == '.') {
                    self.package_of(from, source.len())
                } else {
                    self.modules.python(from, source)
                };
                for (name, local) in names {
                    let value = match &found {
                        Found::File(id) => self.import_name(*id, name),
                        Found::Folder(folder) => {
                            let inner = self.modules.inside(folder, name).unwrap_or(Found::Outside);
                            self.value_of_module(inner, &format!("{source}.{name}"))
                        }
                        Found::Outside => external_value(source, Some(name)),
                    };
                    scope.set(local, value);
                }
            }
            Imported::Everything => {
                if let Found::File(id) = self.modules.python(from, source)
                    && !self.files[id].is_test
                {
                    self.load(id);
                    scope.stars.borrow_mut().push(id);
                }
            }
        }
    }

    /// Returns the folder that `from . import x` or `from .. import x` looks in.
    fn package_of(&self, from: &str, dots: usize) -> Found {
        let folder = code::modules::folders_upwards(from).nth(dots).unwrap_or("");
        let init = if folder.is_empty() {
            "__init__.py".to_owned()
        } else {
            format!("{folder}/__init__.py")
        };
        match self.modules.file(&init) {
            Some(id) => Found::File(id),
            None => Found::Folder(folder.to_owned()),
        }
    }

    /// Returns a name of a module as an import that is looked up when it is used; unknown for tests.
    fn import_name(&mut self, id: ModuleId, name: &'a str) -> Value<'a> {
        if self.files[id].is_test {
            return Value::Unknown;
        }
        let scope = self.load(id);
        // A module below the package is loaded for what it does on import.
        if scope.own(name).is_none()
            && let Some(folder) = self.path(id).strip_suffix("/__init__.py")
            && let Some(inner @ Found::File(_)) = self.modules.inside(folder, name)
        {
            return self.value_of_module(inner, "");
        }
        Value::Imported(id, name)
    }

    /// Binds the names of an import of a script: `import app, { router } from "./app"`.
    ///
    /// `import "./routes"` binds none, but the module runs.
    fn import_script(&mut self, import: &'a Import, scope: &Rc<Scope<'a>>) {
        let source: &'a str = &import.source;
        let found = self.modules.script(self.path(scope.module), source);
        if let Found::File(id) = found
            && !self.files[id].is_test
        {
            self.load(id);
        }
        match &import.what {
            Imported::Whole { local: Some(local) } => {
                let value = match found {
                    Found::File(_) => self.script_module(scope.module, source),
                    _ => external_value(source, None),
                };
                scope.set(local, value);
            }
            Imported::Names(names) => {
                for (name, local) in names {
                    let value = match found {
                        Found::File(id) => Value::Imported(id, name),
                        _ => external_value(source, Some(name)),
                    };
                    scope.set(local, value);
                }
            }
            Imported::Whole { local: None } | Imported::Everything => {}
        }
    }
}
