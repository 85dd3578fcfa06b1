//! Random data: merging a block gives what both say together, leaves every other line, and is not done twice.

use graft::{Context, File, Graft, Snippet};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, Copy)]
enum Format {
    Json,
    Yaml,
    Toml,
}

impl Format {
    fn path(self) -> &'static str {
        match self {
            Format::Json => "conf.json",
            Format::Yaml => "conf.yaml",
            Format::Toml => "conf.toml",
        }
    }

    fn write(self, value: &Value) -> String {
        match self {
            Format::Json => format!("{value:#}\n"),
            Format::Yaml => yaml(value, 0),
            Format::Toml => toml(value, &mut Vec::new()),
        }
    }

    fn read(self, text: &str) -> Value {
        match self {
            Format::Json => {
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
            }
            Format::Yaml => {
                serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
            }
            Format::Toml => toml_value::of(text),
        }
    }
}

/// Reads TOML by its own library, types told from text.
mod toml_value {
    use serde_json::{Map, Value, json};
    use toml_edit::{Item, Table, Value as Toml};

    pub(super) fn of(text: &str) -> Value {
        let read = text.parse::<toml_edit::DocumentMut>();
        table(
            read.unwrap_or_else(|error| panic!("{error}: {text}"))
                .as_table(),
        )
    }

    fn table(table: &Table) -> Value {
        Value::Object(
            table
                .iter()
                .map(|(key, item)| (key.to_owned(), item_value(item)))
                .collect::<Map<_, _>>(),
        )
    }

    fn item_value(item: &Item) -> Value {
        match item {
            Item::Table(inner) => table(inner),
            Item::Value(own) => value(own),
            other => panic!("{other:?}"),
        }
    }

    fn value(own: &Toml) -> Value {
        match own {
            Toml::String(text) => json!(text.value()),
            Toml::Integer(number) => json!(number.value()),
            Toml::Float(number) => json!(number.value()),
            Toml::Boolean(bool) => json!(bool.value()),
            Toml::Array(items) => items.iter().map(value).collect(),
            Toml::InlineTable(inner) => Value::Object(
                inner
                    .iter()
                    .map(|(key, own)| (key.to_owned(), value(own)))
                    .collect(),
            ),
            Toml::Datetime(date) => panic!("{date}"),
        }
    }
}

fn yaml(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(_) => format!("{pad}{key}:\n{}", yaml(value, indent + 2)),
                Value::Array(items) if !items.is_empty() => {
                    format!("{pad}{key}:\n{}", yaml(value, indent + 2))
                }
                other => format!("{pad}{key}: {}\n", yaml(other, 0)),
            })
            .collect(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => items
            .iter()
            .map(|item| format!("{pad}- {}\n", yaml(item, 0)))
            .collect(),
        Value::String(text) if text.len() == 1 && text != "1" => text.clone(),
        Value::String(text) if text.contains(' ') => format!("'{text}'"),
        other => other.to_string(),
    }
}

fn toml(value: &Value, path: &mut Vec<String>) -> String {
    let Value::Object(map) = value else {
        panic!("{value}")
    };
    let mut text = String::new();
    for (key, value) in map.iter().filter(|(_, value)| !value.is_object()) {
        text += &format!("{key} = {value}\n");
    }
    for (key, value) in map.iter().filter(|(_, value)| value.is_object()) {
        path.push(key.clone());
        text += &format!("\n[{}]\n{}", path.join("."), toml(value, path));
        path.pop();
    }
    text
}

fn scalar() -> impl Strategy<Value = Value> {
    select(vec![
        json!(1),
        json!("1"),
        json!(true),
        json!("true"),
        json!(1.5),
        json!("x"),
        json!("a b"),
        json!("a: b #c"),
    ])
}

fn map(keys: &'static [&'static str]) -> BoxedStrategy<Map<String, Value>> {
    let leaf = prop_oneof![4 => scalar(), 1 => prop::collection::vec(scalar(), 0..3).prop_map(Value::Array)];
    let nested = leaf.prop_recursive(2, 12, 4, move |inner| {
        let entries = prop::collection::vec((select(keys), inner), 1..4);
        entries.prop_map(|entries| {
            Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect(),
            )
        })
    });
    let entries = prop::collection::vec((select(keys), nested), 1..5);
    entries
        .prop_map(|entries| {
            entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()
        })
        .boxed()
}

/// What comes of a merge by value alone.
#[derive(Debug, Default)]
struct Outcome {
    adds: bool,
    retypes: bool,
    conflicts: bool,
    /// A list with other entries: by its rules it is changed in parts, or refused.
    lists: bool,
}

