//! Which source wins, what a repository may not do, and what is said of a wrong setting.

use std::fs;
use std::path::Path;

use super::*;

/// A repository and a user's configuration in a folder of their own.
struct Scene {
    folder: tempfile::TempDir,
    surroundings: SettingsSources,
    flags: Flags,
}

impl Scene {
    fn new(repository: &str, user: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repository_folder = folder.path().join("repository/.backend-engineer");
        fs::create_dir_all(&repository_folder).expect("a folder");
        fs::write(repository_folder.join("config.toml"), repository).expect("a file");
        let user_file = folder.path().join("user.toml");
        fs::write(&user_file, user).expect("a file");
        let surroundings = SettingsSources {
            user_file: Some(user_file),
            ..SettingsSources::default()
        };
        Scene {
            folder,
            surroundings,
            flags: Flags::default(),
        }
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.surroundings
            .environment
            .insert(name.to_owned(), value.to_owned());
        self
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    fn read(&self) -> Result<Settings, Stop> {
        Settings::from_sources(&self.root(), &self.flags, &self.surroundings)
    }

    fn settings(&self) -> Settings {
        self.read().expect("settings")
    }

    fn withheld(&self) -> Vec<String> {
        self.settings()
            .withheld
            .iter()
            .map(|withheld| format!("{} {}", withheld.key, withheld.asked))
            .collect()
    }
}

#[test]
fn the_nearer_source_wins_and_says_where_it_is() {
    let mut scene = Scene::new(
        "\ntimeout = 20\n",
        "timeout = 30\n[commands]\ntest = \"make test\"\n",
    );
    let origin = |scene: &Scene| {
        let held = scene.settings().timeout;
        (held.value.as_secs(), held.origin.to_string())
    };
    assert_eq!(
        origin(&scene),
        (20, ".backend-engineer/config.toml:2".to_owned())
    );
    assert_eq!(
        scene.settings().commands.test.map(|held| held.value),
        Some(vec!["make test".to_owned()])
    );
    scene = scene.variable("BACKEND_ENGINEER_TIMEOUT", "10s");
    assert_eq!(origin(&scene), (10, "BACKEND_ENGINEER_TIMEOUT".to_owned()));
    scene.flags.timeout = Some(Duration::from_secs(5));
    assert_eq!(origin(&scene), (5, "--timeout".to_owned()));
}

#[test]
fn without_any_source_the_sandbox_is_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::from_sources(
        folder.path(),
        &Flags::default(),
        &SettingsSources::default(),
    )
    .expect("settings");
    assert_eq!(
        (settings.sandbox.value, settings.network.value),
        (SandboxMode::Auto, false)
    );
    assert_eq!(
        settings.timeout,
        Sourced::default_of(Duration::from_secs(600))
    );
    assert!(settings.values.is_empty() && settings.withheld.is_empty());
}

const GREEDY: &str = "sandbox = \"off\"\nnetwork = true\ncommit = true\nenv = [\"TOKEN\"]\n\
                      [commands]\nsetup = \"npm ci\"\n[services]\ndb = 5432\n";

#[test]
fn a_repository_cannot_weaken_its_users_sandbox() {
    let scene = Scene::new(GREEDY, "").variable("TOKEN", "s3cret");
    let settings = scene.settings();
    assert_eq!(
        (
            settings.sandbox.value,
            settings.network.value,
            settings.commit.value
        ),
        (SandboxMode::Auto, false, false)
    );
    assert!(settings.values.is_empty() && settings.services.is_empty() && !settings.setup_network);
    assert_eq!(
        scene.withheld(),
        [
            "sandbox off",
            "network true",
            "commit true",
            "env TOKEN",
            "services.db 127.0.0.1:5432",
            "network true while commands.setup runs",
        ]
    );
}

#[test]
fn a_trusted_repository_is_followed() {
    let mut scene = Scene::new(GREEDY, "").variable("TOKEN", "s3cret");
    let user = format!("trusted = [{:?}]\n", scene.root().to_str().expect("UTF-8"));
    fs::write(scene.folder.path().join("user.toml"), user).expect("a file");
    let settings = scene.settings();
    assert_eq!(
        (
            settings.sandbox.value,
            settings.network.value,
            settings.commit.value
        ),
        (SandboxMode::Off, true, true)
    );
    assert!(settings.values.contains_key("TOKEN") && settings.services.contains_key("db"));
    assert!(settings.setup_network && settings.withheld.is_empty());
    assert!(settings.trusted.is_some());

    fs::write(
        scene.folder.path().join("user.toml"),
        "trusted = [\".\", \"/\"]",
    )
    .expect("a file");
    assert!(scene.settings().trusted.is_none());
    let home = scene.folder.path().to_str().expect("UTF-8").to_owned();
    scene = scene
        .variable("BACKEND_ENGINEER_TRUSTED", "~/repository")
        .variable("HOME", &home);
    assert!(scene.settings().trusted.is_some());
}

