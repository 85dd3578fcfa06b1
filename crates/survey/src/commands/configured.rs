//! Tools that a project configures or depends on: their usual commands, for where nothing else names one.

use super::Keeper;
use super::finding::{Collector, Kept};
use super::scripts::by_hand;
use crate::documents::{below, folder_of, ini, inside, name_of};
use crate::place::{Finder, Place};
use crate::source::Sources;
use crate::stack::{Ecosystem, Package};

/// Sections of pyproject.toml, setup.cfg and tox.ini, and the command of the tool that they configure.
const SECTIONS: [(&str, &str); 9] = [
    ("pytest", "pytest"),
    ("ruff", "ruff check ."),
    ("flake8", "flake8 ."),
    ("pylint", "pylint ."),
    ("mypy", "mypy ."),
    ("pyright", "pyright"),
    ("ty", "ty check"),
    ("black", "black --check ."),
    ("isort", "isort --check-only ."),
];

/// Files that configure a tool.
const FILES: [(&str, &str); 18] = [
    ("pytest.ini", "pytest"),
    ("mypy.ini", "mypy ."),
    (".mypy.ini", "mypy ."),
    (".flake8", "flake8 ."),
    (".pylintrc", "pylint ."),
    ("ruff.toml", "ruff check ."),
    (".ruff.toml", "ruff check ."),
    ("pyrightconfig.json", "pyright"),
    ("alembic.ini", "alembic upgrade head"),
    ("eslint.config", "eslint ."),
    (".eslintrc", "eslint ."),
    ("biome.json", "biome check ."),
    ("biome.jsonc", "biome check ."),
    (".prettierrc", "prettier --check ."),
    ("prettier.config", "prettier --check ."),
    ("jest.config", "jest"),
    ("vitest.config", "vitest run"),
    (".mocharc", "mocha"),
];

/// Dependencies that tell of a tool where nothing configures it.
const DEPENDENCIES: [(&str, &str); 14] = [
    ("pytest", "pytest"),
    ("ruff", "ruff check ."),
    ("flake8", "flake8 ."),
    ("mypy", "mypy ."),
    ("black", "black --check ."),
    ("jest", "jest"),
    ("vitest", "vitest run"),
    ("mocha", "mocha"),
    ("ava", "ava"),
    ("tap", "tap"),
    ("eslint", "eslint ."),
    ("@biomejs/biome", "biome check ."),
    ("standard", "standard"),
    ("prisma", "prisma migrate deploy"),
];

pub(super) fn collect(collector: &mut Collector<'_>, sources: &Sources) {
    let documents = collector.documents;
    let mut found: Vec<(String, &str, Place)> = Vec::new();
    for (path, text) in documents.all() {
        let name = name_of(path);
        let stem = |known: &str| name == known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
        found.extend(
            FILES
                .iter()
                .filter(|(known, _)| stem(known))
                .map(|(_, run)| (folder_of(path).to_owned(), *run, Place::new(path, 1))),
        );
        let of_section = |name: &str, line: u32, found: &mut Vec<(String, &str, Place)>| {
            let name = name.strip_prefix("tool:").or_else(|| name.strip_prefix("tool.")).unwrap_or(name);
            let first = name.split(['.', ':', '-']).next().unwrap_or(name);
            let run = SECTIONS.iter().find(|(known, _)| *known == first && !name.starts_with("mypy-"));
            found.extend(run.map(|(_, run)| (folder_of(path).to_owned(), *run, Place::new(path, line))));
        };
        match name {
            "pyproject.toml" => {
                for (number, line) in (1..).zip(text.lines()) {
                    if let Some(section) = line.strip_prefix("[tool.").and_then(|rest| rest.split(']').next()) {
                        of_section(section, number, &mut found);
                    }
                }
            }
            "setup.cfg" | "tox.ini" => {
                for section in ini::read(text) {
                    of_section(section.name, section.line, &mut found);
                }
            }
            "tsconfig.json" => {
                let home = package_at(collector, folder_of(path), Ecosystem::Node);
                if home.is_some_and(|package| {
                    package.dependency("typescript").is_some() && package.folder == folder_of(path)
                }) {
                    found.push((folder_of(path).to_owned(), "tsc --noEmit", Place::new(path, 1)));
                }
            }
            _ => {}
        }
    }
    for package in &collector.stack.packages {
        for (name, run) in DEPENDENCIES {
            if let Some(dependency) = package.dependency(name) {
                found.push((package.folder.clone(), run, dependency.place.clone()));
            }
        }
    }
    for (folder, run, place) in found {
        keep(collector, &folder, run, place);
    }
    django(collector, sources);
}

