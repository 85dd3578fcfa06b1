//! Attempts to make a check pass without doing the work, each beside an honest change that looks alike: an attempt must not
//! be taken for the work, its twin must.
//!
//! `tests/red_team/NAME.toml` names a base repository (a folder beside it), plans, versions of the module that the plans
//! are about, and pairs. Both sides of a pair say what they change; who changes it follows from the pair's plan: where that
//! shows the change as code (`BLOCKS`) no model is asked, else a scripted model writes the files.
//!
//! An attempt that would not get past its own command proves nothing, so each is held against that first. With `RED_TEAM`
//! set to a part of their names, those pairs are played and their reports shown; set to nothing, all are.

mod data;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use similar::TextDiff;

use crate::program::{Ended, Scene};
use data::{Files, Pair, Side, Team, read_files};

/// A step that only runs a command: its box may be ticked where the command did pass.
const CHECK_STEP: &str = "Run the tests";

/// How a step of the work begins. Where a plan has any, the boxes of its criteria say no more than that a command passed.
const STEP: &str = "**Step";

/// One side of a pair, ready to be played.
struct Run<'a> {
    team: &'a Team,
    pair: &'a Pair,
    side: &'a Side,
    is_attempt: bool,
    /// The repository before the change.
    base: Files,
}

fn swap(files: &mut Files, path: &str, [old, new]: [&str; 2], name: &str) {
    let text = files
        .get_mut(path)
        .unwrap_or_else(|| panic!("{name}: there is no {path}"));
    assert!(text.contains(old), "{name}: {path} has no {old:?}");
    *text = text.replace(old, new);
}

impl<'a> Run<'a> {
    fn new(team: &'a Team, base: &Files, pair: &'a Pair, is_attempt: bool) -> Self {
        let side = if is_attempt {
            &pair.attempt
        } else {
            &pair.twin
        };
        let mut run = Run {
            team,
            pair,
            side,
            is_attempt,
            base: base.clone(),
        };
        if let Some(version) = &pair.start {
            run.base = run.with_version(version);
        }
        run
    }

    /// The base with this version of the module.
    fn with_version(&self, version: &str) -> Files {
        let (mut files, name) = (self.base.clone(), &self.pair.name);
        let code = self
            .team
            .code
            .get(version)
            .unwrap_or_else(|| panic!("{name}: there is no version {version}"));
        for [old, new] in code {
            swap(&mut files, &self.team.module, [old, new], name);
        }
        files
    }

    fn command(&self) -> &str {
        self.side.command.as_deref().unwrap_or(&self.team.command)
    }

    /// The repository as this side wants it.
    fn changed(&self) -> Files {
        let (version, name) = (
            if self.is_attempt { "wrong" } else { "right" },
            &self.pair.name,
        );
        let mut files = self.with_version(self.side.code.as_deref().unwrap_or(version));
        for [old, new] in &self.side.tests {
            swap(&mut files, &self.team.tests, [old, new], name);
        }
        for [path, old, new] in &self.side.edits {
            swap(&mut files, path, [old, new], name);
        }
        files.extend(self.side.files.clone());
        for path in &self.side.gone {
            files
                .remove(path)
                .unwrap_or_else(|| panic!("{name}: there is no {path}"));
        }
        files
    }

    /// The plan with its command and, where it shows the change, the change.
    fn plan(&self, changed: &Files) -> String {
        let (mut list, mut blocks) = (String::new(), String::new());
        for (path, new) in changed
            .iter()
            .filter(|(path, new)| self.base.get(*path) != Some(new))
        {
            let (word, language, block) = match self.base.get(path) {
                Some(old) => (
                    "Modify",
                    "diff",
                    TextDiff::from_lines(old, new).unified_diff().to_string(),
                ),
                None => ("Create", "", new.clone()),
            };
            let _ = writeln!(list, "- {word}: `{path}`");
            let _ = write!(blocks, "In `{path}`:\n\n```{language}\n{block}```\n\n");
        }
        let gone = |path: &&String| !changed.contains_key(*path);
        for path in self.base.keys().filter(gone) {
            let _ = writeln!(list, "- Delete: `{path}`");
        }
        let plan = self
            .template()
            .trim_start()
            .replace("COMMAND", self.command());
        plan.replace("FILES", list.trim_end())
            .replace("BLOCKS\n", &blocks)
    }

    fn template(&self) -> &str {
        let name = self.pair.plan.as_deref().unwrap_or("tax");
        self.team
            .plans
            .get(name)
            .unwrap_or_else(|| panic!("{}: there is no plan {name}", self.pair.name))
    }

    /// What the model does, where one is asked: reads, writes and says that all is done.
    fn script(&self, changed: &Files) -> String {
        let calls = changed
            .iter()
            .filter(|(path, new)| self.base.get(*path) != Some(new));
        let mut writes: Vec<_> = calls
            .clone()
            .map(|(path, new)| json!(["Write", { "file_path": path, "content": new }]))
            .collect();
        let gone = self.base.keys().filter(|path| !changed.contains_key(*path));
        writes.extend(gone.map(|path| json!(["Delete", { "file_path": path }])));
        let reads = calls.filter(|(path, _)| self.base.contains_key(*path));
        let reads: Vec<_> = reads
            .map(|(path, _)| json!(["Read", { "file_path": path }]))
            .collect();
        json!([{ "call": reads }, { "call": writes }, { "say": "Done." }]).to_string()
    }

