//! The values that an expression can have.
//!
//! ```text
//! "/users"                     Text
//! process.env.PREFIX           Sample, or Choice of Text and Unknown
//! express                      External("express")
//! express()                    Object with Origin::Call
//! app.get("/", show)           Object with Origin::Method, also an entry in the log of `app`
//! debug ? a : b                Choice of both
//! ```
//!
//! Lists and maps are shared and change in place. An object is a number: its state is kept by the machine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use code::modules::ModuleId;
use code::syntax::{Class, Expression, Function};

/// The position of an object in `Machine::objects`.
pub(crate) type ObjectId = usize;

/// Where something stands in the code; the line counts from 1, and is 0 where none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) module: ModuleId,
    pub(crate) line: u32,
}

/// The key under which a map keeps what makes its missing entries.
pub(super) const DEFAULT: &str = "\0default";

/// The entries of a map in the order in which they were set; the last of a key counts.
pub(crate) type Entries<'a> = Vec<(Rc<str>, Value<'a>)>;

/// A value as far as it can be known without running the code.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    /// Anything: not followed, computed, or beyond what a survey may spend.
    Unknown,
    /// `None`, `null` and `undefined`.
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    Text(Rc<str>),
    /// A text that only the project's example of an environment gives: it yields to any that the
    /// code gives.
    Sample(Rc<str>),
    /// The pattern as it is written, without flags.
    Regex(&'a str),
    List(Rc<RefCell<Vec<Value<'a>>>>),
    Map(Rc<RefCell<Entries<'a>>>),
    Function(Rc<Closure<'a>>),
    /// A method with its object.
    Bound(Rc<(Value<'a>, Rc<Closure<'a>>)>),
    Class(Rc<ClassValue<'a>>),
    /// `super()` of Python: the base class, and the object that its methods are called on.
    Super(Rc<ClassValue<'a>>, Box<Value<'a>>),
    /// A file of the project.
    Module(ModuleId),
    /// A folder of Python modules without `__init__.py`.
    Package(Rc<str>),
    /// A name from outside the project, or one built into the language, by its dotted path.
    External(Rc<str>),
    /// The result of a call, a member or a parameter: see `Origin`.
    Object(ObjectId),
    /// An imported name, looked up when it is used, so that circles of imports do no harm.
    Imported(ModuleId, &'a str),
    /// One of several values, which a branch decides at run time.
    Choice(Rc<[Value<'a>]>),
    /// In a list: the elements of something that could not be followed.
    Spread(Rc<Value<'a>>),
}

/// A function with the scope in which it was defined.
pub(crate) struct Closure<'a> {
    pub(crate) function: &'a Function,
    pub(crate) scope: Rc<Scope<'a>>,
    pub(crate) decorators: Vec<Value<'a>>,
    /// The object that it is called on, where the value brings one.
    pub(crate) this: Option<Value<'a>>,
    /// Members that code sets on the function: `handler.schema = …`.
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
    /// Returns the name that the code itself gives the function.
    fn own_name(&self) -> Option<&str> {
        let own = self.function.name.as_deref();
        own.filter(|name| *name != DEFAULT_EXPORT)
    }

    /// Returns its own name, or what the code calls it.
    ///
    /// For `const show = () => …` that is `show`; for what `requireRole("agent")` gives, `requireRole`.
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

/// A field or method of a class.
#[derive(Clone)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
    /// The type as the code writes it, not evaluated.
    pub(crate) annotation: Option<&'a Expression>,
    pub(crate) decorators: Vec<Value<'a>>,
}

/// A class of the project.
pub(crate) struct ClassValue<'a> {
    pub(crate) class: &'a Class,
    /// The scope that its methods see: the one around the class, which also knows the class as `*class*`.
    pub(crate) scope: Rc<Scope<'a>>,
    /// As they were written; an import among them is looked up when it is asked for.
    pub(crate) bases: Vec<Value<'a>>,
    /// Named arguments of the list of bases: `table=True` of SQLModel.
    pub(crate) keywords: Vec<(&'a str, Value<'a>)>,
    pub(crate) decorators: RefCell<Vec<Value<'a>>>,
    /// All that the body or later code sets, in order; the last of a name counts.
    pub(crate) fields: RefCell<Vec<Field<'a>>>,
    pub(crate) place: Place,
}

/// The names of a module, of a call or of the body of a class.
pub(crate) struct Scope<'a> {
    pub(crate) names: RefCell<HashMap<&'a str, Value<'a>>>,
    /// The scope around it; none for a module.
    pub(crate) parent: Option<Rc<Scope<'a>>>,
    pub(crate) module: ModuleId,
    /// Methods don't see names of the class's body without `self`.
    pub(crate) is_class: bool,
    /// Modules whose names `from x import *` brings.
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

    /// Sets a name here, whatever scopes around it have.
    pub(crate) fn set(&self, name: &'a str, value: Value<'a>) {
        self.names.borrow_mut().insert(name, value);
    }

    /// Returns the value of a name that was set in this very scope.
    pub(crate) fn own(&self, name: &str) -> Option<Value<'a>> {
        self.names.borrow().get(name).cloned()
    }
}

/// The arguments of a call in order, each with its name where it has one.
#[derive(Clone, Default)]
pub(crate) struct Arguments<'a>(pub(crate) Rc<Vec<(Option<&'a str>, Value<'a>)>>);

impl<'a> Arguments<'a> {
    /// Makes arguments without names.
    pub(crate) fn from_values(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        Arguments(Rc::new(
            values.into_iter().map(|value| (None, value)).collect(),
        ))
    }

    /// Returns the arguments without a name; the receiver is not among them.
    pub(crate) fn positional(&self) -> impl DoubleEndedIterator<Item = &Value<'a>> {
        self.0
            .iter()
            .filter(|(name, _)| name.is_none())
            .map(|(_, value)| value)
    }

    /// Returns an argument without a name by its position among those, from 0.
    pub(crate) fn at(&self, position: usize) -> Option<&Value<'a>> {
        self.positional().nth(position)
    }

    pub(crate) fn named(&self, wanted: &str) -> Option<&Value<'a>> {
        self.0
            .iter()
            .find(|(name, _)| *name == Some(wanted))
            .map(|(_, value)| value)
    }

    /// Returns an argument that may be given by name or by position: `path("/", view=show)`.
    pub(crate) fn at_or_named(&self, position: usize, name: &str) -> Option<&Value<'a>> {
        self.named(name).or_else(|| self.at(position))
    }
}

