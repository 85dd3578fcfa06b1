//! Configuration of tests, coverage, linters and type checkers that got laxer, by the table `configuration.toml`.

mod lines;
mod entries;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use code::paths;
use serde::Deserialize;

use entries::{Entries, Value};

/// A setting that is laxer than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LaxerSetting {
    /// Its key, as the file writes it.
    pub(super) key: String,
    /// Its value before; empty where it was not set.
    pub(super) old: String,
    /// Its value now; empty where it is no longer set.
    pub(super) new: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    area: Vec<Area>,
    key: Vec<Key>,
    option: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    tool: String,
    file: String,
    #[serde(default)]
    part: String,
    /// A file of this name that is new takes the place of settings elsewhere, or of none.
    #[serde(default)]
    overrides: bool,
    /// A file of this name comes before what shared files say of its tool.
    #[serde(default)]
    displaces: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    tools: Vec<String>,
    name: String,
    laxer: LaxerChange,
    default: Option<f64>,
    #[serde(default)]
    unset: bool,
    /// Its entries name files and folders.
    #[serde(default)]
    paths: bool,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    file: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    old: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    new: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    name: String,
    laxer: LaxerChange,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    old: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    new: String,
}

/// The kind of change that makes a setting laxer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LaxerChange {
    Lower,
    Higher,
    More,
    Fewer,
    FewerErrors,
    True,
    False,
    Severity,
    Options,
    Added,
    Removed,
}

/// The table; one that does not parse is empty, which a test would show.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let empty = Table {
        area: Vec::new(),
        key: Vec::new(),
        option: Vec::new(),
    };
    toml::from_str(include_str!("configuration.toml")).unwrap_or(empty)
});

/// Returns whether a file may configure tests, coverage, linters or type checkers.
pub(super) fn is_configuration(path: &str) -> bool {
    areas_of_file(path).next().is_some()
}

/// Returns whether a new file of this name may make something laxer: it comes before the settings of another, or nothing
/// was passed over without it.
pub(super) fn is_overriding_file(path: &str) -> bool {
    areas_of_file(path).any(|area| area.overrides)
}

/// Returns the settings of a file that are laxer than they were; `fits` tells whether an entry may name a file of the tree.
pub(super) fn find_laxer_settings(
    path: &str,
    (old, new): (&str, Option<&str>),
    fits: &dyn Fn(&str) -> bool,
) -> Vec<LaxerSetting> {
    let before = entries::parse_entries(path, old);
    let now = new
        .map(|new| entries::parse_entries(path, new))
        .unwrap_or_default();
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let mut found = Vec::new();
    for key in keys
        .into_iter()
        .filter(|key| before.get(*key) != now.get(*key))
    {
        let Some(rule) = rule_of_key(path, key) else {
            continue;
        };
        // What a file of code computes is no name that its text shows.
        let stands = |entry: &str| {
            !paths::is_code(path)
                || ['"', '\'', '`'].iter().any(|quote| {
                    new.is_some_and(|new| new.contains(&format!("{quote}{entry}{quote}")))
                })
        };
        let may_fit = |entry: &str| !rule.paths || !stands(entry) || fits(entry);
        if is_laxer(rule, (before.get(key), now.get(key)), &may_fit) {
            let shown = |entries: &Entries| {
                entries
                    .get(key)
                    .map(ToString::to_string)
                    .unwrap_or_default()
            };
            found.push(LaxerSetting {
                key: key.clone(),
                old: shown(&before),
                new: shown(&now),
            });
        }
    }
    found
}

/// Returns the settings that a new file makes laxer because it comes before those of a file beside it, which its tool
/// reads no longer: `mypy.ini` before `[tool.mypy]`. `beside` reads a file.
pub(super) fn find_displaced_settings(
    path: &str,
    new: &str,
    beside: &mut dyn FnMut(&str) -> Option<String>,
) -> Vec<LaxerSetting> {
    let now = entries::parse_entries(path, new);
    let folder = &path[..path.len() - path.rsplit('/').next().unwrap_or(path).len()];
    for own in areas_of_file(path).filter(|area| area.displaces) {
        for shared in TABLE
            .area
            .iter()
            .filter(|area| area.tool == own.tool && !area.part.is_empty())
        {
            let other = format!("{folder}{}", shared.file);
            let Some(text) = beside(&other) else { continue };
            let mut before = entries::parse_entries(&other, &text);
            before.retain(|key, _| key.to_lowercase().starts_with(&shared.part));
            if !before.is_empty() {
                return by_last_part((&other, &before), (path, &now));
            }
        }
    }
    Vec::new()
}