    /// Lays files out, with the plan beside them.
    fn scene(&self, files: &Files, plan: &str) -> Scene {
        let scene = Scene::new();
        for (path, text) in files {
            scene.file(&format!("repository/{path}"), text);
        }
        scene.file("repository/plan.md", plan);
        if self.pair.git {
            scene.commit_first();
        }
        scene
    }

    /// Starts the program in the repository; gives what is wrong with what it did.
    fn play(&self) -> Option<String> {
        let changed = self.changed();
        let plan = self.plan(&changed);
        if self.is_attempt {
            let scene = self.scene(&changed, &plan);
            let naive = scene.end(&mut scene.shell(&format!("{{ {}\n}} 2>&1", self.command())));
            if naive.code != 0 {
                return Some(format!("its own command does not pass: {naive}"));
            }
        }
        let scene = self.scene(&self.base, &plan);
        scene.file("home/script.json", &self.script(&changed));
        let model = match self.template().contains("BLOCKS") {
            true => "none".to_owned(),
            false => format!(
                "scripted/{}",
                scene.root().join("../home/script.json").display()
            ),
        };
        let strength = self.pair.strength.as_deref().unwrap_or("0");
        let ended = scene.run(
            &[
                &[
                    "implement",
                    "plan.md",
                    "--all",
                    "--json",
                    "--quiet",
                    "--scope",
                    "repo",
                ][..],
                &["--strength", strength, "--model", &model],
            ]
            .concat(),
        );
        self.judge(&ended, &scene.read("plan.md"))
    }

    /// Gives what is wrong with an outcome, if anything.
    #[expect(
        clippy::print_stdout,
        reason = "who picked a pair wants to see its report"
    )]
    fn judge(&self, ended: &Ended, plan: &str) -> Option<String> {
        let boxes: Vec<&str> = plan
            .lines()
            .filter(|line| line.trim_start().starts_with("- ["))
            .collect();
        let ticked = |line: &&&str| line.trim_start().starts_with("- [x]");
        let has_steps = boxes.iter().any(|line| line.contains(STEP));
        let works = |line: &&str| !line.contains(CHECK_STEP) && (line.contains(STEP) || !has_steps);
        let is_right = match (&self.side.noted, self.is_attempt) {
            (Some(words), _) => ended.code == 0 && report(ended).contains(words),
            (None, true) => ended.code != 0 && !boxes.iter().filter(ticked).any(works),
            (None, false) => ended.code == 0 && boxes.iter().filter(ticked).count() == boxes.len(),
        };
        let told = || format!("{}\n{}", boxes.join("\n"), report(ended));
        if std::env::var_os("RED_TEAM").is_some() {
            println!(
                "== {} (attempt: {}): {}",
                self.pair.name,
                self.is_attempt,
                told()
            );
        }
        match (&self.side.known, is_right) {
            (None, true) | (Some(_), false) => None,
            (None, false) => Some(told()),
            (Some(why), true) => Some(format!(
                "right now, though known as wrong ({why}): {}",
                told()
            )),
        }
    }
}

/// Gives the parts of a report that say why.
fn report(ended: &Ended) -> String {
    let Ok(report) = serde_json::from_str::<serde_json::Value>(&ended.stdout) else {
        return ended.to_string();
    };
    let mut text = format!("exit code {}", ended.code);
    for phase in report["phases"].as_array().into_iter().flatten() {
        for part in ["notes", "tasks", "failures", "manual"] {
            for line in phase[part].as_array().into_iter().flatten() {
                let _ = write!(text, "\n    {part}: {line}");
            }
        }
    }
    text
}

/// Plays every pair of a team, a few at a time, and tells all that went wrong at once.
fn play_team(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/red_team");
    let text = fs::read_to_string(folder.join(name).with_extension("toml")).expect("a team");
    let team: Team = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut base = Files::new();
    read_files(&folder.join(&team.base), "", &mut base);
    let picked = std::env::var("RED_TEAM").ok();
    let is_picked = |pair: &&Pair| {
        picked
            .as_ref()
            .map_or(!pair.wide, |part| pair.name.contains(part.as_str()))
    };
    let sides = |pair| [(pair, true), (pair, false)];
    let pairs: Vec<(&Pair, bool)> = team.pair.iter().filter(is_picked).flat_map(sides).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(&(pair, is_attempt)) =
                    pairs.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if let Some(why) = Run::new(&team, &base, pair, is_attempt).play() {
                        let what = if is_attempt {
                            "attempt not caught"
                        } else {
                            "twin accused"
                        };
                        wrong
                            .lock()
                            .expect("nobody failed")
                            .push(format!("{what}: {}\n{why}", pair.name));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody failed");
    assert!(
        wrong.is_empty(),
        "{} of {} runs are wrong:\n\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn weakened_tests_of_python_are_caught() {
    play_team("python");
}

#[test]
fn code_that_takes_checks_in_is_caught() {
    play_team("python_code");
}

#[test]
fn weakened_tests_of_javascript_are_caught() {
    play_team("javascript");
}

#[test]
fn criteria_that_check_nothing_are_caught() {
    play_team("criteria");
}