fn package_at<'c>(collector: &'c Collector<'_>, folder: &str, ecosystem: Ecosystem) -> Option<&'c Package> {
    collector.stack.package_of(&below(folder, "x"), ecosystem)
}

fn keep(collector: &mut Collector<'_>, folder: &str, run: &str, source: Place) {
    let first = run.split(' ').next().unwrap_or(run);
    let node = ["eslint", "biome", "prettier", "jest", "vitest", "mocha", "ava", "tap", "standard", "tsc", "prisma"];
    let ecosystem = if node.contains(&first) { Ecosystem::Node } else { Ecosystem::Python };
    // Configuration of a tool lies at the root as often as in the package.
    let Some(package) = package_at(collector, folder, ecosystem) else { return };
    // Flask-Migrate keeps an alembic.ini that Alembic alone can't use.
    let flask = run.starts_with("alembic") && package.dependency("flask-migrate").is_some();
    let (folder, run) = if flask { (package.folder.as_str(), "flask db upgrade") } else { (folder, run) };
    let folder = folder.to_owned();
    let folder = folder.as_str();
    let manager = package.manager.as_str();
    let by = match (ecosystem, manager) {
        (Ecosystem::Node, manager) => by_hand(manager),
        (Ecosystem::Python, "uv") => "uv run",
        (Ecosystem::Python, "poetry") => "poetry run",
        (Ecosystem::Python, "pdm") => "pdm run",
        (Ecosystem::Python, "pipenv") => "pipenv run",
        _ => "",
    };
    let script = format!("{by} {run}").trim().to_owned();
    let body = script.clone();
    let ecosystem = Some(ecosystem);
    collector.keep(Kept {
        keeper: Keeper::Configuration,
        name: "",
        script,
        folder,
        body: &body,
        source,
        by_hand: by,
        ecosystem,
    });
}

/// Django's own commands, where there is a manage.py.
fn django(collector: &mut Collector<'_>, sources: &Sources) {
    let is_manage = |path: &str, text: &str| name_of(path) == "manage.py" && text.contains("django");
    for file in sources.files.iter().filter(|file| is_manage(&file.path, &file.text) && !file.is_test) {
        let folder = folder_of(&file.path);
        let package = package_at(collector, folder, Ecosystem::Python).map(|package| package.folder.clone());
        let home = package.unwrap_or_else(|| folder.to_owned());
        let manage = inside(&home, &file.path).unwrap_or(&file.path).to_owned();
        let line = Finder::new(&file.text).next("execute_from_command_line");
        for run in ["test", "migrate"] {
            // Where the tests are pytest's, Django's runner finds none of them.
            let pytest = collector.stack.packages.iter().any(|package| package.dependency("pytest-django").is_some());
            if run == "test" && (pytest || !has_django_tests(sources)) {
                continue;
            }
            keep(collector, &home, &format!("python {manage} {run}"), Place::new(&file.path, line));
        }
    }
}

fn has_django_tests(sources: &Sources) -> bool {
    sources.files.iter().any(|file| file.is_test && (file.text.contains("TestCase") || file.text.contains("unittest")))
}
