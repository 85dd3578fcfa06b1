//! Looks up members: `value.name`.
//!
//! ```text
//! users.router         `users` is a module of the project: what it exports as `router`
//! express.Router       `express` is from outside: the longer path `express.Router`
//! settings.DEBUG       `django.conf.settings` stands for the project's own module of settings
//! self.router          an object: its field, else its class's, else an object that remembers `self` and `router`
//! process.env.PREFIX   the value of the project's example of an environment
//! ```

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, ClassValue, Closure, Origin, Place, Value};
use code::modules::Found;

impl<'a> Machine<'a> {
    /// Returns the member `of.name`; unknown where nothing can be said about it.
    ///
    /// `place` is where the code asks; it becomes the place of the object that is made for a member nobody set.
    pub(crate) fn member_of(&mut self, of: &Value<'a>, name: &str, place: Place) -> Value<'a> {
        if !self.spend() {
            return Value::Unknown;
        }
        let of = self.resolve_import(of.clone());
        match &of {
            // What is unknown on one way says nothing about the others.
            Value::Choice(ways) => {
                let values: Vec<_> = ways
                    .iter()
                    .map(|way| self.member_of(way, name, place))
                    .collect();
                Value::either(
                    values
                        .into_iter()
                        .filter(|value| !matches!(value, Value::Unknown)),
                )
            }
            Value::Module(id) => {
                if self.files[*id].is_test {
                    return Value::Unknown;
                }
                self.export_of(*id, name)
            }
            // `import shop.users`, then `shop.users.urls`: a folder of Python without `__init__.py`.
            Value::Package(folder) => {
                let found = self.modules.inside(folder, name).unwrap_or(Found::Outside);
                self.value_of_module(found, &format!("{folder}.{name}"))
            }
            Value::External(path) if is_environment(path) && self.samples.contains_key(name) => {
                self.sample(name)
            }
            Value::External(path) => self.member_from_outside(path, name),
            Value::Map(_) => self.own_field(&of, name).unwrap_or(Value::Unknown),
            Value::Class(class) if name == "__name__" => Value::text(&class.class.name),
            Value::Class(class) => self
                .class_member(class, name)
                .unwrap_or_else(|| self.new_member(&of, name, place)),
            Value::Super(class, this) => match self.class_member(class, name) {
                Some(value) => self.bind_method(value, this),
                None => Value::Unknown,
            },
            Value::Object(_) => self.object_member(&of, name, place),
            Value::Function(_) | Value::Bound(_) => self
                .own_field(&of, name)
                .unwrap_or_else(|| self.new_member(&of, name, place)),
            _ => Value::Unknown,
        }
    }

    /// Makes an object that stands for a member nobody set: only where it came from is known.
    fn new_member(&mut self, of: &Value<'a>, name: &str, place: Place) -> Value<'a> {
        let origin = Origin::Member {
            of: of.clone(),
            name: name.into(),
        };
        Value::Object(self.new_object(origin, place))
    }

    /// Returns the member of a package from outside: what the project's own stand-in for it holds
    /// (`django.conf.settings`), else the longer dotted path.
    fn member_from_outside(&mut self, path: &str, name: &str) -> Value<'a> {
        let stand_in = self
            .stand_ins
            .iter()
            .find(|(outside, _)| *outside == path)
            .map(|(_, id)| *id);
        match stand_in.and_then(|id| self.export_within(id, name, 0)) {
            Some(value) => value,
            None => Value::External(format!("{path}.{name}").into()),
        }
    }

    /// Returns a member of an object, in the order: field, class, settings, `_meta`, example of an environment.
    ///
    /// The object made for a member that nothing gives is kept as its field: asked twice, it is the same object, and
    /// what is called on it stands in one log.
    fn object_member(&mut self, of: &Value<'a>, name: &str, place: Place) -> Value<'a> {
        let Value::Object(id) = of else {
            return Value::Unknown;
        };
        if let Some(value) = self.own_field(of, name) {
            return value;
        }
        if let Origin::Instance { class, .. } = &self.objects[*id].origin {
            let class = class.clone();
            let outside = self.outside_bases(&class);
            let is_settings = outside.iter().any(|base| base.ends_with(".BaseSettings"));
            if let Some(value) = self.class_member(&class, name) {
                let value = self.bind_method(value, of);
                // The environment may say otherwise.
                return if is_settings {
                    Value::either([value, Value::Unknown])
                } else {
                    value
                };
            }
            if outside.is_empty() {
                // All bases are the project's, and none has the member.
                return Value::Unknown;
            }
            // Pydantic reads the field `api_prefix` from the variable `API_PREFIX`.
            let name = name.to_uppercase();
            if is_settings && self.samples.contains_key(&name) {
                return self.sample(&name);
            }
        }
        if let Origin::Member {
            of: Value::Class(class),
            name: inner,
        } = &self.objects[*id].origin
            && &**inner == "_meta"
        {
            let class = class.clone();
            if let Some(told) = self.member_of_meta(&class, name) {
                return told;
            }
        }
        // `env.API_PREFIX` of a library that reads the environment.
        let is_constant = name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        if is_constant && self.samples.contains_key(name) {
            return self.sample(name);
        }
        // What a CommonJS module does not export is not there.
        if matches!(self.objects[*id].origin, Origin::Made("exports" | "module")) {
            return Value::Unknown;
        }
        let member = self.new_member(of, name, place);
        self.objects[*id].fields.push((name.into(), member.clone()));
        member
    }

    /// Returns what the classes of settings give a constant of the configuration, where all that
    /// give it agree: `app.config['PREFIX']`.
    pub(crate) fn setting_of_classes(&self, value: &Value<'a>) -> Option<Rc<str>> {
        let Origin::Member { of, name } = &self.object(value.as_object()?).origin else {
            return None;
        };
        let is_configuration = matches!(&self.object(of.as_object()?).origin,
            Origin::Member { name, .. } if &**name == "config");
        let mut found: Option<Rc<str>> = None;
        for class in self.classes.iter().filter(|_| is_configuration) {
            let fields = class.fields.borrow();
            for field in fields.iter().filter(|field| *field.name == **name) {
                // One class whose field is no text, or another text, leaves the setting open.
                let text = field.value.as_text()?;
                if found.as_ref().is_some_and(|known| *known != text) {
                    return None;
                }
                found = Some(text);
            }
        }
        found
    }

    /// Returns the value of a variable in the project's example of an environment, else unknown.
    pub(super) fn sample(&self, name: &str) -> Value<'a> {
        self.samples
            .get(name)
            .map_or(Value::Unknown, |text| Value::Sample(text.clone()))
    }

    /// Binds a function of a class to its object: a property gives its result, another function waits for its call.
    ///
    /// Any decorator from outside whose path ends in `property` counts: `property`, `functools.cached_property`.
    fn bind_method(&mut self, value: Value<'a>, this: &Value<'a>) -> Value<'a> {
        let Value::Function(closure) = &value else {
            return value;
        };
        let is_property = closure.decorators.iter().any(|decorator| match decorator {
            Value::External(path) => path.ends_with("property"),
            _ => false,
        });
        if is_property {
            return self.invoke(closure, Some(this.clone()), &Arguments::default());
        }
        Value::Bound(Rc::new((this.clone(), closure.clone())))
    }

