//! Evaluates expressions.
//!
//! ```text
//! PREFIX + "/users"                a text, if both parts are
//! [index, ...routes]               a list; a part that is not known stays as a spread
//! { get: list, [verb]: save }      a map; the key that is not known is written `?1`
//! debug ? dev : prod               one way or both
//! a and b                          `b`: the first part only guards it
//! count * 2                        unknown, but the parts are evaluated for the calls in them
//! ```
//!
//! A name that nobody defines is from outside: `Value::External("express")`.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Closure, Origin, Place, Scope, Value};
use code::syntax::{Expression, Function, Pattern};

/// Calls and imports within each other after which an expression is unknown. `calls` and `resolve_import` have
/// smaller limits of their own, so this one only stands behind them.
const DEEPEST: u32 = 400;

impl<'a> Machine<'a> {
    /// Returns the value of a name as a scope sees it: its own names, those around, then `from x import *`.
    ///
    /// Names of stars are looked up at the module's scope only, the last star first, as a later one overwrites.
    pub(super) fn find_name(&mut self, scope: &Rc<Scope<'a>>, name: &str) -> Option<Value<'a>> {
        let mut at = Some(scope);
        while let Some(scope) = at {
            if let Some(value) = scope.own(name) {
                return Some(value);
            }
            if scope.parent.is_none() {
                let stars = scope.stars.borrow().clone();
                for star in stars.into_iter().rev() {
                    if star != scope.module
                        && let Some(value) = self.export_within(star, name, 1)
                    {
                        return Some(value);
                    }
                }
            }
            at = scope.parent.as_ref();
        }
        None
    }

    /// Evaluates an expression in a scope; unknown once the work that a survey may take is spent.
    pub(crate) fn evaluate(
        &mut self,
        expression: &'a Expression,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        if !self.spend() || self.depth > DEEPEST {
            return Value::Unknown;
        }
        match expression {
            Expression::Name(name) => self.evaluate_name(name, scope),
            Expression::Text(text) => Value::text(text),
            Expression::Regex(text) => Value::Regex(text),
            Expression::Number(text) => Value::Number(text),
            Expression::Bool(truth) => Value::Bool(*truth),
            Expression::Null => Value::Null,
            Expression::Template(parts) => self.evaluate_template(parts, scope),
            Expression::Member(of, name) => self.evaluate_member(of, name, scope),
            Expression::Index(of, key) => {
                let of = self.evaluate(of, scope);
                let key = self.evaluate(key, scope);
                self.evaluate_index(&of, &key)
            }
            Expression::Call(call) => self.evaluate_call(call, scope),
            Expression::List(items) => self.evaluate_list(items, scope),
            Expression::Map(entries) => self.evaluate_entries(entries, scope),
            Expression::Spread(inner) => {
                let inner = self.evaluate(inner, scope);
                Value::Spread(Rc::new(inner))
            }
            Expression::Function(function) => {
                Value::Function(self.make_closure(function, scope, None))
            }
            Expression::Class(class) => Value::Class(self.define_class(class, scope)),
            // The first is a condition: what it is when it is nothing is not asked for.
            Expression::Both(sides) => self.evaluate(&sides.1, scope),
            // `a or b`, `a ?? b`: either may be what counts.
            Expression::Either(ways) => {
                let values: Vec<_> = ways.iter().map(|way| self.evaluate(way, scope)).collect();
                Value::either(values)
            }
            Expression::Add(left, right) => {
                let left = self.evaluate(left, scope);
                let right = self.evaluate(right, scope);
                add_values(&left, &right)
            }
            // An assignment inside an expression: `module.exports = app = express()`.
            Expression::Assign(target, value) => {
                let value = self.evaluate(value, scope);
                let holder = holder_of(target, scope);
                self.name_by_target(target, &value);
                self.assign(target, value.clone(), &holder);
                value
            }
            Expression::Comprehension(parts) => self.evaluate_comprehension(parts, scope),
            Expression::Choose(choose) => self.evaluate_choice(choose, scope),
            Expression::Compare(comparison, sides) => self.compare(*comparison, sides, scope),
            Expression::Not(inner) => {
                let inner = self.evaluate(inner, scope);
                super::compare::is_true(&inner).map_or(Value::Unknown, |truth| Value::Bool(!truth))
            }
            // Other expressions have no value here; their parts may still register something.
            Expression::Union(parts) | Expression::Other(parts) => {
                for part in parts {
                    self.evaluate(part, scope);
                }
                Value::Unknown
            }
        }
    }