/// Compares the settings of two files that name their sections differently: `tool.mypy.strict`, `mypy.strict`.
fn by_last_part(
    (other, before): (&str, &Entries),
    (path, now): (&str, &Entries),
) -> Vec<LaxerSetting> {
    let last = |key: &str| normalize_key(key.rsplit('.').next().unwrap_or(key));
    let same = |key: &str, all: &Entries| {
        all.iter()
            .find(|(one, _)| last(one) == last(key))
            .map(|(_, value)| value.clone())
    };
    let gone = before
        .keys()
        .filter(|key| same(key, now).is_none())
        .map(|key| (other, key));
    let mut found = Vec::new();
    for (file, key) in gone.chain(now.keys().map(|key| (path, key))) {
        let Some(rule) = rule_of_key(file, key) else {
            continue;
        };
        let (was, is) = (same(key, before), same(key, now));
        if was != is && is_laxer(rule, (was.as_ref(), is.as_ref()), &|_| true) {
            let shown =
                |value: Option<Value>| value.map(|value| value.to_string()).unwrap_or_default();
            found.push(LaxerSetting {
                key: key.clone(),
                old: shown(was),
                new: shown(is),
            });
        }
    }
    found
}

fn areas_of_file(path: &str) -> impl Iterator<Item = &'static Area> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    TABLE
        .area
        .iter()
        .filter(move |area| matches_file_pattern(&area.file, &name))
}

fn matches_file_pattern(pattern: &str, name: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(pattern == name, |start| name.starts_with(start))
}

fn normalize_key(key: &str) -> String {
    key.chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .collect::<String>()
        .to_lowercase()
}

/// Returns the rule for a key: by its last part, or by one above it, as of `per-file-ignores` and `rules`.
fn rule_of_key(path: &str, key: &str) -> Option<&'static Key> {
    let lower = key.to_lowercase();
    let area = areas_of_file(path).find(|area| lower.starts_with(&area.part))?;
    let parts: Vec<String> = key.split('.').map(normalize_key).collect();
    let of_tool = || {
        TABLE
            .key
            .iter()
            .filter(|rule| rule.tools.contains(&area.tool))
    };
    parts.iter().rev().find_map(|part| {
        let exact = of_tool().find(|rule| rule.name == *part);
        exact.or_else(|| of_tool().find(|rule| matches_file_pattern(&rule.name, part)))
    })
}

/// Returns whether a setting's new value lets more pass than its old one, by what its rule calls laxer.
fn is_laxer(
    rule: &Key,
    (old, new): (Option<&Value>, Option<&Value>),
    fits: &dyn Fn(&str) -> bool,
) -> bool {
    if new.is_none() && !rule.unset {
        return false;
    }
    match rule.laxer {
        LaxerChange::Lower | LaxerChange::Higher => is_number_laxer(rule, old, new),
        LaxerChange::More | LaxerChange::Fewer => {
            let entries = |value: Option<&Value>| value.map(Value::entries).unwrap_or_default();
            let (before, now) = (entries(old), entries(new));
            match rule.laxer {
                LaxerChange::More => lists_more(&before, &now, fits),
                _ => lists_fewer(&before, &now),
            }
        }
        LaxerChange::FewerErrors => {
            let errors = |value: Option<&Value>| {
                let entries = value.map(Value::entries).unwrap_or_default();
                entries
                    .iter()
                    .filter(|entry| entry.starts_with("error"))
                    .count()
            };
            errors(new) < errors(old)
        }
        LaxerChange::True => {
            new.and_then(Value::flag) == Some(true) && old.and_then(Value::flag) != Some(true)
        }
        LaxerChange::False => {
            old.and_then(Value::flag) != Some(false)
                && match new {
                    Some(new) => new.flag() == Some(false),
                    None => old.and_then(Value::flag) == Some(true),
                }
        }
        LaxerChange::Severity => {
            let before = old.and_then(Value::severity);
            before.is_some_and(|before| {
                new.map_or(Some(0), Value::severity)
                    .is_some_and(|now| now < before)
            }) || old.is_none() && new.and_then(Value::severity) == Some(0)
        }
        LaxerChange::Options => {
            let nothing = Value::One(String::new());
            // A new script takes nothing away from those that were there.
            let old = old.or((rule.name != "*").then_some(&nothing));
            old.zip(new)
                .is_some_and(|(old, new)| are_options_laxer(old, new))
        }
        LaxerChange::Added | LaxerChange::Removed => false,
    }
}

/// Returns whether a number went where its rule calls it laxer; one that is not set is the tool's default.
fn is_number_laxer(rule: &Key, old: Option<&Value>, new: Option<&Value>) -> bool {
    let number = |value: Option<&Value>| {
        value
            .and_then(Value::number)
            .or(rule.default.filter(|_| value.is_none()))
    };
    match (number(old), number(new)) {
        (Some(before), Some(now)) if rule.laxer == LaxerChange::Higher => now > before,
        (Some(before), Some(now)) => now < before,
        // A least that is taken away demands nothing; that a most is taken away is no number to compare.
        (before, None) => rule.laxer == LaxerChange::Lower && before.is_some(),
        (None, Some(_)) => false,
    }
}

/// Returns whether a list of what is passed over grew: `["build"]` → `["build", "src/api"]`, but not by what tools make, nor
/// by what is not there.
fn lists_more(before: &[String], now: &[String], fits: &dyn Fn(&str) -> bool) -> bool {
    let is_new = |entry: &String| !before.contains(entry) && !entry.starts_with('!');
    let fresh = |entry: &String| is_new(entry) && !is_made(entry) && fits(entry);
    // What was taken out of the patterns may be passed over again.
    let back = |entry: &String| entry.starts_with('!') && !now.contains(entry);
    now.iter().any(fresh) || before.iter().any(back)
}

