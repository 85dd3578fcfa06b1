//! The values that an expression can have.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use code::modules::ModuleId;
use code::syntax::{Class, Expression, Function};

pub(crate) type ObjectId = usize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) module: ModuleId,
    pub(crate) line: u32,
}

/// The key under which a map keeps what makes its missing entries.
pub(super) const DEFAULT: &str = "\0default";

pub(crate) type Entries<'a> = Vec<(Rc<str>, Value<'a>)>;

#[derive(Clone)]
pub(crate) enum Value<'a> {
    Unknown,
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Rc<str>),
    /// A text that only the project's example of an environment gives: it yields to any that the
    /// code gives.
    Sample(Rc<str>),
    Regex(&'a str),
    List(Rc<RefCell<Vec<Value<'a>>>>),
    Map(Rc<RefCell<Entries<'a>>>),
    Function(Rc<Closure<'a>>),
    Bound(Rc<(Value<'a>, Rc<Closure<'a>>)>),
    Class(Rc<ClassValue<'a>>),
    Super(Rc<ClassValue<'a>>, Box<Value<'a>>),
    Module(ModuleId),
    Package(Rc<str>),
    External(Rc<str>),
    Object(ObjectId),
    /// An imported name, looked up when it is used, so that circles of imports do no harm.
    Imported(ModuleId, &'a str),
    /// One of several values, which a branch decides at run time.
    Choice(Rc<[Value<'a>]>),
    /// In a list: the elements of something that could not be followed.
    Spread(Rc<Value<'a>>),
}

pub(crate) struct Closure<'a> {
    pub(crate) function: &'a Function,
    pub(crate) scope: Rc<Scope<'a>>,
    pub(crate) decorators: Vec<Value<'a>>,
    pub(crate) this: Option<Value<'a>>,
    pub(crate) fields: RefCell<Vec<(Rc<str>, Value<'a>)>>,
    pub(crate) place: Place,
    /// The name that the code gives it where it has none of its own: the variable, member or import
    /// that it is reached by.
    pub(crate) alias: RefCell<Option<Rc<str>>>,
    /// The function whose call made it: `requireRole` for what `requireRole('agent')` gives.
    pub(crate) maker: RefCell<Option<Rc<str>>>,
}

/// The name to which the reader of scripts binds `export default`: one that nobody wrote.
const DEFAULT_EXPORT: &str = "*default*";

impl Closure<'_> {
    fn own_name(&self) -> Option<&str> {
        let own = self.function.name.as_deref();
        own.filter(|name| *name != DEFAULT_EXPORT)
    }

    /// Returns its own name, or what the code calls it.
    pub(crate) fn name(&self) -> Option<Rc<str>> {
        let own = self.own_name().map(Rc::from);
        own.or_else(|| self.alias.borrow().clone())
            .or_else(|| self.maker.borrow().clone())
    }

    /// Returns the name by which a line that uses it knows it: that of the function that made it
    /// comes before one inside.
    pub(crate) fn name_in_use(&self) -> Option<Rc<str>> {
        let alias = self.alias.borrow().clone();
        alias
            .or_else(|| self.maker.borrow().clone())
            .or_else(|| self.name())
    }
}

#[derive(Clone)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
    pub(crate) annotation: Option<&'a Expression>,
    pub(crate) decorators: Vec<Value<'a>>,
}

pub(crate) struct ClassValue<'a> {
    pub(crate) class: &'a Class,
    pub(crate) scope: Rc<Scope<'a>>,
    pub(crate) bases: Vec<Value<'a>>,
    pub(crate) keywords: Vec<(&'a str, Value<'a>)>,
    pub(crate) decorators: RefCell<Vec<Value<'a>>>,
    pub(crate) fields: RefCell<Vec<Field<'a>>>,
    pub(crate) place: Place,
}

pub(crate) struct Scope<'a> {
    pub(crate) names: RefCell<HashMap<&'a str, Value<'a>>>,
    pub(crate) parent: Option<Rc<Scope<'a>>>,
    pub(crate) module: ModuleId,
    pub(crate) is_class: bool,
    pub(crate) stars: RefCell<Vec<ModuleId>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(module: ModuleId, parent: Option<Rc<Scope<'a>>>, is_class: bool) -> Rc<Self> {
        Rc::new(Scope {
            names: RefCell::default(),
            parent,
            module,
            is_class,
            stars: RefCell::default(),
        })
    }

    pub(crate) fn set(&self, name: &'a str, value: Value<'a>) {
        self.names.borrow_mut().insert(name, value);
    }

    pub(crate) fn own(&self, name: &str) -> Option<Value<'a>> {
        self.names.borrow().get(name).cloned()
    }
}

#[derive(Clone, Default)]
pub(crate) struct Arguments<'a>(pub(crate) Rc<Vec<(Option<&'a str>, Value<'a>)>>);

impl<'a> Arguments<'a> {
    pub(crate) fn from_values(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Arguments(Rc::new(
            values.into_iter().map(|value| (None, value)).collect(),
        ))
    }

    pub(crate) fn positional(&self) -> impl DoubleEndedIterator<Item = &Value<'a>> {
        self.0
            .iter()
            .filter(|(name, _)| name.is_none())
            .map(|(_, value)| value)
    }

    pub(crate) fn at(&self, position: usize) -> Option<&Value<'a>> {
        self.positional().nth(position)
    }

    pub(crate) fn named(&self, wanted: &str) -> Option<&Value<'a>> {
        self.0
            .iter()
            .find(|(name, _)| *name == Some(wanted))
            .map(|(_, value)| value)
    }

    pub(crate) fn at_or_named(&self, position: usize, name: &str) -> Option<&Value<'a>> {
        self.named(name).or_else(|| self.at(position))
    }
}

