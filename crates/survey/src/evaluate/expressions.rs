//! Evaluates expressions.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Closure, Origin, Place, Scope, Value};
use code::syntax::{Expression, Function, Pattern};

/// Expressions within expressions.
const DEEPEST: u32 = 400;

impl<'a> Machine<'a> {
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
            Expression::Either(ways) => {
                let values: Vec<_> = ways.iter().map(|way| self.evaluate(way, scope)).collect();
                Value::either(values)
            }
            Expression::Add(left, right) => {
                let left = self.evaluate(left, scope);
                let right = self.evaluate(right, scope);
                add_values(&left, &right)
            }
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
            Expression::Union(parts) | Expression::Other(parts) => {
                for part in parts {
                    self.evaluate(part, scope);
                }
                Value::Unknown
            }
        }
    }

    fn evaluate_name(&mut self, name: &'a str, scope: &Rc<Scope<'a>>) -> Value<'a> {
        match self.find_name(scope, name) {
            Some(value) => {
                let is_default = matches!(&value, Value::Imported(_, "default"));
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
                    .unwrap_or_else(|| format!("?{}", values.len()).into()),
            };
            values.push((key, value));
        }
        Value::map(values)
    }

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

    /// Tells a decorator what it decorates; the name keeps the undecorated value.
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
    let Pattern::Name(name) = target else {
        return scope.clone();
    };
    let mut scopes = std::iter::successors(Some(scope), |at| at.parent.as_ref());
    scopes
        .find(|at| at.names.borrow().contains_key(&**name))
        .unwrap_or(scope)
        .clone()
}

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
