//! The commented configuration: every key that a repository may set, with what it takes, and the commands that were found.

use std::collections::BTreeMap;

use survey::{Purpose, Survey};

use crate::settings::{KEYS, Key};

/// Returns the text of the configuration. Every line of it is a comment: what it shows holds only when somebody says so.
pub(super) fn render_configuration(survey: &Survey) -> String {
    let found = find_project_commands(survey);
    let mut text = String::from(
        "## Settings of backend-engineer for this repository. Uncomment what is to hold (the lines with one `#`).\n\
         ## `backend-engineer config` shows what holds and where it came from.\n\
         ## A repository's file can't weaken the sandbox of who works on it (sandbox, network, commit, env, services),\n\
         ## unless they list the repository under `trusted` in their own file.\n",
    );
    let mut table = "";
    for key in KEYS {
        let Some(example) = key.example else { continue };
        let (section, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if section != table {
            text += &if section.is_empty() {
                String::new()
            } else {
                format!("\n# [{section}]\n")
            };
            table = section;
        }
        text += &of_key(key, name, example, found.get(key.name));
    }
    text
}

fn of_key(key: &Key, name: &str, example: &str, found: Option<&(String, String)>) -> String {
    let head = format!("\n## {}: {}\n", key.about, key.takes);
    match (key.name, found) {
        // A table of its own comes last, and can't stand within `[commands]`.
        ("services", _) => {
            format!(
                "{head}# [services]\n# {}\n",
                example.trim_matches(['{', '}', ' '])
            )
        }
        (_, Some((script, place))) => format!("{head}# {name} = {script}   # found in {place}\n"),
        (_, None) => format!("{head}# {name} = {example}\n"),
    }
}

/// Returns the project's own commands by key, each as TOML with its place.
fn find_project_commands(survey: &Survey) -> BTreeMap<&'static str, (String, String)> {
    let key = |purpose| match purpose {
        Purpose::Test => Some("commands.test"),
        Purpose::Lint => Some("commands.lint"),
        Purpose::TypeCheck => Some("commands.type_check"),
        _ => None,
    };
    let at_root = survey
        .commands
        .iter()
        .filter(|command| command.preferred && command.folder.is_empty());
    let mut found = BTreeMap::new();
    for command in at_root.filter(|command| command.only_looks() && !command.script.contains('\n'))
    {
        let Some(key) = key(command.purpose) else {
            continue;
        };
        // What JSON escapes in a text, TOML reads in the same way.
        let script = serde_json::Value::from(command.script.as_str()).to_string();
        found
            .entry(key)
            .or_insert((script, command.source.file.clone()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Flags, Settings, SettingsSources};

    #[test]
    fn every_line_may_be_uncommented() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::write(
            root.path().join("pyproject.toml"),
            "[tool.pytest.ini_options]\n",
        )
        .expect("a file");
        let text = render_configuration(&survey::survey_tree(root.path(), None));
        let keys = text.lines().filter(|line| line.starts_with("# "));
        let uncommented: String = keys.map(|line| format!("{}\n", &line[2..])).collect();
        std::fs::create_dir(root.path().join(".backend-engineer")).expect("a folder");
        std::fs::write(
            root.path().join(".backend-engineer/config.toml"),
            &uncommented,
        )
        .expect("a file");
        let settings =
            Settings::from_sources(root.path(), &Flags::default(), &SettingsSources::default());
        let settings = settings.unwrap_or_else(|stop| panic!("{stop}\n{uncommented}"));
        assert!(
            settings.withheld.len() >= 2 && settings.commands.test.is_some(),
            "{uncommented}"
        );
        assert!(
            text.lines()
                .all(|line| line.is_empty() || line.starts_with('#')),
            "{text}"
        );
    }
}