    /// Returns the value of a name; follows an import to what it stands for.
    fn evaluate_name(&mut self, name: &'a str, scope: &Rc<Scope<'a>>) -> Value<'a> {
        match self.find_name(scope, name) {
            Some(value) => {
                let is_default = matches!(&value, Value::Imported(_, "default"));
                // `import users from "./users"`: a function without a name gets the one of the import.
                let value = self.resolve_import(value);
                if is_default {
                    value.set_name(name);
                }
                value
            }
            // Where a file lies is all that paths are made of.
            None if matches!(name, "__dirname" | "__filename") => self.folder_of(scope.module),
            None => Value::External(name.into()),
        }
    }

    /// Evaluates `of.name`. The members of `import.meta` that say where a file lies give its folder.
    fn evaluate_member(
        &mut self,
        of: &'a Expression,
        name: &'a str,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        if let Expression::Name(meta) = of
            && &**meta == "import.meta"
            && matches!(name, "dirname" | "url" | "filename")
        {
            return self.folder_of(scope.module);
        }
        let of = self.evaluate(of, scope);
        // A member keeps no line of its own.
        let place = Place {
            module: scope.module,
            line: 0,
        };
        let member = self.member_of(&of, name, place);
        member.set_name(name);
        member
    }

    /// Evaluates a template: `` `/api/${VERSION}` `` is a text where every part is; otherwise unknown.
    fn evaluate_template(&mut self, parts: &'a [Expression], scope: &Rc<Scope<'a>>) -> Value<'a> {
        let mut text = String::new();
        for part in parts {
            match self.evaluate(part, scope) {
                Value::Number(number) => text.push_str(number),
                value => match value.as_text() {
                    Some(piece) => text.push_str(&piece),
                    None => return Value::Unknown,
                },
            }
        }
        Value::text(&text)
    }

    /// Evaluates `of[key]`: an entry, an item, or a member whose name is a text.
    ///
    /// A key that is not known gives any of the entries of a map, but nothing of a list. Negative and sliced
    /// positions are unknown.
    pub(super) fn evaluate_index(&mut self, of: &Value<'a>, key: &Value<'a>) -> Value<'a> {
        let nowhere = Place { module: 0, line: 0 };
        if let Some(entries) = self.mapping(of) {
            return match key.as_text() {
                Some(key) => self.map_entry(&entries, &key, nowhere),
                None => Value::either(entries.borrow().iter().map(|(_, value)| value.clone())),
            };
        }
        match of {
            Value::List(items) => match key {
                Value::Number(number) => {
                    let at: usize = number.parse().unwrap_or(usize::MAX);
                    items.borrow().get(at).cloned().unwrap_or(Value::Unknown)
                }
                _ => Value::Unknown,
            },
            Value::Object(_) | Value::Module(_) => match key {
                Value::Number(number) => self.member_of(of, number, nowhere),
                _ => key
                    .as_text()
                    .map_or(Value::Unknown, |key| self.member_of(of, &key, nowhere)),
            },
            // `Annotated[User, Depends(current_user)]`: what stands in the brackets is what is meant.
            Value::External(path) if path.ends_with("Annotated") => key.clone(),
            Value::External(path) if super::members::is_environment(path) => key
                .as_text()
                .map_or(Value::Unknown, |key| self.sample(&key)),
            // `Generic[T]`: the thing itself.
            Value::Class(_) | Value::External(_) => of.clone(),
            Value::Choice(ways) => {
                let ways = ways.clone();
                let values: Vec<_> = ways
                    .iter()
                    .map(|way| self.evaluate_index(way, key))
                    .collect();
                Value::either(values)
            }
            _ => Value::Unknown,
        }
    }

    /// Evaluates the items of a list; a spread list is joined, another spread stays marked.
    fn evaluate_list(&mut self, items: &'a [Expression], scope: &Rc<Scope<'a>>) -> Value<'a> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match self.evaluate(item, scope) {
                Value::Spread(inner) => match &*inner {
                    Value::List(items) => values.extend(items.borrow().iter().cloned()),
                    _ => values.push(Value::Spread(inner)),
                },
                value => values.push(value),
            }
        }
        Value::list(values)
    }

    /// Evaluates the entries of a map. A spread map is joined; a later entry of a name wins when it is read.
    fn evaluate_entries(
        &mut self,
        entries: &'a [(Expression, Expression)],
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let mut values: Vec<(Rc<str>, Value<'a>)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if let Expression::Spread(inner) = key {
                values.extend(self.evaluate(inner, scope).entries());
                continue;
            }
            let key = self.evaluate(key, scope);
            let value = self.evaluate(value, scope);
            let key: Rc<str> = match &key {
                Value::Number(number) => (*number).into(),
                other => other
                    .as_text()
                    // The number keeps several open keys apart; `?` is the sign that `contains` looks for.
                    .unwrap_or_else(|| format!("?{}", values.len()).into()),
            };
            values.push((key, value));
        }
        Value::map(values)
    }

    /// Makes a function value. `class` is the scope around a class, which methods see in place of the class's own
    /// names.
    ///
    /// Functions outside classes are kept for `uncalled`; methods are found there through their classes.
    pub(super) fn make_closure(
        &mut self,
        function: &'a Function,
        scope: &Rc<Scope<'a>>,
        class: Option<&Rc<Scope<'a>>>,
    ) -> Rc<Closure<'a>> {
        let decorators: Vec<_> = function
            .decorators
            .iter()
            .map(|value| self.evaluate(value, scope))
            .collect();
        let outer = class.unwrap_or(scope);
        let closure = Rc::new(Closure {
            function,
            scope: outer.clone(),
            decorators,
            this: None,
            fields: Default::default(),
            place: Place {
                module: scope.module,
                line: function.line,
            },
            alias: Default::default(),
            maker: Default::default(),
        });
        if class.is_none() {
            self.closures.push(closure.clone());
        }
        closure
    }

    /// Calls a decorator with what it decorates; the name keeps the undecorated value.
    ///
    /// `@app.get("/")` thus leaves an entry in the log of the decorator's object, and a decorator of the project
    /// runs. A decorator that is only a name from outside is not called: it is read from the list of decorators.
    pub(super) fn decorate(&mut self, decorator: &Value<'a>, target: Value<'a>, place: Place) {
        match decorator {
            Value::Object(_) | Value::Function(_) | Value::Bound(_) | Value::Choice(_) => {
                self.call_value(decorator, super::Arguments::from_values([target]), place);
            }
            _ => {}
        }
    }

    /// Evaluates a base class, which stays a name while the module that gives it is still being loaded.
    pub(super) fn evaluate_base(
        &mut self,
        expression: &'a Expression,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        match expression {
            Expression::Name(name) => match self.find_name(scope, name) {
                Some(value @ Value::Imported(..)) => value,
                _ => self.evaluate(expression, scope),
            },
            _ => self.evaluate(expression, scope),
        }
    }

    /// Assigns a value to a name, to the parts of a pattern, to a member or to an entry.
    ///
    /// `const { router } = api` takes a member for each part. An index whose key is not known assigns nothing.
    pub(super) fn assign(&mut self, pattern: &'a Pattern, value: Value<'a>, scope: &Rc<Scope<'a>>) {
        match pattern {
            Pattern::Name(name) => {
                scope.set(name, value);
            }
            Pattern::List(parts) => {
                let items = value.items();
                for (at, part) in parts.iter().enumerate() {
                    self.assign(
                        part,
                        items.get(at).cloned().unwrap_or(Value::Unknown),
                        scope,
                    );
                }
            }
            Pattern::Map(parts) => {
                for (key, part) in parts {
                    let field = self.member_of(
                        &value,
                        key,
                        Place {
                            module: scope.module,
                            line: 0,
                        },
                    );
                    field.set_name(key);
                    self.assign(part, field, scope);
                }
            }
            Pattern::Target(Expression::Member(of, name)) => {
                let of = self.evaluate(of, scope);
                self.set_member(&of, name, value);
            }
            Pattern::Target(Expression::Index(of, key)) => {
                let of = self.evaluate(of, scope);
                let key = self.evaluate(key, scope);
                if let (Some(entries), Some(key)) = (self.mapping(&of), key.as_text()) {
                    entries.borrow_mut().push((key, value));
                }
            }
            Pattern::Target(_) | Pattern::Ignore => {}
        }
    }

    /// Returns whether an object came to be by what is wanted: the path of the function that made it, of its
    /// annotation or of a base of its class.
    ///
    /// For `app = Flask(__name__)` the closure receives `flask.Flask`; for `def f(app: Flask)` the same path.
    pub(crate) fn is_instance_of(
        &mut self,
        id: super::ObjectId,
        wanted: impl Fn(&str) -> bool,
    ) -> bool {
        match self.objects[id].origin.clone() {
            Origin::Call { callee, .. } => self.path_of(&callee).is_some_and(|path| wanted(&path)),
            Origin::Parameter { annotation, .. } => {
                let class = annotation
                    .as_class()
                    .map(|class| self.outside_bases(&class))
                    .unwrap_or_default();
                self.path_of(&annotation).is_some_and(|path| wanted(&path))
                    || class.iter().any(|path| wanted(path))
            }
            Origin::Instance { class, .. } => {
                self.outside_bases(&class).iter().any(|path| wanted(path))
            }
            Origin::Method { receiver, name, .. } => {
                let Some(path) = self.path_of(&receiver) else {
                    return false;
                };
                wanted(&format!("{path}.{name}"))
            }
            _ => false,
        }
    }
}