#[test]
fn a_repository_cannot_give_up_its_users_data() {
    let greedy =
        "services_for_model = true\nservices = { db = { port = 5432, disposable = true } }\n";
    let withheld = [
        "services_for_model true",
        "services.db 127.0.0.1:5432, disposable",
    ];
    assert_eq!(
        Scene::new(greedy, "services = { mine = 5432 }\n").withheld(),
        withheld
    );
    let same =
        "services_for_model = true\nservices = { mine = { port = 5432, disposable = true } }\n";
    assert_eq!(Scene::new(greedy, same).withheld(), Vec::<String>::new());
    // To keep data is no weakening.
    let careful = Scene::new(
        "services = { db = \"localhost:5432\" }",
        "services = { mine = { port = \"localhost:5432\", disposable = true } }",
    );
    assert_eq!(careful.withheld(), Vec::<String>::new());
    assert_eq!(careful.settings().lasting_services(), ["db"]);
}

#[test]
fn what_the_user_asks_for_too_is_not_withheld() {
    let mut scene = Scene::new(GREEDY, "network = true\nservices = { mine = 5432 }\n")
        .variable("TOKEN", "s3cret");
    assert_eq!(
        scene.withheld(),
        ["sandbox off", "commit true", "env TOKEN"]
    );
    scene.flags = Flags {
        sandbox: Some(SandboxMode::Off),
        env: vec!["TOKEN".to_owned()],
        commit: true,
        ..Flags::default()
    };
    assert_eq!(scene.withheld(), Vec::<String>::new());
}

#[test]
fn a_repository_may_ask_for_a_stronger_sandbox() {
    let scene = Scene::new(
        "sandbox = \"namespaces\"\nnetwork = false\n",
        "sandbox = \"landlock\"\nnetwork = true\n",
    );
    let settings = scene.settings();
    assert_eq!(
        (settings.sandbox.value, settings.network.value),
        (SandboxMode::Namespaces, false)
    );
    assert_eq!(
        Scene::new("sandbox = \"auto\"", "sandbox = \"bubblewrap\"").withheld(),
        ["sandbox auto"]
    );
}

#[test]
fn the_user_tells_what_a_model_costs() {
    let read = |text: &str| Scene::new("", text).read();
    let settings =
        read("[prices.\"box/m\"]\ninput = 1\noutput = 2.5\ncache_read = 0.1\n").expect("settings");
    let price = Price {
        input: 1.0,
        cache_read: 0.1,
        cache_write: 1.0,
        cache_write_hour: 2.0,
        output: 2.5,
    };
    assert_eq!(
        settings.prices.get("box/m").map(|held| held.value),
        Some(price)
    );
    for (text, message) in [
        ("[prices]\nm = 3", "user.toml:2: `prices.m` takes"),
        (
            "[prices]\nm = { input = 1 }",
            "user.toml:2: `prices.m` needs `input` and `output`",
        ),
        (
            "[prices]\nm = { input = -1, output = 2 }",
            "user.toml:2: `prices.m.input` takes",
        ),
        (
            "[prices]\nm = { inputs = 1, output = 2 }",
            "user.toml:2: there is no setting `prices.m.inputs`",
        ),
    ] {
        let stop = read(text).expect_err(text);
        assert!(stop.message.contains(message), "{text}: {}", stop.message);
    }
}

