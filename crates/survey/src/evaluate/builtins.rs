//! The few functions of the languages themselves that routes and models are made with.
//!
//! ```text
//! routes = list(map_of_views)          the keys of a map, as a list
//! "/api/{}".format(VERSION)            a text, if `VERSION` is one
//! os.getenv("PREFIX", "/api")          `/api` or unknown: the environment of a run is open
//! getattr(views, "show")               the member `show` of `views`
//! ```
//!
//! A name that is not listed is left to the caller, which makes an object of the call.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, DEFAULT, Place, Value};

/// Items of one list that a callback is called for, so that a long list does not spend all that a survey may spend.
const MOST_CALLBACKS: usize = 200;

impl<'a> Machine<'a> {
    /// Applies a function from outside that is known; returns nothing where it is not.
    pub(super) fn call_builtin(
        &mut self,
        callee: &Value<'a>,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Option<Value<'a>> {
        let Value::External(path) = callee else {
            return None;
        };
        let first = arguments.at(0);
        match &**path {
            "str" | "String" => first?.as_text().map(Value::Text),
            "type" => self.type_of(first?),
            "issubclass" => self.is_subclass(&first?.clone(), &arguments.at(1)?.clone()),
            "isinstance" => match (self.type_of(first?)?, arguments.at(1)?) {
                // Only these three: for anything else a value may be an instance of a class from outside.
                (Value::External(own), Value::External(wanted))
                    if matches!(&*own, "str" | "list" | "dict") =>
                {
                    Some(Value::Bool(own == *wanted))
                }
                _ => None,
            },
            "getattr" => {
                // `getattr(of, name, default)`: the default counts only where the member itself is not known.
                let name = arguments.at(1)?.as_text()?;
                let value = self.member_of(&first?.clone(), &name, place);
                let is_open = matches!(
                    value,
                    Value::Unknown | Value::External(_) | Value::Object(_)
                );
                Some(
                    arguments
                        .at(2)
                        .filter(|_| is_open)
                        .cloned()
                        .unwrap_or(value),
                )
            }
            "Object.freeze" => first.cloned(),
            "typing.cast" => arguments.at(1).cloned(),
            "list" | "tuple" | "set" | "sorted" | "reversed" => make_list(path, arguments),
            "dict" | "collections.OrderedDict" | "collections.defaultdict" | "dict.fromkeys" => {
                make_dictionary(path, arguments)
            }
            _ => self.call_object_function(path, arguments, place),
        }
    }

    /// Applies the functions of JavaScript's `Object`, and those that import by name.
    fn call_object_function(
        &mut self,
        path: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Option<Value<'a>> {
        let first = arguments.at(0);
        match path {
            "Object.keys" => Some(Value::list(
                first?
                    .entries()
                    .into_iter()
                    .map(|(key, _)| Value::Text(key))
                    .collect(),
            )),
            "Object.values" => Some(Value::list(
                first?
                    .entries()
                    .into_iter()
                    .map(|(_, value)| value)
                    .collect(),
            )),
            "Object.entries" => Some(Value::list(
                first?
                    .entries()
                    .into_iter()
                    .map(|(key, value)| Value::list(vec![Value::Text(key), value]))
                    .collect(),
            )),
            "Object.assign" => {
                let merged = arguments.positional().flat_map(Value::entries).collect();
                Some(Value::map(merged))
            }
            "django.utils.module_loading.import_string" | "werkzeug.utils.import_string" => {
                let path = first?.as_text()?;
                let (module, name) = path.rsplit_once('.')?;
                let module = self.import_by_path(module, place);
                Some(self.member_of(&module, name, place))
            }
            "importlib.import_module" => {
                let path = first?.as_text().filter(|path| !path.starts_with('.'))?;
                Some(self.import_by_path(&path, place))
            }
            _ => self.call_system_function(path, arguments, place),
        }
    }

    /// Applies functions of the environment, of folders and of paths. Which environment a run will
    /// have is open: a value of the project's own example is one of two ways.
    fn call_system_function(
        &mut self,
        path: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Option<Value<'a>> {
        let first = arguments.at(0);
        match path {
            // A default in the code, then a value of the example; and the run may bring another: unknown.
            "os.getenv" | "os.environ.get" | "decouple.config" | "Deno.env.get" => {
                let given = arguments
                    .at(1)
                    .or_else(|| arguments.named("default"))
                    .cloned();
                let sample = first
                    .and_then(Value::as_text)
                    .map(|name| self.sample(&name));
                let given = given.or(sample.filter(|value| matches!(value, Value::Sample(_))))?;
                Some(Value::either([given, Value::Unknown]))
            }
            "fs.readdirSync" | "fs.readdir" | "fs/promises.readdir" | "fs.promises.readdir" => {
                self.list_folder(arguments, place)
            }
            // `new URL("./routes", import.meta.url)`: the base is a folder, see `folders`.
            "URL" => {
                let (relative, base) = (first?.as_text()?, arguments.at(1)?.as_text()?);
                Some(Value::text(&format!("{base}/{relative}")))
            }
            // `basename("users.js", ".js")` is `users`: files that are named after their routes.
            "path.basename" | "path.posix.basename" => {
                let text = first?.as_text()?;
                let name = text.rsplit('/').next().unwrap_or(&text);
                let ending = arguments.at(1).and_then(Value::as_text).unwrap_or_default();
                Some(Value::text(name.strip_suffix(&*ending).unwrap_or(name)))
            }
            // Files and their folders are the same text here, see `folders`; so these functions change nothing.
            "url.pathToFileURL" | "path.dirname" | "url.fileURLToPath" | "desm" | "desm.dirname"
            // `mixin(GUARD)` of Nest gives a class of a name of its own.
            | "@nestjs/common.mixin" => first.cloned(),
            "path.join" | "path.posix.join" | "path.resolve" | "desm.join" => {
                let parts: Option<Vec<_>> = arguments.positional().map(Value::as_text).collect();
                Some(Value::text(&parts?.join("/")))
            }
            _ => None,
        }
    }

    /// Returns a Python module by its full name: `shop.urls`.
    ///
    /// A module from outside is its path; a folder without `__init__.py` is a package.
    fn import_by_path(&mut self, path: &str, place: Place) -> Value<'a> {
        let found = self.modules.python(self.path(place.module), path);
        self.value_of_module(found, path)
    }