fn merged(there: &Value, asked: &Value, outcome: &mut Outcome) -> Value {
    match (there, asked) {
        (Value::Object(known), Value::Object(entries)) => {
            let mut all = known.clone();
            for (key, value) in entries {
                let new = match known.get(key) {
                    Some(old) => merged(old, value, outcome),
                    None => {
                        outcome.adds = true;
                        value.clone()
                    }
                };
                all.insert(key.clone(), new);
            }
            Value::Object(all)
        }
        (old, new) if old == new => old.clone(),
        (Value::Array(old), Value::Array(new)) => {
            let mut rest = new.iter();
            let grows = old.iter().all(|item| rest.any(|own| own == item));
            outcome.adds |= grows;
            outcome.lists |= !grows;
            Value::Array(new.clone())
        }
        (old, new) => {
            let text = |value: &Value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            let scalars = [old, new]
                .iter()
                .all(|value| !value.is_array() && !value.is_object());
            let retyped = scalars && text(old) == text(new);
            outcome.retypes |= retyped;
            outcome.conflicts |= !retyped;
            new.clone()
        }
    }
}

fn leaves(value: &Value) -> usize {
    value
        .as_object()
        .map_or(1, |map| map.values().map(leaves).sum())
}

/// Whether each line of one text stands in the other, in order; a comma at its end aside, and what lists in brackets gain.
fn keeps_lines(before: &str, after: &str) -> bool {
    let mut after = after.lines().map(|line| line.trim_end_matches(','));
    let gains = |line: &str, own: &str| {
        let (Some((key, old)), Some((own_key, new))) = (line.split_once('['), own.split_once('['))
        else {
            return false;
        };
        let mut new = new.trim_end_matches(']').split(',').map(str::trim);
        let mut old = old
            .trim_end_matches(']')
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        key == own_key && line.ends_with(']') && old.all(|item| new.any(|own| own == item))
    };
    let kept = |line: &str, own: &str| own == line || gains(line, own);
    before
        .lines()
        .map(|line| line.trim_end_matches(','))
        .all(|line| after.any(|own| kept(line, own)))
}

fn holds(
    format: Format,
    base: Map<String, Value>,
    mut asked: Map<String, Value>,
) -> Result<(), TestCaseError> {
    // One key of the file's top says that the block is the file's top, too.
    for (key, value) in base.iter().take(1) {
        asked.insert(key.clone(), value.clone());
    }
    let (base, asked) = (Value::Object(base), Value::Object(asked));
    let mut outcome = Outcome::default();
    let expected = merged(&base, &asked, &mut outcome);
    // A block that shows all is taken for the whole: `is_whole` has cases of its own.
    prop_assume!(leaves(&base) < 5 || !(outcome.conflicts || outcome.retypes || outcome.lists));
    let (before, block) = (format.write(&base), format.write(&asked));
    let file = |text| File {
        path: format.path(),
        text: Some(text),
    };
    let place = |text| {
        graft::apply(
            &file(text),
            &Snippet {
                text: &block,
                language: "",
            },
            &Context::default(),
        )
    };
    let graft = place(&before);
    if outcome.conflicts || outcome.adds && outcome.retypes {
        prop_assert!(
            matches!(graft, Graft::Refused(_)),
            "{before}\n+\n{block}\n=\n{graft:?}"
        );
    } else if outcome.lists && matches!(graft, Graft::Refused(_)) {
        return Ok(());
    } else if let Graft::Applied(applied) = &graft {
        prop_assert_eq!(
            format.read(&applied.text),
            expected,
            "{}\n+\n{}\n=\n{}",
            before,
            block,
            applied.text
        );
        prop_assert!(
            outcome.retypes || outcome.lists || keeps_lines(&before, &applied.text),
            "{before}\n+\n{block}\n=\n{}",
            applied.text
        );
        prop_assert_eq!(
            place(&applied.text),
            Graft::AlreadyApplied,
            "{}\n+\n{}",
            applied.text,
            block
        );
    } else {
        prop_assert!(
            graft == Graft::AlreadyApplied && expected == base,
            "{before}\n+\n{block}\n=\n{graft:?}"
        );
    }
    Ok(())
}

const KNOWN: &[&str] = &["a", "b", "c", "d"];
const WIDER: &[&str] = &["a", "b", "c", "d", "e", "f", "g", "h"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_says_what_both_say(base in map(KNOWN), asked in map(WIDER)) {
        holds(Format::Json, base, asked)?;
    }

    #[test]
    fn yaml_says_what_both_say(base in map(KNOWN), asked in map(WIDER)) {
        holds(Format::Yaml, base, asked)?;
    }

    #[test]
    fn toml_says_what_both_say(base in map(KNOWN), asked in map(WIDER)) {
        holds(Format::Toml, base, asked)?;
    }
}
