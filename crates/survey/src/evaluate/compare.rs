//! Evaluates conditions, where the code alone decides them.
//!
//! ```text
//! if DEBUG:                    `DEBUG = False` in the same module: the branch is not taken
//! if os.getenv("X"):           unknown: both branches are taken
//! "admin" in ROLES             decided where `ROLES` is a list of texts, or holds "admin"
//! type(x) is str               decided for values that the code writes down
//! ```
//!
//! Only equality and membership are compared. A condition that a run may see otherwise is not decided: `None`.

use super::machine::Machine;
use super::value::{ClassValue, DEFAULT, Origin, Scope, Value};
use code::syntax::{Choose, Comparison, Comprehension, Expression};
use std::rc::Rc;

/// Names of the languages' own types, which `type(x) is str` compares. Two names from this list differ for certain;
/// of other names from outside it is not known whether they mean the same.
const TYPES: [&str; 8] = [
    "str", "int", "float", "bool", "list", "dict", "type", "function",
];

impl<'a> Machine<'a> {
    /// Compares two values; unknown where the code alone does not decide.
    pub(super) fn compare(
        &mut self,
        comparison: Comparison,
        sides: &'a (Expression, Expression),
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let left = self.evaluate(&sides.0, scope);
        let right = self.evaluate(&sides.1, scope);
        let decided = match comparison {
            Comparison::Same => is_equal(&left, &right),
            Comparison::Different => is_equal(&left, &right).map(|same| !same),
            Comparison::In => self.contains(&right, &left),
            Comparison::NotIn => self.contains(&right, &left).map(|found| !found),
        };
        decided.map_or(Value::Unknown, Value::Bool)
    }

    /// Returns whether a holder has a text: a key of a map, an item of a list, a part of a text.
    ///
    /// Returns none where an item or key is open, unless the text is found among those that are known.
    fn contains(&mut self, holder: &Value<'a>, wanted: &Value<'a>) -> Option<bool> {
        let Value::Text(wanted) = wanted else {
            return None;
        };
        if let Some(map) = self.mapping(holder) {
            let entries = map.borrow();
            // Keys that were not known are written `?0`, `?1`: see `evaluate_entries`.
            let is_open = entries.iter().any(|(key, _)| key.starts_with('?'));
            let is_found = entries
                .iter()
                .any(|(key, _)| key == wanted && &**key != DEFAULT);
            return (is_found || !is_open).then_some(is_found);
        }
        match holder {
            Value::List(items) => {
                let items = items.borrow();
                let is_found = items
                    .iter()
                    .any(|item| matches!(item, Value::Text(text) if text == wanted));
                let is_closed = items.iter().all(|item| matches!(item, Value::Text(_)));
                (is_found || is_closed).then_some(is_found)
            }
            Value::Text(text) => Some(text.contains(&**wanted)),
            _ => None,
        }
    }

    /// Evaluates one way where the condition is decided, else both.
    pub(super) fn evaluate_choice(
        &mut self,
        choose: &'a Choose,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let condition = self.evaluate(&choose.condition, scope);
        match is_true(&condition) {
            Some(true) => self.evaluate(&choose.then, scope),
            Some(false) => self.evaluate(&choose.otherwise, scope),
            None => {
                let then = self.evaluate(&choose.then, scope);
                let otherwise = self.evaluate(&choose.otherwise, scope);
                Value::either([then, otherwise])
            }
        }
    }

    /// Evaluates a comprehension over a list that is known, item by item: `[path(n, v) for n, v in VIEWS]`.
    ///
    /// An item is left out only where a condition is certainly false. Anything that is no list gives unknown.
    pub(super) fn evaluate_comprehension(
        &mut self,
        parts: &'a Comprehension,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        let over = self.evaluate(&parts.over, scope);
        let inner = Scope::new(scope.module, Some(scope.clone()), false);
        if !over.ways().iter().any(|way| matches!(way, Value::List(_))) {
            // One turn over what is not known, for the calls in it.
            self.assign(&parts.target, Value::Unknown, &inner);
            self.evaluate(&parts.element, &inner);
            return Value::Unknown;
        }
        let mut values = Vec::new();
        for item in over.items() {
            self.assign(&parts.target, item, &inner);
            let mut is_left_out = false;
            for condition in &parts.conditions {
                let value = self.evaluate(condition, &inner);
                is_left_out |= is_true(&value) == Some(false);
            }
            if !is_left_out {
                values.push(self.evaluate(&parts.element, &inner));
            }
        }
        Value::list(values)
    }