    /// Applies a method of a text, a list or a map; unknown where the method is not listed.
    pub(super) fn call_builtin_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        match receiver {
            Value::Text(text) => call_text_method(text, name, arguments),
            Value::List(_) => self.call_list_method(receiver, name, arguments, place),
            Value::Map(entries) => self.map_method(entries, name, arguments),
            _ => Value::Unknown,
        }
    }

    /// Applies a method of a list. The list itself changes, as in the languages: all that hold it see what is added.
    ///
    /// Order and part are not followed: `sort`, `reverse` and `slice` give the whole list.
    fn call_list_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        let Value::List(list) = receiver else {
            return Value::Unknown;
        };
        match name {
            "append" | "push" | "insert" | "unshift" | "extend" => {
                let added = added_items(name, arguments);
                list.borrow_mut().extend(added);
                Value::Null
            }
            "concat" => {
                let more = arguments.positional().flat_map(Value::items);
                Value::list(receiver.items().into_iter().chain(more).collect())
            }
            // A callback is called for what it registers: `names.forEach(name => app.get(name, show))`.
            "forEach" | "map" | "flatMap" => {
                let Some(callback) = arguments.at(0).cloned() else {
                    return Value::Unknown;
                };
                let items = receiver.items();
                let results = items
                    .into_iter()
                    .take(MOST_CALLBACKS)
                    .map(|item| self.call_value(&callback, Arguments::from_values([item]), place));
                Value::list(results.collect())
            }
            "filter" => {
                let Some(callback) = arguments.at(0).cloned() else {
                    return receiver.clone();
                };
                self.filter_list(receiver, &callback, place)
            }
            "slice" | "flat" | "sort" | "reverse" => receiver.clone(),
            "join" => {
                let parts: Option<Vec<_>> = receiver.items().iter().map(Value::as_text).collect();
                let glue = arguments
                    .at(0)
                    .and_then(Value::as_text)
                    .unwrap_or_else(|| ",".into());
                parts.map_or(Value::Unknown, |parts| Value::text(&parts.join(&*glue)))
            }
            _ => Value::Unknown,
        }
    }

    /// Returns a list without the texts that a callback decides against; functions and objects stay as they are.
    fn filter_list(
        &mut self,
        receiver: &Value<'a>,
        callback: &Value<'a>,
        place: Place,
    ) -> Value<'a> {
        let mut kept = receiver.items();
        kept.retain(|item| {
            let is_text = matches!(item, Value::Text(_));
            let mut decide =
                || self.call_value(callback, Arguments::from_values([item.clone()]), place);
            // `readdirSync(…).filter(name => name !== "index.js")`: only a certain no takes a name out.
            !(is_text && matches!(decide(), Value::Bool(false)))
        });
        Value::list(kept)
    }
}

/// Returns the items that a method adds to its list; an inserted one goes to the end, too.
fn added_items<'a>(method: &str, arguments: &Arguments<'a>) -> Vec<Value<'a>> {
    match method {
        "append" | "push" => arguments.positional().cloned().collect(),
        "insert" | "unshift" => arguments.positional().last().cloned().into_iter().collect(),
        _ => match arguments.at(0).cloned().unwrap_or(Value::Unknown) {
            more @ Value::List(_) => more.items(),
            // `extend` by what is not followed leaves a mark, so that a reader knows that the list is longer.
            more => vec![Value::Spread(Rc::new(more))],
        },
    }
}

