//! Table: the keys of the configuration, each with what it takes and what it does; and the nearest one to a wrong name.

/// One key of `config.toml`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Its name, with the table that it stands in.
    pub(crate) name: &'static str,
    /// The variable that sets it in the environment, empty where there is none.
    pub(crate) variable: &'static str,
    /// The values that it takes, for the help.
    pub(crate) takes: &'static str,
    /// Its effect, for the help.
    pub(crate) about: &'static str,
    /// A value that it may have, as TOML; nothing where only the user's own file may hold the key.
    pub(crate) example: Option<&'static str>,
}

/// All keys, in the order in which they are shown.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "sandbox",
        variable: "BACKEND_ENGINEER_SANDBOX",
        takes: "\"auto\", \"bubblewrap\", \"namespaces\", \"landlock\", \"macos\" or \"off\"",
        about: "the sandbox of every command",
        example: Some("\"auto\""),
    },
    Key {
        name: "network",
        variable: "BACKEND_ENGINEER_NETWORK",
        takes: "true or false",
        about: "whether commands may use the network",
        example: Some("false"),
    },
    Key {
        name: "timeout",
        variable: "BACKEND_ENGINEER_TIMEOUT",
        takes: "seconds, or \"90s\", \"10m\", \"1h\"",
        about: "how long one command may run",
        example: Some("\"10m\""),
    },
    Key {
        name: "strength",
        variable: "BACKEND_ENGINEER_STRENGTH",
        takes: "seconds, or \"30s\", \"2m\"; 0 for off",
        about: "how long wrong versions of a phase's code are tried against its tests",
        example: Some("\"30s\""),
    },
    Key {
        name: "services_for_model",
        variable: "BACKEND_ENGINEER_SERVICES_FOR_MODEL",
        takes: "true or false",
        about: "whether a model's commands reach the services, and the network where it is open",
        example: Some("false"),
    },
    Key {
        name: "commit",
        variable: "BACKEND_ENGINEER_COMMIT",
        takes: "true or false",
        about: "whether the plan's commit steps are carried out",
        example: Some("false"),
    },
    Key {
        name: "model",
        variable: "BACKEND_ENGINEER_MODEL",
        takes: "\"none\", \"fable\", \"opus\", \"sonnet\", \"haiku\", a model's name, or \"provider/model\"",
        about: "who does what the plan leaves open; `models` shows what is configured",
        example: Some("\"none\""),
    },
    Key {
        name: "effort",
        variable: "BACKEND_ENGINEER_EFFORT",
        takes: "\"low\", \"medium\", \"high\", \"xhigh\" or \"max\"",
        about: "how hard the model thinks, where it can be told; else as its definition or its provider has it",
        example: Some("\"medium\""),
    },
    Key {
        name: "repair_effort",
        variable: "BACKEND_ENGINEER_REPAIR_EFFORT",
        takes: "\"low\", \"medium\", \"high\", \"xhigh\" or \"max\"",
        about: "how hard it thinks after checks failed, where a provider keeps its cache then; else one level above `effort`",
        example: Some("\"high\""),
    },
    Key {
        name: "protected",
        variable: "BACKEND_ENGINEER_PROTECTED",
        takes: "a list of globs",
        about: "files that are never written; without a slash, at any depth",
        example: Some("[\"migrations/**\"]"),
    },
    Key {
        name: "env",
        variable: "BACKEND_ENGINEER_ENV",
        takes: "a list of names",
        about: "environment variables that commands may see",
        example: Some("[\"DATABASE_URL\"]"),
    },
    Key {
        name: "show",
        variable: "BACKEND_ENGINEER_SHOW",
        takes: "a list of paths",
        about: "what of the machine commands see though it lies in a home or temporary folder (only in your own)",
        example: None,
    },
    Key {
        name: "trusted",
        variable: "BACKEND_ENGINEER_TRUSTED",
        takes: "a list of folders",
        about: "repositories whose own configuration may weaken the sandbox (only in your own)",
        example: None,
    },
    Key {
        name: "commands.test",
        variable: "BACKEND_ENGINEER_TEST",
        takes: "a command or a list of them",
        about: "how the project is tested",
        example: Some("\"make test\""),
    },
    Key {
        name: "commands.lint",
        variable: "BACKEND_ENGINEER_LINT",
        takes: "a command or a list of them",
        about: "how the project is linted",
        example: Some("\"make lint\""),
    },
    Key {
        name: "commands.type_check",
        variable: "BACKEND_ENGINEER_TYPE_CHECK",
        takes: "a command or a list of them",
        about: "how the project's types are checked",
        example: Some("\"make types\""),
    },
    Key {
        name: "commands.setup",
        variable: "BACKEND_ENGINEER_SETUP",
        takes: "a command or a list of them",
        about: "what prepares the project before any check; may use the network",
        example: Some("\"make deps\""),
    },
    Key {
        name: "services",
        variable: "",
        takes: "name = port, name = \"host:port\", or name = { port = …, disposable = true }",
        about: "ports that commands may reach, at the same port of their own loopback",
        example: Some("{ database = 5432 }"),
    },
    Key {
        name: "limits",
        variable: "",
        takes: "processes = NUMBER, memory = \"8 GiB\", disk = \"10 GiB\"",
        about: "what a command may take of the machine before it is ended (only in your own)",
        example: None,
    },
    Key {
        name: "prices",
        variable: "",
        takes: "\"MODEL\" = { input = DOLLARS, output = DOLLARS }, for a million tokens; cache_read, cache_write and cache_write_hour too",
        about: "what a model costs, for `--max-cost` (only in your own)",
        example: None,
    },
];

/// Returns the key that `wrong` was probably meant to be; `wrong` is dotted where it stood in a table.
///
/// `time-out` → `timeout`; `tests` in `[commands]` → `commands.test`; `colour` → none.
pub(crate) fn find_similar_key(wrong: &str) -> Option<&'static Key> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', ' '], "_");
    let wrong = plain(wrong);
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |key: &Key| {
        let whole = strsim::damerau_levenshtein(&wrong, key.name);
        // By the whole name, and by its last part: keys are often written in the wrong table.
        let (ours, theirs) = (last(&wrong), last(key.name));
        // "type" in "type_check": a part of a name counts as near, if it is three letters or more.
        let contained = theirs.len() >= 3 && ours.contains(&theirs)
            || ours.len() >= 3 && theirs.contains(&ours);
        let ending = if contained {
            1
        } else {
            strsim::damerau_levenshtein(&ours, &theirs)
        };
        whole.min(ending)
    };
    // One wrong letter in three, and never more than three: beyond that anything is like anything.
    let bound = (last(&wrong).chars().count() / 3).clamp(1, 3);
    KEYS.iter()
        .map(|key| (distance(key), key))
        .filter(|(far, _)| *far <= bound)
        .min_by_key(|(far, _)| *far)
        .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_key() {
        for (wrong, meant) in [
            ("sandbx", "sandbox"),
            ("time-out", "timeout"),
            ("allow_network", "network"),
            ("test", "commands.test"),
            ("commands.tests", "commands.test"),
            ("commands.typecheck", "commands.type_check"),
            ("protect", "protected"),
        ] {
            assert_eq!(
                find_similar_key(wrong).map(|key| key.name),
                Some(meant),
                "{wrong}"
            );
        }
        assert!(find_similar_key("colour").is_none());
    }
}