/// The way an object came to be: `callee(arguments)`; `receiver.name(arguments)`, which stands in the receiver's log;
/// `of.name`, which nothing in the project sets; an instance of a class of the project; a parameter; or an object
/// that the evaluator makes itself, such as `exports` of CommonJS.
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

/// An object as evaluation keeps it.
pub(crate) struct Object<'a> {
    pub(crate) origin: Origin<'a>,
    pub(crate) place: Place,
    /// Members that were set on it, in order; the last of a name counts.
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

    /// Returns whether two values are the same for certain: equal plain values, the same list, map, function or
    /// object.
    ///
    /// Two lists with equal items differ, as each may change for itself. Bound methods always differ.
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
        // Beyond twelve ways, more are left out: each call on a choice is followed once for each way.
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
    ///
    /// A text of the code comes before one of an example; two different texts decide nothing.
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

    /// Returns the first way that is a class of the project.
    pub(crate) fn as_class(&self) -> Option<Rc<ClassValue<'a>>> {
        self.ways().iter().find_map(|way| {
            if let Value::Class(class) = way {
                Some(class.clone())
            } else {
                None
            }
        })
    }

    /// Returns the first way that is a function of the project, without its object.
    pub(crate) fn as_function(&self) -> Option<Rc<Closure<'a>>> {
        self.ways().iter().find_map(|way| match way {
            Value::Function(closure) => Some(closure.clone()),
            Value::Bound(bound) => Some(bound.1.clone()),
            _ => None,
        })
    }

    /// Notes what the code calls a function that has no name of its own yet.
    pub(crate) fn set_name(&self, name: &str) {
        // The first name counts: a later variable, or an import under another name, does not rename a function.
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

    /// Returns the first way that is an object.
    pub(crate) fn as_object(&self) -> Option<ObjectId> {
        self.ways().iter().find_map(|way| {
            if let Value::Object(id) = way {
                Some(*id)
            } else {
                None
            }
        })
    }

    /// Returns all ways that are objects.
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

    /// Returns the items of all ways that are lists, one after the other; none where no way is.
    pub(crate) fn items(&self) -> Vec<Value<'a>> {
        self.ways()
            .iter()
            .flat_map(|way| match way {
                Value::List(items) => items.borrow().clone(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// Returns the entries of all ways that are maps, without what makes missing entries.
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

    /// Returns the entry of a key, the last that was set; never one that would have to be made.
    pub(crate) fn entry(&self, key: &str) -> Option<Value<'a>> {
        self.entries()
            .into_iter()
            .rev()
            .find(|(name, _)| &**name == key)
            .map(|(_, value)| value)
    }

    /// Returns whether it is the constant `true`; a value that merely counts as true is not.
    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
}
