//! The few functions of the languages themselves that routes and models are made with.

use std::rc::Rc;

use super::machine::Machine;
use super::value::{Arguments, DEFAULT, Place, Value};

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
            "dict" | "collections.OrderedDict" if arguments.0.is_empty() => {
                Some(Value::map(Vec::new()))
            }
            "list" | "set" if arguments.0.is_empty() => Some(Value::list(Vec::new())),
            "dict" | "collections.OrderedDict" if matches!(first, Some(Value::Map(_))) => {
                Some(Value::map(first?.entries()))
            }
            "collections.defaultdict" => {
                let mut entries = arguments.at(1).map(Value::entries).unwrap_or_default();
                entries.push((DEFAULT.into(), first?.clone()));
                Some(Value::map(entries))
            }
            "type" => self.type_of(first?),
            "issubclass" => self.is_subclass(&first?.clone(), &arguments.at(1)?.clone()),
            "isinstance" => match (self.type_of(first?)?, arguments.at(1)?) {
                (Value::External(own), Value::External(wanted))
                    if matches!(&*own, "str" | "list" | "dict") =>
                {
                    Some(Value::Bool(own == *wanted))
                }
                _ => None,
            },
            "dict.fromkeys" => {
                let keys = first?
                    .items()
                    .iter()
                    .filter_map(Value::as_text)
                    .map(|key| (key, Value::Null))
                    .collect();
                Some(Value::map(keys))
            }
            "list" | "tuple" | "set" | "sorted" | "reversed"
                if matches!(first, Some(Value::Map(_))) =>
            {
                Some(Value::list(
                    first?
                        .entries()
                        .into_iter()
                        .map(|(key, _)| Value::Text(key))
                        .collect(),
                ))
            }
            "list" | "tuple" | "set" | "sorted" | "reversed" | "Object.freeze" | "typing.cast" => {
                let value = arguments.at(usize::from(&**path == "typing.cast"))?;
                Some(value.clone())
            }
            "dict"
                if !arguments.0.is_empty()
                    && arguments.0.iter().all(|(name, _)| name.is_some()) =>
            {
                let entries = arguments
                    .0
                    .iter()
                    .filter_map(|(name, value)| Some(((*name)?.into(), value.clone())));
                Some(Value::map(entries.collect()))
            }
            "getattr" => {
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
            "URL" => {
                let (relative, base) = (first?.as_text()?, arguments.at(1)?.as_text()?);
                Some(Value::text(&format!("{base}/{relative}")))
            }
            "path.basename" | "path.posix.basename" => {
                let text = first?.as_text()?;
                let name = text.rsplit('/').next().unwrap_or(&text);
                let ending = arguments.at(1).and_then(Value::as_text).unwrap_or_default();
                Some(Value::text(name.strip_suffix(&*ending).unwrap_or(name)))
            }
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

    /// Returns a Python module by its full name.
    fn import_by_path(&mut self, path: &str, place: Place) -> Value<'a> {
        let found = self.modules.python(self.path(place.module), path);
        self.value_of_module(found, path)
    }

    /// Applies a method of a text, a list or a map.
    pub(super) fn call_builtin_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        match receiver {
            Value::Text(text) => call_text_method(text, name, arguments),
            Value::List(list) => self.call_list_method(receiver, list, name, arguments, place),
            Value::Map(entries) => self.map_method(entries, name, arguments),
            _ => Value::Unknown,
        }
    }

    fn call_list_method(
        &mut self,
        receiver: &Value<'a>,
        list: &Rc<std::cell::RefCell<Vec<Value<'a>>>>,
        name: &str,
        arguments: &Arguments<'a>,
        place: Place,
    ) -> Value<'a> {
        match name {
            "append" | "push" => {
                list.borrow_mut().extend(arguments.positional().cloned());
                Value::Null
            }
            "insert" | "unshift" => {
                list.borrow_mut()
                    .extend(arguments.positional().last().cloned());
                Value::Null
            }
            "extend" => {
                let more = arguments.at(0).cloned().unwrap_or(Value::Unknown);
                let items = match &more {
                    Value::List(_) => more.items(),
                    _ => vec![Value::Spread(Rc::new(more))],
                };
                list.borrow_mut().extend(items);
                Value::Null
            }
            "concat" => {
                let more = arguments.positional().flat_map(Value::items);
                Value::list(receiver.items().into_iter().chain(more).collect())
            }
            "forEach" | "map" | "flatMap" => {
                let Some(callback) = arguments.at(0).cloned() else {
                    return Value::Unknown;
                };
                let items = receiver.items();
                let results = items
                    .into_iter()
                    .take(200)
                    .map(|item| self.call_value(&callback, Arguments::from_values([item]), place));
                Value::list(results.collect())
            }
            "filter" => {
                let Some(callback) = arguments.at(0).cloned() else {
                    return receiver.clone();
                };
                let items = receiver.items();
                // What is decided against is left out; functions and objects stay as they are.
                let is_out = |machine: &mut Self, item: &Value<'a>| {
                    matches!(item, Value::Text(_))
                        && matches!(
                            machine.call_value(
                                &callback,
                                Arguments::from_values([item.clone()]),
                                place
                            ),
                            Value::Bool(false)
                        )
                };
                let kept: Vec<_> = items
                    .into_iter()
                    .filter(|item| !is_out(self, item))
                    .collect();
                Value::list(kept)
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
}

fn call_text_method<'a>(text: &str, name: &str, arguments: &Arguments<'a>) -> Value<'a> {
    let argument = |at: usize| arguments.at(at).and_then(Value::as_text);
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