#[derive(Clone)]
pub(crate) enum Origin<'a> {
    Call {
        callee: Value<'a>,
        arguments: Arguments<'a>,
    },
    Method {
        receiver: Value<'a>,
        name: Rc<str>,
        arguments: Arguments<'a>,
    },
    Member {
        of: Value<'a>,
        name: Rc<str>,
    },
    Instance {
        class: Rc<ClassValue<'a>>,
        arguments: Arguments<'a>,
    },
    /// The argument of a function that nothing in the project calls.
    Parameter {
        annotation: Value<'a>,
        name: &'a str,
    },
    Made(&'static str),
}

pub(crate) struct Object<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) place: Place,
    pub(crate) fields: Vec<(Rc<str>, Value<'a>)>,
    /// The calls on it, in order, each as the object that it gave.
    pub(crate) log: Vec<ObjectId>,
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: &str) -> Self {
        Value::Text(text.into())
    }

    pub(crate) fn list(values: Vec<Value<'a>>) -> Self {
        Value::List(Rc::new(RefCell::new(values)))
    }

    pub(crate) fn map(entries: Vec<(Rc<str>, Value<'a>)>) -> Self {
        Value::Map(Rc::new(RefCell::new(entries)))
    }

    pub(crate) fn is_same(&self, other: &Value<'a>) -> bool {
        match (self, other) {
            (Value::Unknown, Value::Unknown) | (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) | (Value::Regex(a), Value::Regex(b)) => a == b,
            (Value::Text(a), Value::Text(b)) | (Value::External(a), Value::External(b)) => a == b,
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
            (Value::Map(a), Value::Map(b)) => Rc::ptr_eq(a, b),
            (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b),
            (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
            (Value::Module(a), Value::Module(b)) | (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Package(a), Value::Package(b)) => a == b,
            (Value::Imported(a, x), Value::Imported(b, y)) => a == b && x == y,
            (Value::Choice(a), Value::Choice(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Joins the values of several branches: one value where they agree.
    pub(crate) fn either(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        const MOST: usize = 12;
        let mut distinct: Vec<Value<'a>> = Vec::new();
        let mut add = |value: &Value<'a>| {
            if distinct.len() < MOST && !distinct.iter().any(|known| known.is_same(value)) {
                distinct.push(value.clone());
            }
        };
        for value in values {
            match &value {
                Value::Choice(inner) => inner.iter().for_each(&mut add),
                other => add(other),
            }
        }
        match distinct.len() {
            0 => Value::Unknown,
            1 => distinct.remove(0),
            _ => Value::Choice(distinct.into()),
        }
    }

    /// Returns the ways it can come out, one where nothing is open.
    pub(crate) fn ways(&self) -> &[Value<'a>] {
        match self {
            Value::Choice(ways) => ways,
            other => std::slice::from_ref(other),
        }
    }

    /// Returns the text, where all ways that are text agree.
    pub(crate) fn as_text(&self) -> Option<Rc<str>> {
        let mut found: Option<&Rc<str>> = None;
        let mut sample = None;
        for way in self.ways() {
            match way {
                Value::Text(text) if found.is_some_and(|known| known != text) => return None,
                Value::Text(text) => found = Some(text),
                Value::Sample(text) => sample = Some(text),
                _ => {}
            }
        }
        found.or(sample).cloned()
    }

    pub(crate) fn as_class(&self) -> Option<Rc<ClassValue<'a>>> {
        self.ways().iter().find_map(|way| {
            if let Value::Class(class) = way {
                Some(class.clone())
            } else {
                None
            }
        })
    }

    pub(crate) fn as_function(&self) -> Option<Rc<Closure<'a>>> {
        self.ways().iter().find_map(|way| match way {
            Value::Function(closure) => Some(closure.clone()),
            Value::Bound(bound) => Some(bound.1.clone()),
            _ => None,
        })
    }

    /// Notes what the code calls a function that has no name of its own yet.
    pub(crate) fn set_name(&self, name: &str) {
        for way in self.ways() {
            if let Value::Function(closure) = way
                && closure.alias.borrow().is_none()
                && (closure.own_name().is_none() || closure.maker.borrow().is_some())
                && !matches!(name, DEFAULT_EXPORT | "default")
            {
                closure.alias.replace(Some(name.into()));
            }
        }
    }

    pub(crate) fn as_object(&self) -> Option<ObjectId> {
        self.ways().iter().find_map(|way| {
            if let Value::Object(id) = way {
                Some(*id)
            } else {
                None
            }
        })
    }

    pub(crate) fn objects(&self) -> Vec<ObjectId> {
        self.ways()
            .iter()
            .filter_map(|way| {
                if let Value::Object(id) = way {
                    Some(*id)
                } else {
                    None
                }
            })
            .collect()
    }

    pub(crate) fn items(&self) -> Vec<Value<'a>> {
        self.ways()
            .iter()
            .flat_map(|way| match way {
                Value::List(items) => items.borrow().clone(),
                _ => Vec::new(),
            })
            .collect()
    }

    pub(crate) fn entries(&self) -> Vec<(Rc<str>, Value<'a>)> {
        self.ways()
            .iter()
            .flat_map(|way| match way {
                Value::Map(entries) => entries
                    .borrow()
                    .iter()
                    .filter(|(key, _)| &**key != DEFAULT)
                    .cloned()
                    .collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    pub(crate) fn entry(&self, key: &str) -> Option<Value<'a>> {
        self.entries()
            .into_iter()
            .rev()
            .find(|(name, _)| &**name == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
}