/// Returns whether a list of what is looked at shrank: by an entry less, or by a pattern more that takes something out.
fn lists_fewer(before: &[String], now: &[String]) -> bool {
    let excludes = now
        .iter()
        .any(|entry| entry.starts_with('!') && !before.contains(entry));
    excludes && !before.is_empty()
        || before
            .iter()
            .any(|entry| !entry.starts_with('!') && !now.contains(entry))
}

/// Returns whether an entry, a path, a pattern of a shell or a regular expression, may name one of these files. A pattern with
/// choices or escapes may name anything; of any other, what stands between its signs stands in each path that it names.
pub(super) fn may_name_file<'a>(entry: &str, mut files: impl Iterator<Item = &'a str>) -> bool {
    if entry.contains(['|', '{', '(', '[', '\\', '?', '+']) {
        return true;
    }
    let entry = entry.replace("<rootDir>", "");
    // Of a regular expression, `s*` may be no `s` at all.
    let stars = entry.matches('*').count();
    let before_stars = entry.split('*').enumerate().map(|(at, part)| {
        let end = part.char_indices().next_back().map_or(0, |(end, _)| end);
        if at < stars { &part[..end] } else { part }
    });
    let is_sign = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '/');
    let parts: Vec<String> = before_stars
        .flat_map(|part| part.split(is_sign))
        .map(|part| part.trim_matches('/').to_lowercase())
        .filter(|part| !part.is_empty())
        .collect();
    parts.is_empty()
        || files.any(|file| {
            let lower = file.to_lowercase();
            parts.iter().all(|part| lower.contains(part))
        })
}

/// Returns whether all that an entry names is made by tools: caches, products, packages.
fn is_made(entry: &str) -> bool {
    let bare = entry
        .trim_start_matches("**/")
        .trim_start_matches(['.', '/'])
        .trim_end_matches(['*', '/']);
    let paths = [format!("{bare}/a"), format!(".{bare}/a"), entry.to_owned()];
    let made = [
        paths::is_build_output,
        paths::is_cache,
        paths::is_dependency,
        paths::is_by_product,
    ];
    paths
        .iter()
        .any(|path| made.iter().any(|is_made| is_made(path)))
}

/// Compares two command lines, option by option, and what they check. What checked nothing can't get laxer; options that
/// stand alone (`addopts`) belong to a check.
fn are_options_laxer(old: &Value, new: &Value) -> bool {
    let (old, new) = (
        without_failing_end(&old.to_string()),
        without_failing_end(&new.to_string()),
    );
    let checks = |text: &str| crate::check::checked_by(&shell::read(text));
    let alone = old.is_empty() || old.starts_with('-');
    if !alone && checks(&old).is_empty() {
        return false;
    }
    let (before, now) = (parse_options(&old), parse_options(&new));
    let by_option = TABLE.option.iter().any(|option| {
        let (was, is) = (before.get(&option.name), now.get(&option.name));
        let numbers = || Some((was?.parse::<f64>().ok()?, is?.parse::<f64>().ok()?));
        match option.laxer {
            LaxerChange::Added => is.is_some_and(|is| was != Some(is)),
            LaxerChange::Removed => was.is_some() && is.is_none(),
            LaxerChange::Lower => numbers().is_some_and(|(was, is)| is < was),
            LaxerChange::Higher => numbers().is_some_and(|(was, is)| is > was),
            _ => false,
        }
    });
    by_option
        || !checks(&old).is_subset(&checks(&new))
        || !alone && crate::check::proves_nothing(&new) && !crate::check::proves_nothing(&old)
}

/// Returns a command line without what makes a failure of it a failure: `|| exit 1`.
fn without_failing_end(line: &str) -> String {
    let ends = [
        "|| exit 1",
        "|| exit $?",
        "|| exit $$?",
        "|| false",
        "|| exit 2",
    ];
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with(['\n', ' ', ';']);
    let mut kept = line.to_owned();
    for end in ends {
        while let Some(at) = kept.find(end).filter(|at| is_end(&kept[at + end.len()..])) {
            kept.replace_range(at..at + end.len(), "");
        }
    }
    kept.trim_end().to_owned()
}

/// Returns the options of a command line with their values.
fn parse_options(line: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '[', ']', ',']))
        .collect();
    let mut found = BTreeMap::new();
    for (at, word) in words.iter().enumerate() {
        // `python -m pytest` selects nothing.
        let is_module = *word == "-m" && at > 0 && words[at - 1].contains("python");
        if !word.starts_with('-') && *word != "||" || is_module {
            continue;
        }
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (
                *word,
                words
                    .get(at + 1)
                    .map_or_else(String::new, |next| (*next).to_owned()),
            ),
        };
        let name = if name.starts_with("--") {
            name.to_lowercase()
        } else {
            name.to_owned()
        };
        let several: &mut String = found.entry(name).or_default();
        if !several.is_empty() {
            several.push(' ');
        }
        several.push_str(&value);
    }
    found
}

#[cfg(test)]
mod tests;