    /// Returns a field that was set on this very value.
    pub(super) fn own_field(&self, of: &Value<'a>, name: &str) -> Option<Value<'a>> {
        let find = |fields: &[(Rc<str>, Value<'a>)]| {
            fields
                .iter()
                .rev()
                .find(|(key, _)| &**key == name)
                .map(|(_, value)| value.clone())
        };
        match of {
            Value::Object(id) => find(&self.objects[*id].fields),
            Value::Function(closure) => find(&closure.fields.borrow()),
            Value::Bound(bound) => find(&bound.1.fields.borrow()),
            Value::Map(entries) => find(&entries.borrow()),
            _ => None,
        }
    }

    /// Sets a member on each way that a value can come out. Values that have no fields ignore it.
    ///
    /// A function without a name is called by the first member that holds it (`exports.isOwner = () => …`), but not
    /// by `module.exports`: those who import it name it.
    pub(crate) fn set_member(&mut self, of: &Value<'a>, name: &'a str, value: Value<'a>) {
        let is_whole_module = of.as_object().is_some_and(|id| {
            matches!(self.objects[id].origin, Origin::Made("module")) && name == "exports"
        });
        if !is_whole_module {
            value.set_name(name);
        }
        for way in of.ways() {
            let entry = (Rc::from(name), value.clone());
            match way {
                Value::Object(id) => self.objects[*id].fields.push(entry),
                Value::Function(closure) => closure.fields.borrow_mut().push(entry),
                Value::Map(entries) => entries.borrow_mut().push(entry),
                Value::Class(class) => class.fields.borrow_mut().push(super::Field {
                    name,
                    value: value.clone(),
                    annotation: None,
                    decorators: Vec::new(),
                }),
                // `module.name = value` changes what the module exports.
                Value::Module(id) => self.load(*id).set(name, value.clone()),
                _ => {}
            }
        }
    }

    /// Returns a field of a class, looked up there, then in what it extends, nearest first; the last that was set
    /// wins.
    ///
    /// A field that has only an annotation gives none: the next base may have its value.
    pub(crate) fn class_member(
        &mut self,
        class: &Rc<ClassValue<'a>>,
        name: &str,
    ) -> Option<Value<'a>> {
        self.lineage(class).iter().find_map(|class| {
            let fields = class.fields.borrow();
            let field = fields.iter().rev().find(|field| field.name == name)?;
            // `limit: int` says that there is a field, but not its value.
            match (&field.value, field.annotation) {
                (Value::Unknown, Some(_)) => None,
                (value, _) => Some(value.clone()),
            }
        })
    }

    /// Returns the method of a class, its own or one that it extends.
    pub(crate) fn method(
        &mut self,
        class: &Rc<ClassValue<'a>>,
        name: &str,
    ) -> Option<Rc<Closure<'a>>> {
        self.class_member(class, name)
            .and_then(|value| value.as_function())
    }

