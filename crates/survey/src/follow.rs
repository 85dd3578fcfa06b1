//! One survey: loads what bears a framework's marks, follows it, and lets each framework read the result.

use std::path::Path;

use crate::Survey;
use crate::documents::Documents;
use crate::evaluate::Machine;
use crate::findings::Findings;
use crate::frameworks::{ALL, Framework};
use crate::modules::Modules;
use crate::source::Sources;

/// Room for calls within calls within expressions.
const STACK: usize = 256 << 20;

/// Surveys the sources, on a thread with room for deep recursion.
pub(crate) fn follow(root: &Path, sources: Sources, documents: Documents) -> Survey {
    let root = root.to_owned();
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || on_thread(&root, &sources, &documents));
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_default()
}

fn is_marked(framework: &Framework, text: &str) -> bool {
    framework.markers.iter().any(|mark| text.contains(mark))
}

fn on_thread(root: &Path, sources: &Sources, documents: &Documents) -> Survey {
    let modules = Modules::new(root, sources);
    let mut machine = Machine::new(&sources.files, &modules);
    machine.samples = crate::environment::samples(root, sources);
    for (id, file) in sources.files.iter().enumerate() {
        if !file.is_test && file.text.contains("ROOT_URLCONF =") {
            machine.stand_ins.push(("django.conf.settings", id));
        }
    }
    let mut found: Vec<&Framework> = Vec::new();
    for (id, file) in sources.files.iter().enumerate() {
        if file.is_test {
            continue;
        }
        let is_migration = file.path.contains("/migrations/");
        let marked: Vec<_> = ALL
            .iter()
            .filter(|framework| is_marked(framework, &file.text))
            .filter(|framework| !is_migration || matches!(framework.name, "Alembic" | "Knex"))
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
    machine.call_the_uncalled();
    let mut findings = Findings::default();
    for framework in &found {
        let mut own = Findings::default();
        (framework.read)(&mut machine, &mut own);
        findings.routes.append(&mut own.routes);
        // Migrations tell the history; they are asked only where no model tells the state.
        if !matches!(framework.name, "Alembic" | "Knex") || findings.entities.is_empty() {
            findings.entities.append(&mut own.entities);
        }
        findings.unresolved.append(&mut own.unresolved);
    }
    for path in sources.paths.iter().filter(|path| path.ends_with(".prisma")) {
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            crate::frameworks::prisma::read(path, &text, &mut findings);
        }
    }
    let mut routes = findings.routes;
    routes.sort_by(|a, b| (&a.path, &a.method, &a.file, a.line).cmp(&(&b.path, &b.method, &b.file, b.line)));
    routes.dedup_by(|a, b| (&a.path, &a.method, &a.file, a.line) == (&b.path, &b.method, &b.file, b.line));
    let mut survey = Survey {
        frameworks: found.iter().map(|framework| framework.name.to_owned()).collect(),
        routes,
        entities: findings.entities,
        unresolved: findings.unresolved,
        skipped: sources.skipped.iter().map(|(path, why)| (path.clone(), (*why).to_owned())).collect(),
        ..Survey::default()
    };
    crate::knowledge::add(&mut survey, sources, documents, &modules);
    survey
}
