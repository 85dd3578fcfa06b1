//! One survey: loads what bears a framework's marks, follows it, and lets each framework read the
//! result.

use crate::documents::Documents;
use crate::evaluate::Machine;
use crate::findings::Findings;
use crate::frameworks::migrations::is_history;
use crate::frameworks::{ALL, Framework, FrameworkContext};
use crate::source::{Parsed, Sources};
use crate::{Route, Survey};
use code::modules::Modules;

/// Room for calls within calls within expressions.
const STACK: usize = 256 << 20;

/// Surveys the sources, on a thread with room for deep recursion; also what was parsed for it.
pub(crate) fn survey_on_thread((sources, documents): (Sources, Documents)) -> (Survey, Parsed) {
    let follow = move || {
        let survey = survey_sources(&sources, &documents);
        (survey, sources.parsed())
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(follow);
    thread
        .ok()
        .and_then(|thread| thread.join().ok())
        .unwrap_or_else(|| {
            let failed = (
                ".".to_owned(),
                "following the code failed; this is a fault of the survey".to_owned(),
            );
            (
                Survey {
                    skipped: vec![failed],
                    ..Survey::default()
                },
                Parsed::new(),
            )
        })
}

fn is_marked(framework: &Framework, text: &str) -> bool {
    framework.markers.iter().any(|mark| text.contains(mark))
}

/// SQL files that make tables, in the order of their paths; not what undoes them.
fn sql_definitions<'d>(documents: &[&'d (String, String)]) -> Vec<&'d (String, String)> {
    let is_wanted = |path: &str, text: &str| {
        let path = path.to_lowercase();
        let undoes = ["down.sql", "rollback.sql", "undo.sql"]
            .iter()
            .any(|ending| path.ends_with(ending));
        path.ends_with(".sql") && !undoes && crate::frameworks::sql::is_definition(text)
    };
    let mut found: Vec<_> = documents
        .iter()
        .copied()
        .filter(|(path, text)| is_wanted(path, text))
        .collect();
    found.sort_by_cached_key(|(path, _)| natural_order(path));
    found
}

/// Returns the pieces of a path with its numbers as numbers: `V2` stands before `V10`.
fn natural_order(path: &str) -> Vec<(u64, String)> {
    let mut pieces: Vec<(u64, String)> = vec![(0, String::new())];
    for letter in path.chars() {
        let is_new = pieces.last().is_none_or(|(_, word)| !word.is_empty());
        match (letter.to_digit(10), pieces.last_mut()) {
            (Some(digit), Some(last)) if !is_new => {
                last.0 = last.0.saturating_mul(10).saturating_add(digit.into())
            }
            (Some(digit), _) => pieces.push((digit.into(), String::new())),
            (None, Some(last)) => last.1.push(letter),
            (None, None) => {}
        }
    }
    pieces
}

/// Returns a machine that knows the sources' documents, samples and settings, with the `ready` methods of Django's
/// applications run.
fn prepare_machine<'a>(sources: &'a Sources, modules: &'a Modules) -> Machine<'a> {
    let mut machine = Machine::new(&sources.files, modules);
    machine.documents = sources
        .documents
        .iter()
        .filter(|(path, _)| !code::paths::is_test(path))
        .collect();
    machine.samples = crate::environment::read_samples(&sources.documents);
    for (id, file) in sources.files.iter().enumerate() {
        if !file.is_test && file.text.contains("ROOT_URLCONF =") {
            machine.stand_ins.push(("django.conf.settings", id));
        }
    }
    crate::frameworks::django_apps::run_ready_methods(&mut machine);
    machine
}

/// Loads the files that bear a framework's marks; returns those frameworks, in the order in which they were met.
///
/// Tests are left out; in a file below a folder `migrations`, only the marks of migrations count.
fn load_marked_files(machine: &mut Machine<'_>, sources: &Sources) -> Vec<&'static Framework> {
    let mut found: Vec<&Framework> = Vec::new();
    for (id, file) in sources.files.iter().enumerate() {
        if file.is_test {
            continue;
        }
        let is_migration = file.path.contains("/migrations/");
        let marked: Vec<_> = ALL
            .iter()
            .filter(|framework| is_marked(framework, &file.text))
            .filter(|framework| !is_migration || is_history(framework.name))
            .collect();
        if marked.is_empty() {
            continue;
        }
        for framework in marked {
            if !found.iter().any(|known| known.name == framework.name) {
                found.push(framework);
            }
        }
        machine.load(id);
    }
    found
}

/// Returns what the frameworks read, and, where no code defines an entity, what the SQL files define.
fn read_findings(machine: &mut Machine<'_>, frameworks: &[&Framework]) -> Findings {
    let mut findings = Findings::default();
    for framework in frameworks {
        let mut own = Findings::default();
        (framework.read)(&mut FrameworkContext {
            machine,
            findings: &mut own,
        });
        findings.routes.append(&mut own.routes);
        findings.operations.append(&mut own.operations);
        findings.shapes.append(&mut own.shapes);
        // Migrations tell the history; they are asked only where no model tells the state.
        if !is_history(framework.name) || findings.entities.is_empty() {
            findings.entities.append(&mut own.entities);
        }
        findings.unresolved.append(&mut own.unresolved);
    }
    let schemas: Vec<_> = machine
        .documents
        .iter()
        .copied()
        .filter(|(path, _)| path.ends_with(".prisma"))
        .collect();
    crate::frameworks::prisma::read_prisma_schemas(&schemas, &mut findings);
    if findings.entities.is_empty() {
        let mut own = Findings::default();
        crate::frameworks::sql::read_sql(machine, &sql_definitions(&machine.documents), &mut own);
        findings.entities.append(&mut own.entities);
    }
    findings
}

/// Returns the files that were not read, and `.` where the code was more than a survey follows.
fn list_skipped(sources: &Sources, machine: &Machine<'_>) -> Vec<(String, String)> {
    let skipped = sources
        .skipped
        .iter()
        .map(|(path, why)| (path.clone(), (*why).to_owned()));
    let spent = machine.is_spent().then(|| {
        (
            ".".to_owned(),
            "more code than a survey follows; the rest is open".to_owned(),
        )
    });
    skipped.chain(spent).collect()
}

/// Sorts routes by path, method and place, and keeps one of those that are alike in all of them.
fn sort_routes(routes: &mut Vec<Route>) {
    routes.sort_by(|a, b| {
        (&a.path, &a.method, &a.file, a.line).cmp(&(&b.path, &b.method, &b.file, b.line))
    });
    routes.dedup_by(|a, b| {
        (&a.path, &a.method, &a.file, a.line) == (&b.path, &b.method, &b.file, b.line)
    });
}

fn survey_sources(sources: &Sources, documents: &Documents) -> Survey {
    let modules = sources.modules();
    let mut machine = prepare_machine(sources, &modules);
    let found = load_marked_files(&mut machine, sources);
    machine.load_callers_of_makers();
    machine.call_the_uncalled();
    let mut findings = read_findings(&mut machine, &found);
    sort_routes(&mut findings.routes);
    let mut survey = Survey {
        frameworks: found
            .iter()
            .filter(|framework| framework.name != "Migrations")
            .map(|framework| framework.name.to_owned())
            .collect(),
        routes: findings.routes,
        operations: findings.operations,
        shapes: findings.shapes,
        entities: findings.entities,
        unresolved: findings.unresolved,
        skipped: list_skipped(sources, &machine),
        ..Survey::default()
    };
    crate::knowledge::add_knowledge(&mut survey, sources, documents, &modules);
    survey
}
