//! Maps: plain ones, those that make what is missing, and classes of the project that extend
//! `dict`.
//!
//! ```text
//! routes = {"/": index}                 routes["/"] is `index`
//! registry = defaultdict(list)          registry["users"] is a new list, and stays in the map
//! class Registry(dict): ...             Registry()["users"] reads entries that the object keeps in a field
//! ```
//!
//! A later entry of a key hides an earlier one; nothing is ever taken out.

use std::cell::RefCell;
use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, DEFAULT, Entries, Origin, Place, Value};

/// The field of an object that holds its entries, where its class extends `dict`. No code can write a name that
/// begins with a zero byte, so it is never taken for a field of the project's.
const ENTRIES: &str = "\0entries";

impl<'a> Machine<'a> {
    /// Returns the entries of a map, or of an object whose class extends `dict`.
    /// Returns none for what is no map. The result is shared: what is pushed to it is seen by all that hold the map.
    pub(super) fn mapping(&mut self, value: &Value<'a>) -> Option<Rc<RefCell<Entries<'a>>>> {
        match value {
            Value::Map(entries) => Some(entries.clone()),
            Value::Object(id) => {
                if let Some(Value::Map(entries)) = self.own_field(value, ENTRIES) {
                    return Some(entries);
                }
                let Origin::Instance { class, arguments } = self.objects[*id].origin.clone() else {
                    return None;
                };
                let extends = self.outside_bases(&class).iter().any(|base| {
                    matches!(
                        &**base,
                        "dict" | "collections.UserDict" | "collections.OrderedDict" | "UserDict"
                    )
                });
                if !extends {
                    return None;
                }
                // `Registry(known)`: the entries that it is made from are the first that it has.
                let given = match arguments.at(0) {
                    Some(Value::Map(entries)) => entries.clone(),
                    _ => Rc::default(),
                };
                self.objects[*id]
                    .fields
                    .push((ENTRIES.into(), Value::Map(given.clone())));
                Some(given)
            }
            _ => None,
        }
    }

    /// Returns the entry of a key; a map that makes what is missing makes it.
    pub(super) fn map_entry(
        &mut self,
        entries: &Rc<RefCell<Entries<'a>>>,
        key: &str,
        place: Place,
    ) -> Value<'a> {
        let find = |wanted: &str| {
            let entries = entries.borrow();
            entries
                .iter()
                .rev()
                .find(|(key, _)| &**key == wanted)
                .map(|(_, value)| value.clone())
        };
        if let Some(value) = find(key) {
            return value;
        }
        // `defaultdict(list)` keeps `list` under this key; calling it gives the missing entry.
        let Some(factory) = find(DEFAULT) else {
            return Value::Unknown;
        };
        let made = self.call_value(&factory, Arguments::default(), place);
        entries.borrow_mut().push((key.into(), made.clone()));
        made
    }

    /// Applies a method of Python's `dict`; unknown for one that is not listed.
    ///
    /// `get` gives the default, or unknown, where the key is not there. `pop` and `clear` are not applied.
    pub(super) fn map_method(
        &mut self,
        entries: &Rc<RefCell<Entries<'a>>>,
        name: &str,
        arguments: &Arguments<'a>,
    ) -> Value<'a> {
        let map = Value::Map(entries.clone());
        let key = arguments.at(0).and_then(Value::as_text);
        match name {
            "get" => {
                let entry = key.and_then(|key| map.entry(&key));
                entry
                    .or_else(|| arguments.at(1).cloned())
                    .unwrap_or(Value::Unknown)
            }
            "setdefault" => {
                let Some(key) = key else {
                    return Value::Unknown;
                };
                if let Some(known) = map.entry(&key) {
                    return known;
                }
                let value = arguments.at(1).cloned().unwrap_or(Value::Null);
                entries.borrow_mut().push((key, value.clone()));
                value
            }
            "update" => {
                let mut more: Entries<'a> = arguments.at(0).map(Value::entries).unwrap_or_default();
                more.extend(
                    arguments
                        .0
                        .iter()
                        .filter_map(|(name, value)| Some(((*name)?.into(), value.clone()))),
                );
                entries.borrow_mut().extend(more);
                Value::Null
            }
            "copy" => Value::map(map.entries()),
            "values" => Value::list(map.entries().into_iter().map(|(_, value)| value).collect()),
            "keys" => Value::list(
                map.entries()
                    .into_iter()
                    .map(|(key, _)| Value::Text(key))
                    .collect(),
            ),
            "items" => {
                let pairs = map
                    .entries()
                    .into_iter()
                    .map(|(key, value)| Value::list(vec![Value::Text(key), value]));
                Value::list(pairs.collect())
            }
            _ => Value::Unknown,
        }
    }
}
