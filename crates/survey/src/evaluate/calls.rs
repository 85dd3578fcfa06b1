//! Evaluates calls: the project's own functions are followed, others remembered.
//!
//! ```text
//! register(app)            own function: its body runs with `app`; it may call `app.get(…)`
//! app.get("/", show)       method of an object from outside: an entry in the object's log
//! express()                function from outside: a new object whose origin is this call
//! new Api(router)          own class: fields and constructor run with `this`
//! router[verb]("/", f)     name not known: an entry under the name `?`
//! ```
//!
//! Whatever else is called is unknown.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, ClassValue, Closure, Origin, Place, Scope, Value};
use code::syntax::{Argument, Call, Expression, Pattern};

/// Calls within calls. Deeper ones are unknown: evaluation recurses, and this keeps it from using up the stack.
const DEEPEST: u32 = 50;
/// Calls of one function in one evaluation; later ones are unknown. It bounds what a helper costs that everything
/// calls.
const MOST_CALLS: u32 = 20_000;

/// The name of a method that is called by a name that is not known.
pub(crate) const OPEN: &str = "?";

impl<'a> Machine<'a> {
    /// Evaluates arguments from left to right; the order matters, as an argument may register something itself.
    ///
    /// `f(*items)` becomes one argument for each item of a known list. A known map that is spread is left out. What
    /// is not known stays as one spread.
    pub(super) fn evaluate_arguments(
        &mut self,
        arguments: &'a [Argument],
        scope: &Rc<Scope<'a>>,
    ) -> Arguments<'a> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match &argument.value {
                Expression::Spread(inner) => match self.evaluate(inner, scope) {
                    Value::List(items) => {
                        values.extend(items.borrow().iter().map(|item| (None, item.clone())))
                    }
                    Value::Map(_) => {}
                    other => values.push((None, Value::Spread(Rc::new(other)))),
                },
                value => values.push((argument.name.as_deref(), self.evaluate(value, scope))),
            }
        }
        Arguments(Rc::new(values))
    }

    /// Evaluates a call by the shape of what is called.
    ///
    /// `require("./users")` is the module, unless the code defines a `require` of its own.
    pub(super) fn evaluate_call(&mut self, call: &'a Call, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let place = Place {
            module: scope.module,
            line: call.line,
        };
        match &call.callee {
            Expression::Name(name)
                if &**name == "require" && self.find_name(scope, "require").is_none() =>
            {
                let arguments = self.evaluate_arguments(&call.arguments, scope);
                match arguments.at(0).and_then(Value::as_text) {
                    Some(source) => match super::folders::from_root(&source) {
                        Some(path) => self.module_at(&path),
                        None => self.script_module(scope.module, &source),
                    },
                    None => Value::Unknown,
                }
            }
            Expression::Name(name) if &**name == "super" => self.call_super(call, scope, place),
            Expression::Member(of, name) => {
                if let Some(class) = self.class_above(of, scope) {
                    let arguments = self.evaluate_arguments(&call.arguments, scope);
                    return self.remember_call(&class, name, arguments, place);
                }
                let receiver = self.evaluate(of, scope);
                let arguments = self.evaluate_arguments(&call.arguments, scope);
                self.call_method(&receiver, name, arguments, place)
            }
            Expression::Index(of, key) => {
                let receiver = self.evaluate(of, scope);
                let key = self.evaluate(key, scope);
                let arguments = self.evaluate_arguments(&call.arguments, scope);
                match (&receiver, key.as_text()) {
                    // `router[method](…)`: a call of a method, be its name known or not.
                    (Value::Object(_), Some(name)) => {
                        self.call_method(&receiver, &name, arguments, place)
                    }
                    (Value::Object(_), None) if !matches!(key, Value::Number(_)) => {
                        self.remember_call(&receiver, OPEN, arguments, place)
                    }
                    _ => {
                        let callee = self.evaluate_index(&receiver, &key);
                        self.call_value(&callee, arguments, place)
                    }
                }
            }
            callee => {
                let callee = self.evaluate(callee, scope);
                let arguments = self.evaluate_arguments(&call.arguments, scope);
                self.call_value(&callee, arguments, place)
            }
        }
    }

    /// Returns the class whose static method calls what it extends from outside: `super.init(…)`
    /// in `static init(…)` is a call on the class itself.
    fn class_above(&mut self, of: &Expression, scope: &Rc<Scope<'a>>) -> Option<Value<'a>> {
        let is_super = matches!(of, Expression::Name(name) if &**name == "super");
        if !is_super || self.is_python(scope.module) {
            return None;
        }
        let Some(Value::Class(class)) = self.find_name(scope, "*class*") else {
            return None;
        };
        let base = self.resolve_import(class.bases.first()?.clone());
        let is_static = !matches!(self.find_name(scope, "this"), Some(Value::Object(_)));
        (is_static && base.as_class().is_none()).then_some(Value::Class(class))
    }

    /// Evaluates `super(…)`.
    ///
    /// In Python it gives a view of the base class with the same `self`. In a script it runs the constructor of the
    /// base, or, where the base is from outside, notes the call on `this`: `super({ prefix })` says what the router
    /// is made with.
    fn call_super(&mut self, call: &'a Call, scope: &Rc<Scope<'a>>, place: Place) -> Value<'a> {
        let this = self.find_name(scope, "this").unwrap_or(Value::Unknown);
        let Some(Value::Class(class)) = self.find_name(scope, "*class*") else {
            return Value::Unknown;
        };
        let base = class
            .bases
            .first()
            .cloned()
            .map(|base| self.resolve_import(base))
            .unwrap_or(Value::Unknown);
        if self.is_python(scope.module) {
            let Some(base) = base.as_class() else {
                return Value::Unknown;
            };
            return Value::Super(base, Box::new(this));
        }
        let arguments = self.evaluate_arguments(&call.arguments, scope);
        if let Some(constructor) = base
            .as_class()
            .and_then(|base| self.method(&base, "constructor"))
        {
            return self.invoke(&constructor, Some(this), &arguments);
        }
        if let Value::Object(id) = this {
            let origin = Origin::Method {
                receiver: Value::Object(id),
                name: "super".into(),
                arguments,
            };
            let entry = self.new_object(origin, place);
            self.objects[id].log.push(entry);
        }
        Value::Unknown
    }

    /// Calls a method: `receiver.name(arguments)`.
    ///
    /// The project's own methods run. `call`, `apply` and `bind` of functions do what the language says, without the
    /// object. All else is remembered on the receiver.
    pub(crate) fn call_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        let receiver = self.resolve_import(receiver.clone());
        match &receiver {
            // Each way is called; what gives nothing known says nothing about the others.
            Value::Choice(ways) => {
                let ways = ways.clone();
                let values: Vec<_> = ways
                    .iter()
                    .map(|way| self.call_method(way, name, arguments.clone(), place))
                    .collect();
                Value::either(
                    values
                        .into_iter()
                        .filter(|value| !matches!(value, Value::Unknown)),
                )
            }
            Value::Text(_) | Value::List(_) | Value::Map(_) => {
                if let Some(value) = self.own_field(&receiver, name) {
                    return self.call_value(&value, arguments, place);
                }
                self.call_builtin_method(&receiver, name, &arguments, place)
            }
            Value::Function(_) | Value::Bound(_) => match (name, self.own_field(&receiver, name)) {
                (_, Some(value)) => self.call_value(&value, arguments, place),
                ("bind", None) => receiver,
                ("call" | "apply", None) => {
                    let rest = arguments.positional().skip(1).cloned().collect::<Vec<_>>();
                    self.call_value(&receiver, Arguments::from_values(rest), place)
                }
                _ => self.remember_call(&receiver, name, arguments, place),
            },
            // A class that extends `dict`: its own methods come before those of the map.
            Value::Object(_) if is_map_method(name) && self.mapping(&receiver).is_some() => {
                let own = self.known_member(&receiver, name, place);
                match (own, self.mapping(&receiver)) {
                    (Some(value), _) => self.call_value(&value, arguments, place),
                    (None, Some(entries)) => self.map_method(&entries, name, &arguments),
                    (None, None) => Value::Unknown,
                }
            }
            Value::Object(_) | Value::Class(_) => {
                self.call_own_method(&receiver, name, arguments, place)
            }
            _ => {
                let callee = self.member_of(&receiver, name, place);
                self.call_value(&callee, arguments, place)
            }
        }
    }

    /// Calls a method of an object or a class where the project defines it; otherwise keeps the call, so that a
    /// framework can read it later (`app.get("/", …)`).
    fn call_own_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        let known = match receiver {
            Value::Class(class) => self.class_member(class, name),
            _ => self.known_member(receiver, name, place),
        };
        match known {
            Some(value) if !matches!(value, Value::Unknown) => {
                self.call_value(&value, arguments, place)
            }
            _ => match self.member_of_configuration(receiver, name) {
                Some(told) => told,
                None => self.remember_call(receiver, name, arguments, place),
            },
        }
    }

    /// Returns a member that the project gives to an object: a field that was set, or a member of its class.
    ///
    /// Returns none for a member that evaluation made when it was asked for: such an object remembers calls instead.
    fn known_member(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        place: Place,
    ) -> Option<Value<'a>> {
        if let Some(value) = self.own_field(receiver, name) {
            let is_plain_member = matches!(&value, Value::Object(id) if matches!(self.objects[*id].origin, Origin::Member { .. }));
            return (!is_plain_member).then_some(value);
        }
        let Value::Object(id) = receiver else {
            return None;
        };
        let Origin::Instance { class, .. } = &self.objects[*id].origin else {
            return None;
        };
        let class = class.clone();
        let _ = self.class_member(&class, name)?;
        Some(self.member_of(receiver, name, place))
    }

    /// Appends a call to the log of its receiver; returns the object that stands for the call's result.
    fn remember_call(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        let origin = Origin::Method {
            receiver: receiver.clone(),
            name: name.into(),
            arguments,
        };
        let result = self.new_object(origin, place);
        if let Value::Object(id) = receiver {
            self.objects[*id].log.push(result);
        }
        Value::Object(result)
    }

    /// Calls a value with arguments: an own function or class runs, what is from outside makes an object.
    ///
    /// Text, lists, maps and what is unknown can't be called: the result is unknown.
    pub(crate) fn call_value(
        &mut self,
        callee: &Value<'a>,
        arguments: Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        if !self.spend() {
            return Value::Unknown;
        }
        match self.resolve_import(callee.clone()) {
            Value::Function(closure) => {
                let this = closure.this.clone();
                self.invoke(&closure, this, &arguments)
            }
            Value::Bound(bound) => self.invoke(&bound.1, Some(bound.0.clone()), &arguments),
            Value::Class(class) => self.instantiate(&class, arguments, place),
            Value::Choice(ways) => {
                let values: Vec<_> = ways
                    .iter()
                    .map(|way| self.call_value(way, arguments.clone(), place))
                    .collect();
                Value::either(
                    values
                        .into_iter()
                        .filter(|value| !matches!(value, Value::Unknown)),
                )
            }
            // A module that is called stands for its default export.
            Value::Module(id) => {
                let callee = self.export_of(id, "default");
                if matches!(callee, Value::Unknown) {
                    Value::Unknown
                } else {
                    self.call_value(&callee, arguments, place)
                }
            }
            callee @ Value::External(_) => {
                if let Some(value) = self.call_builtin(&callee, &arguments, place) {
                    return value;
                }
                Value::Object(self.new_object(Origin::Call { callee, arguments }, place))
            }
            // What a call made is called again: `@app.get("/")` is the call of what `app.get("/")` gave.
            Value::Object(id) => {
                let origin = Origin::Call {
                    callee: Value::Object(id),
                    arguments,
                };
                let result = self.new_object(origin, place);
                self.objects[id].log.push(result);
                Value::Object(result)
            }
            _ => Value::Unknown,
        }
    }

    /// Makes an instance of a class of the project: fields first, then the constructor.
    ///
    /// The instance exists before its constructor runs, so that `this.router` in it finds the same object.
    fn instantiate(
        &mut self,
        class: &Rc<ClassValue<'a>>,
        arguments: Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        self.made.insert(std::ptr::from_ref(class.class));
        let origin = Origin::Instance {
            class: class.clone(),
            arguments: arguments.clone(),
        };
        let this = Value::Object(self.new_object(origin, place));
        // Fields of scripts belong to each instance, those of the base first; Python's stay with the class.
        if !self.is_python(class.place.module) {
            for class in self.lineage(class).into_iter().rev() {
                self.initialize_fields(&class, &this);
            }
        }
        for constructor in ["__init__", "constructor"] {
            if let Some(closure) = self.method(class, constructor) {
                self.invoke(&closure, Some(this.clone()), &arguments);
            }
        }
        this
    }

    /// Evaluates the fields of a class for one instance: `class A { router = Router() }` makes a router for each, and
    /// the value sees `this`.
    fn initialize_fields(&mut self, class: &Rc<ClassValue<'a>>, this: &Value<'a>) {
        let scope = Scope::new(class.place.module, Some(class.scope.clone()), false);
        scope.set("this", this.clone());
        for statement in &class.class.body {
            if let code::syntax::Statement::Assign(field) = statement
                && let (Pattern::Name(name), Some(value)) = (&field.target, &field.value)
            {
                let value = self.evaluate(value, &scope);
                self.set_member(this, name, value);
            }
        }
    }

    /// Runs a function of the project with arguments; returns what it returns, in all ways.
    ///
    /// A function that returns nothing gives `Value::Null`. One that is running twice already is not entered again,
    /// which ends recursion.
    pub(crate) fn invoke(
        &mut self,
        closure: &Rc<Closure<'a>>,
        this: Option<Value<'a>>,
        arguments: &Arguments<'a>,
    ) -> Value<'a> {
        let key = std::ptr::from_ref(closure.function);
        self.called.insert(key);
        let (active, total) = *self.calls.get(&key).unwrap_or(&(0, 0));
        if self.depth > DEEPEST || active >= 2 || total >= MOST_CALLS || !self.spend() {
            return Value::Unknown;
        }
        self.calls.insert(key, (active + 1, total + 1));
        self.depth += 1;
        let scope = Scope::new(closure.place.module, Some(closure.scope.clone()), false);
        self.bind_parameters(closure, this, arguments, &scope);
        let mut returned = Vec::new();
        self.run_statements(&closure.function.body, &scope, &mut returned);
        self.depth -= 1;
        if let Some(count) = self.calls.get_mut(&key) {
            count.0 -= 1;
        }
        let given = if returned.is_empty() {
            Value::Null
        } else {
            Value::either(returned)
        };
        note_maker(closure, &given, &scope);
        given
    }

    /// Binds parameters to arguments: by name, then in order, then by default; what is left is unknown.
    ///
    /// `this` goes to the first parameter of a Python method. An arrow function keeps the `this` around it.
    fn bind_parameters(
        &mut self,
        closure: &Rc<Closure<'a>>,
        this: Option<Value<'a>>,
        arguments: &Arguments<'a>,
        scope: &Rc<Scope<'a>>,
    ) {
        let function = closure.function;
        let mut parameters = function.parameters.iter().peekable();
        if let Some(this) = this {
            if self.is_python(closure.place.module) {
                if !function.is_static
                    && let Some(first) = parameters.next()
                {
                    self.assign(&first.pattern, this.clone(), scope);
                }
                scope.set("this", this);
            } else if !function.is_lexical {
                scope.set("this", this);
            }
        }
        let mut positional = arguments.positional();
        for parameter in parameters {
            if parameter.is_rest {
                let rest: Vec<_> = positional.by_ref().cloned().collect();
                self.assign(&parameter.pattern, Value::list(rest), scope);
                continue;
            }
            // A name fits only a plain parameter; a pattern such as `{ app, prefix }` takes the next in order.
            let named = match &parameter.pattern {
                Pattern::Name(name) => arguments.named(name),
                _ => None,
            };
            let given = named.or_else(|| positional.next()).cloned();
            let value = match (given, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.evaluate(default, scope),
                (None, None) => Value::Unknown,
            };
            self.assign(&parameter.pattern, value, scope);
        }
    }
}

/// Notes on the functions that a call made and gave which function was called.
fn note_maker<'a>(maker: &Closure<'a>, given: &Value<'a>, scope: &Rc<Scope<'a>>) {
    for way in given.ways() {
        if let Value::Function(made) = way
            && Rc::ptr_eq(&made.scope, scope)
            && made.maker.borrow().is_none()
        {
            made.maker.replace(maker.name());
        }
    }
}

/// Returns whether a name is a method of Python's `dict` that `maps::map_method` applies.
fn is_map_method(name: &str) -> bool {
    matches!(
        name,
        "get" | "setdefault" | "update" | "copy" | "values" | "keys" | "items"
    )
}