    /// Returns the class and the project's classes that it extends, nearest first.
    pub(crate) fn lineage(&mut self, class: &Rc<ClassValue<'a>>) -> Vec<Rc<ClassValue<'a>>> {
        let mut found = Vec::new();
        self.collect_lineage(class, &mut found, &mut Vec::new());
        found
    }

    /// Returns the dotted paths of the classes from outside that it extends, directly or not.
    pub(crate) fn outside_bases(&mut self, class: &Rc<ClassValue<'a>>) -> Vec<Rc<str>> {
        let mut outside = Vec::new();
        self.collect_lineage(class, &mut Vec::new(), &mut outside);
        outside
    }

    /// Adds a class and all that it extends to `found` or `outside`, depth first.
    ///
    /// Ends at sixty classes, or at one that is already there: bases may be circular where imports are.
    fn collect_lineage(
        &mut self,
        class: &Rc<ClassValue<'a>>,
        found: &mut Vec<Rc<ClassValue<'a>>>,
        outside: &mut Vec<Rc<str>>,
    ) {
        if found.len() > 60 || found.iter().any(|known| Rc::ptr_eq(known, class)) {
            return;
        }
        found.push(class.clone());
        for base in &class.bases {
            match self.resolve_import(base.clone()) {
                Value::External(path) => outside.push(path),
                Value::Object(id) => {
                    // `class Model(db.Model)`, `class X extends mixin(Base)`.
                    let path = self.path_of(&Value::Object(id));
                    outside.extend(path.map(Rc::from));
                }
                settled => {
                    if let Some(base) = settled.as_class() {
                        self.collect_lineage(&base, found, outside);
                    }
                }
            }
        }
    }

    /// Returns a dotted path that says what a value from outside is:
    /// `flask_sqlalchemy.SQLAlchemy().Model`.
    /// Returns none for text, lists, own functions, and for chains of more than twelve parts.
    ///
    /// A class of the project is known by the first of its bases that has a path.
    pub(crate) fn path_of(&self, value: &Value<'a>) -> Option<String> {
        self.path_within(value, 0)
    }

    /// `depth` counts the parts so far: a chain may lead back to itself through a field.
    fn path_within(&self, value: &Value<'a>, depth: u32) -> Option<String> {
        if depth > 12 {
            return None;
        }
        value.ways().iter().find_map(|way| match way {
            Value::External(path) => Some(path.to_string()),
            Value::Object(id) => match &self.objects[*id].origin {
                Origin::Call { callee, .. } => {
                    Some(format!("{}()", self.path_within(callee, depth + 1)?))
                }
                Origin::Member { of, name } => {
                    Some(format!("{}.{name}", self.path_within(of, depth + 1)?))
                }
                Origin::Method { receiver, name, .. } => Some(format!(
                    "{}.{name}()",
                    self.path_within(receiver, depth + 1)?
                )),
                Origin::Parameter { annotation, .. } => {
                    Some(format!("{}()", self.path_within(annotation, depth + 1)?))
                }
                Origin::Instance { class, .. } => class.bases.iter().find_map(|base| {
                    let path = self.path_within(base, depth + 1)?;
                    Some(format!("{path}()"))
                }),
                Origin::Made(_) => None,
            },
            Value::Class(class) => class
                .bases
                .iter()
                .find_map(|base| self.path_within(base, depth + 1)),
            _ => None,
        })
    }
}

/// Returns whether a path from outside is the environment of the process.
pub(super) fn is_environment(path: &str) -> bool {
    matches!(
        path,
        "process.env" | "import.meta.env" | "os.environ" | "Deno.env" | "Bun.env"
    )
}