    /// Returns `type(x)` as a path (`str`) or a class of the project; none for numbers and what is from outside.
    pub(super) fn type_of(&self, value: &Value<'a>) -> Option<Value<'a>> {
        let name = match value {
            Value::Text(_) => "str",
            Value::Bool(_) => "bool",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
            Value::Class(_) => "type",
            Value::Function(_) => "function",
            Value::Object(id) => match &self.objects[*id].origin {
                Origin::Instance { class, .. } => return Some(Value::Class(class.clone())),
                _ => return None,
            },
            _ => return None,
        };
        Some(Value::External(name.into()))
    }

    /// Returns `issubclass(value, base)`, where the project's or known bases decide it.
    ///
    /// `issubclass(Item, models.Model)` is true where `Item` extends that path or one that ends in its last name; it
    /// is false only where all bases are classes of the project.
    pub(super) fn is_subclass(&mut self, value: &Value<'a>, base: &Value<'a>) -> Option<Value<'a>> {
        let Value::Class(class) = value else {
            return matches!(value, Value::Function(_)).then_some(Value::Bool(false));
        };
        let is_below = match base {
            // What comes from outside extends no class of the project.
            Value::Class(base) => {
                let lineage = self.lineage(class);
                let is_below = lineage.iter().any(|known| Rc::ptr_eq(known, base));
                let is_closed = is_below || !lineage.iter().any(|known| self.has_open_base(known));
                return is_closed.then_some(Value::Bool(is_below));
            }
            Value::External(path) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                self.outside_bases(class)
                    .iter()
                    .any(|known| known == path || known.ends_with(name))
            }
            _ => return None,
        };
        // A base from outside may itself extend what is asked for.
        (is_below || self.outside_bases(class).is_empty()).then_some(Value::Bool(is_below))
    }

    /// Returns whether a class extends what is not known, or what a call makes.
    fn has_open_base(&mut self, class: &ClassValue<'a>) -> bool {
        class
            .bases
            .iter()
            .any(|base| match self.resolve_import(base.clone()) {
                Value::Class(_) | Value::External(_) => false,
                Value::Object(id) => !matches!(self.objects[id].origin, Origin::Member { .. }),
                _ => true,
            })
    }
}

/// Returns whether a value counts as true, where that is certain. Lists, maps, numbers and objects are not decided.
pub(super) fn is_true(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Null => Some(false),
        Value::Text(text) => Some(!text.is_empty()),
        Value::Function(_) | Value::Class(_) => Some(true),
        _ => None,
    }
}

/// Returns whether two values are equal, where that is certain: plain values of one kind, and `None` against a value
/// that the code writes down.
fn is_equal<'a>(left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
    let is_plain = |value: &Value<'a>| {
        matches!(
            value,
            Value::Text(_)
                | Value::Bool(_)
                | Value::Number(_)
                | Value::List(_)
                | Value::Map(_)
                | Value::Function(_)
                | Value::Class(_)
        )
    };
    match (left, right) {
        (Value::Null, Value::Null) => Some(true),
        // What is from outside may be nothing as well: not decided.
        (Value::Null, other) | (other, Value::Null) => is_plain(other).then_some(false),
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::Text(_), Value::Bool(_)) | (Value::Bool(_), Value::Text(_)) => Some(false),
        (Value::External(a), Value::External(b))
            if TYPES.contains(&&**a) && TYPES.contains(&&**b) =>
        {
            Some(a == b)
        }
        (Value::Class(_), Value::External(name)) if TYPES.contains(&&**name) => Some(false),
        _ => None,
    }
}