/// A configuration, what is said of it behind the name of its file, and a part of the hint.
const WRONG_SETTINGS: &[(&str, &str, &str)] = &[
    (
        "\nsandbx = \"auto\"",
        ":2: there is no setting `sandbx`",
        "Did you mean `sandbox`",
    ),
    (
        "[commands]\ntests = \"x\"",
        ":2: there is no setting `commands.tests`",
        "Did you mean `commands.test`",
    ),
    (
        "colour = 1",
        ":1: there is no setting `colour`",
        "The settings are sandbox, network",
    ),
    (
        "network = \"yes\"",
        ":1: `network` takes true or false, not a text",
        "",
    ),
    (
        "sandbox = \"none\"",
        ":1: `sandbox`: `none` is none of auto",
        "",
    ),
    ("timeout = 1.5", ":1: `timeout` takes seconds, or", ""),
    ("timeout = -1", ":1: `timeout`: `-1` is no time", ""),
    (
        "protected = \"a\"",
        ":1: `protected` takes a list of globs, not a text",
        "",
    ),
    ("protected = [\n\"a\",\n\"[\"]", ":3: `[` is no glob", ""),
    (
        "commands = 3",
        ":1: `commands` takes a table of keys, not a number",
        "",
    ),
    (
        "[commands]\ntest = [\"a\", 1]",
        ":2: `commands.test` takes a command or a list of them, not a number",
        "",
    ),
    (
        "[commands]\ntest = \" \"",
        ":2: `commands.test` holds an empty command",
        "",
    ),
    (
        "[services]\ndb = \"db\"",
        ":2: `services.db`: `db` is neither a port",
        "",
    ),
    (
        "[services]\ndb = { disposable = true }",
        ":2: `services.db` needs `port`",
        "",
    ),
    (
        "[services]\ndb = { port = 1, disposible = true }",
        ":2: ",
        "",
    ),
    ("env = [\"A=1\"]", ":1: `env`: give the name alone", ""),
    (
        "[prices]\n\"m\" = { input = 0, output = 0 }",
        ":1: `prices` stands only in your own configuration",
        "",
    ),
    (
        "trusted = [\"/\"]",
        ":1: `trusted` stands only in your own configuration",
        "",
    ),
    ("sandbox = ", ":1: ", ""),
    ("network = true\nnetwork = false", ":2: ", ""),
];

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    for &(text, message, hint) in WRONG_SETTINGS {
        let stop = Scene::new(text, "").read().expect_err(text);
        assert_eq!(stop.exit, crate::stop::Exit::Usage);
        let expected = format!(".backend-engineer/config.toml{message}");
        assert!(
            stop.message.starts_with(&expected),
            "{text}: {}",
            stop.message
        );
        assert!(stop.hint.unwrap_or_default().contains(hint), "{text}");
    }
    let taken = Scene::new("", "[services]\na = 1\nb = \"db:1\"\n")
        .read()
        .expect_err("one port twice");
    assert!(
        taken
            .message
            .contains("the services `a` and `b` have the same port 1"),
        "{}",
        taken.message
    );
}

#[test]
fn protected_paths_are_read_like_gitignore() {
    let scene = Scene::new(
        "protected = [\"*.lock\", \"/config\", \"app/migrations/\"]",
        "protected = [\".env*\"]",
    );
    let settings = scene.settings();
    for path in [
        "uv.lock",
        "web/yarn.lock",
        "config/a/b.toml",
        "app/migrations/0001.sql",
        "deploy/.env.production",
    ] {
        assert!(settings.protects(path), "{path}");
    }
    for path in [
        "locks.py",
        "app/config/x",
        "other/app/migrations/1.sql",
        "app/models.py",
    ] {
        assert!(!settings.protects(path), "{path}");
    }
}

#[test]
fn a_file_of_variables_is_passed_and_never_shown() {
    let mut scene = Scene::new("", "env = [\"UNSET\"]").variable("BACKEND_ENGINEER_COLOUR", "1");
    let file = scene.folder.path().join("test.env");
    fs::write(&file, "DATABASE_URL=postgres://u:s3cret@db/x\n").expect("a file");
    scene.flags.env_files = vec![file.clone()];
    let settings = scene.settings();
    assert_eq!(
        settings.values["DATABASE_URL"].reveal(),
        "postgres://u:s3cret@db/x"
    );
    assert!(!format!("{settings:?}").contains("s3cret"));
    assert_eq!(settings.warnings.len(), 2, "{:?}", settings.warnings);
    fs::write(&file, "s3cret\n").expect("a file");
    let stop = scene.read().expect_err("no variable");
    assert!(
        stop.message.contains("line 1") && !stop.message.contains("s3cret"),
        "{}",
        stop.message
    );
}

#[cfg(unix)]
#[test]
fn a_repositorys_file_is_no_link() {
    let scene = Scene::new("", "");
    let file = scene.root().join(REPOSITORY_FILE);
    fs::remove_file(&file).expect("removed");
    std::os::unix::fs::symlink(Path::new("/etc/hostname"), &file).expect("a link");
    let stop = scene.read().expect_err("a link");
    assert!(stop.message.contains("symbolic link"), "{}", stop.message);
}