/// Applies what makes a list of what it is handed: `list(items)`, `sorted(names)`, `tuple(mapping)`.
/// A map gives its keys. Other values come back as they are: `tuple(items)` is `items`.
fn make_list<'a>(path: &str, arguments: &Arguments<'a>) -> Option<Value<'a>> {
    match arguments.at(0) {
        None if arguments.0.is_empty() && matches!(path, "list" | "set") => {
            Some(Value::list(Vec::new()))
        }
        Some(map @ Value::Map(_)) => {
            let keys = map.entries().into_iter().map(|(key, _)| Value::Text(key));
            Some(Value::list(keys.collect()))
        }
        first => first.cloned(),
    }
}

/// Applies what makes a dictionary: `dict(a=1)`, `dict(other)`, `defaultdict(list)`, `dict.fromkeys(names)`.
fn make_dictionary<'a>(path: &str, arguments: &Arguments<'a>) -> Option<Value<'a>> {
    let first = arguments.at(0);
    match path {
        "collections.defaultdict" => {
            // The factory stands under a key of its own; `maps::map_entry` calls it for a key that is missing.
            let mut entries = arguments.at(1).map(Value::entries).unwrap_or_default();
            entries.push((DEFAULT.into(), first?.clone()));
            Some(Value::map(entries))
        }
        "dict.fromkeys" => {
            let keys = first?
                .items()
                .iter()
                .filter_map(Value::as_text)
                .map(|key| (key, Value::Null))
                .collect();
            Some(Value::map(keys))
        }
        _ if arguments.0.is_empty() => Some(Value::map(Vec::new())),
        // `dict(other)` is a copy: what is set on it later does not reach the other.
        _ if matches!(first, Some(Value::Map(_))) => Some(Value::map(first?.entries())),
        // `dict(a=1, b=2)`: named arguments become entries.
        "dict" if arguments.0.iter().all(|(name, _)| name.is_some()) => {
            let entries = arguments
                .0
                .iter()
                .filter_map(|(name, value)| Some(((*name)?.into(), value.clone())));
            Some(Value::map(entries.collect()))
        }
        _ => None,
    }
}

/// Applies a method of a text: `"/API/".lower().strip("/")` is `api`.
///
/// An argument that is no text makes the result unknown. Slices, patterns and format specifications are not applied.
fn call_text_method<'a>(text: &str, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
    let argument = |at: usize| arguments.at(at).and_then(Value::as_text);
    // Python strips whitespace where no letters are named.
    let letters = argument(0).unwrap_or_else(|| " \n\t".into());
    match name {
        "lower" | "toLowerCase" => Value::text(&text.to_lowercase()),
        "upper" | "toUpperCase" => Value::text(&text.to_uppercase()),
        "strip" => Value::text(text.trim_matches(|letter| letters.contains(letter))),
        "rstrip" => Value::text(text.trim_end_matches(|letter| letters.contains(letter))),
        "lstrip" => Value::text(text.trim_start_matches(|letter| letters.contains(letter))),
        "trim" | "toString" | "valueOf" => Value::text(text.trim()),
        "replace" | "replaceAll" => match (argument(0), argument(1)) {
            (Some(from), Some(to)) => Value::text(&text.replace(&*from, &to)),
            _ => Value::Unknown,
        },
        "endsWith" | "endswith" => {
            argument(0).map_or(Value::Unknown, |end| Value::Bool(text.ends_with(&*end)))
        }
        "startsWith" | "startswith" => argument(0).map_or(Value::Unknown, |start| {
            Value::Bool(text.starts_with(&*start))
        }),
        "concat" => {
            argument(0).map_or(Value::Unknown, |more| Value::text(&format!("{text}{more}")))
        }
        "format" => {
            // `"{a}/{}".format(x, a=y)`: names by name, the empty braces in order.
            let mut formatted = text.to_owned();
            for (name, value) in arguments.0.iter() {
                let Some(value) = value.as_text() else {
                    return Value::Unknown;
                };
                formatted = match name {
                    Some(name) => formatted.replace(&format!("{{{name}}}"), &value),
                    None => formatted.replacen("{}", &value, 1),
                };
            }
            Value::text(&formatted)
        }
        "join" => {
            let items: Option<Vec<_>> = arguments
                .at(0)
                .map(Value::items)
                .unwrap_or_default()
                .iter()
                .map(Value::as_text)
                .collect();
            items.map_or(Value::Unknown, |items| Value::text(&items.join(text)))
        }
        "split" => {
            let glue = argument(0).unwrap_or_else(|| " ".into());
            Value::list(text.split(&*glue).map(Value::text).collect())
        }
        _ => Value::Unknown,
    }
}