/// Returns the scope that an assignment without a declaration writes to.
fn holder_of<'a>(target: &Pattern, scope: &Rc<Scope<'a>>) -> Rc<Scope<'a>> {
    // `router = Router()` in a script writes to the nearest scope that already has the name, else to this one.
    let Pattern::Name(name) = target else {
        return scope.clone();
    };
    let mut scopes = std::iter::successors(Some(scope), |at| at.parent.as_ref());
    scopes
        .find(|at| at.names.borrow().contains_key(&**name))
        .unwrap_or(scope)
        .clone()
}

/// Adds texts or lists. A part of a list that is not known stays as a spread: `urlpatterns + router.urls`.
///
/// Returns unknown where neither side is a list and one is no text; numbers are not added.
fn add_values<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    if let (Some(left), Some(right)) = (left.as_text(), right.as_text()) {
        return Value::text(&format!("{left}{right}"));
    }
    let is_list = |value: &Value<'a>| value.ways().iter().any(|way| matches!(way, Value::List(_)));
    if !is_list(left) && !is_list(right) {
        return Value::Unknown;
    }
    let part = |value: &Value<'a>| {
        if is_list(value) {
            value.items()
        } else {
            vec![Value::Spread(Rc::new(value.clone()))]
        }
    };
    Value::list(part(left).into_iter().chain(part(right)).collect())
}
