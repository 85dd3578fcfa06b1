//! Tools that a project configures or depends on: their usual commands, for where nothing else
//! names one.
//!
//! ```text
//! [tool.ruff] in pyproject.toml, managed by uv     uv run, then the usual command of the program
//! mypy.ini with `files = shop`                     the command without targets: the configuration states them
//! ```

use shell::{Program, Usual};

use super::CommandSource;
use super::collector::{Collector, CommandCandidate};
use super::scripts::by_hand;
use crate::documents::{folder_of, ini, is_stem, join_folder, name_of, strip_folder};
use crate::place::{Finder, Place};
use crate::source::Sources;
use crate::stack::{Ecosystem, Package};

/// A sign that a project uses a program.
struct ToolSign {
    /// The folder in which it lies.
    folder: String,
    program: &'static Program,
    usual: &'static Usual,
    place: Place,
}

/// A call of a tool as its own words have it, before what runs the tools of its package: `mypy shop`.
struct ToolRun<'r> {
    folder: &'r str,
    ecosystem: Ecosystem,
    run: &'r str,
    source: Place,
}

/// Collects the usual commands of tools that files configure or packages depend on, and those of Django.
pub(super) fn collect_configured_tools(collector: &mut Collector<'_>, sources: &Sources) {
    let mut signs = Vec::new();
    for (path, text) in collector.documents.all() {
        signs.extend(signs_of_document(path, text));
    }
    for package in &collector.stack.packages {
        signs.extend(signs_of_dependencies(package));
    }
    let targeted: Vec<(&Usual, String)> = signs
        .iter()
        .filter(|sign| states_targets(collector, sign))
        .map(|sign| (sign.usual, sign.folder.clone()))
        .collect();
    for sign in signs {
        let is_targeted = |(usual, folder): &(&Usual, String)| {
            std::ptr::eq(*usual, sign.usual) && *folder == sign.folder
        };
        let bare = targeted.iter().any(is_targeted);
        add_usual_command(collector, sign, bare);
    }
    collect_django_commands(collector, sources);
}

/// Returns the tools that a file configures, by its name (`mypy.ini`) or by its sections (`[tool.mypy]`).
fn signs_of_document(path: &str, text: &str) -> Vec<ToolSign> {
    let sign = |(program, usual), line| ToolSign {
        folder: folder_of(path).to_owned(),
        program,
        usual,
        place: Place::new(path, line),
    };
    let configures = |usual: &Usual| usual.files.iter().any(|stem| is_stem(stem, name_of(path)));
    let mut signs: Vec<ToolSign> = shell::usual_commands()
        .filter(|(_, usual)| configures(usual))
        .map(|one| sign(one, 1))
        .collect();
    for (section, line) in list_sections(path, text) {
        // `[tool.pytest.ini_options]`, `[tool:pytest]`, `[isort:django]`; `[mypy-pandas.*]` is about another package.
        let section = section
            .strip_prefix("tool:")
            .or_else(|| section.strip_prefix("tool."))
            .unwrap_or(section);
        let first = section.split(['.', ':']).next().unwrap_or(section);
        let found = shell::usual_commands()
            .find(|(_, usual)| usual.sections.iter().any(|known| known == first));
        signs.extend(found.map(|one| sign(one, line)));
    }
    signs
}

/// Returns the tools that a package depends on, each where its dependency stands.
fn signs_of_dependencies(package: &Package) -> impl Iterator<Item = ToolSign> + '_ {
    shell::usual_commands().filter_map(|(program, usual)| {
        let mut names = usual.packages.iter();
        let dependency = names.find_map(|name| package.dependency(name))?;
        Some(ToolSign {
            folder: package.folder.clone(),
            program,
            usual,
            place: dependency.place.clone(),
        })
    })
}

/// Returns the sections of a file that configures several tools, with their lines.
fn list_sections<'t>(path: &str, text: &'t str) -> Vec<(&'t str, u32)> {
    match name_of(path) {
        "pyproject.toml" => {
            let heading = |line: &'t str| {
                line.strip_prefix("[tool.")
                    .and_then(|rest| rest.split(']').next())
            };
            (1..)
                .zip(text.lines())
                .filter_map(|(number, line)| Some((heading(line)?, number)))
                .collect()
        }
        "setup.cfg" | "tox.ini" => ini::parse_ini(text)
            .into_iter()
            .map(|section| (section.name, section.line))
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns whether the section of a tool states what the tool looks at: `files = ["shop"]` below `[mypy]` or
/// `[tool.mypy]`.
fn states_targets(collector: &Collector<'_>, sign: &ToolSign) -> bool {
    let mut documents = collector.documents.all();
    let Some((path, text)) = documents.find(|(path, _)| *path == sign.place.file) else {
        return false;
    };
    let is_own = |name: &str| {
        let name = name.strip_prefix("tool:").unwrap_or(name);
        sign.usual.sections.iter().any(|known| known == name)
    };
    let targets = &sign.usual.targets;
    if name_of(path) == "pyproject.toml" {
        let Ok(table) = text.parse::<toml::Table>() else {
            return false;
        };
        let tools = table.get("tool").and_then(toml::Value::as_table);
        let own = tools.into_iter().flatten().filter(|(name, _)| is_own(name));
        return own
            .filter_map(|(_, value)| value.as_table())
            .any(|own| targets.iter().any(|key| own.contains_key(key)));
    }
    ini::parse_ini(text)
        .iter()
        .filter(|section| is_own(section.name))
        .any(|section| targets.iter().any(|key| section.entry(key).is_some()))
}

/// Returns the package that a file in a folder would belong to.
fn package_at<'c>(
    collector: &'c Collector<'_>,
    folder: &str,
    ecosystem: Ecosystem,
) -> Option<&'c Package> {
    collector
        .stack
        .package_of(&join_folder(folder, "x"), ecosystem)
}

/// Adds the usual command of a tool; `bare` where the tool's configuration states what it looks at.
fn add_usual_command(collector: &mut Collector<'_>, sign: ToolSign, bare: bool) {
    let usual = sign.usual;
    let command = usual
        .bare
        .as_ref()
        .filter(|_| bare)
        .unwrap_or(&usual.command);
    let ecosystem = match sign.program.ecosystem.as_deref() {
        Some("node") => Ecosystem::Node,
        _ => Ecosystem::Python,
    };
    let Some(package) = package_at(collector, &sign.folder, ecosystem) else {
        return;
    };
    let depends = |name: &Option<String>| {
        name.as_deref()
            .map(|name| package.dependency(name).is_some())
    };
    let counts = depends(&usual.with_package) != Some(false)
        && depends(&usual.without_package) != Some(true)
        && (!usual.at_package || package.folder == sign.folder);
    if counts {
        let folder = if usual.in_package {
            package.folder.clone()
        } else {
            sign.folder
        };
        let tool = ToolRun {
            folder: &folder,
            ecosystem,
            run: command,
            source: sign.place,
        };
        add_tool_command(collector, tool);
    }
}

/// Keeps a tool's command, behind what runs the tools of its package.
fn add_tool_command(collector: &mut Collector<'_>, tool: ToolRun<'_>) {
    let ToolRun {
        folder,
        ecosystem,
        run,
        source,
    } = tool;
    // Configuration of a tool lies at the root as often as in the package.
    let Some(package) = package_at(collector, folder, ecosystem) else {
        return;
    };
    let by = match (ecosystem, package.manager.as_str()) {
        (Ecosystem::Node, manager) => by_hand(manager),
        (Ecosystem::Python, "uv") => "uv run",
        (Ecosystem::Python, "poetry") => "poetry run",
        (Ecosystem::Python, "pdm") => "pdm run",
        (Ecosystem::Python, "pipenv") => "pipenv run",
        _ => "",
    };
    let script = format!("{by} {run}").trim().to_owned();
    if collector.calls_already(&script, run, &package.folder) {
        return;
    }
    collector.add_candidate(CommandCandidate {
        keeper: CommandSource::Configuration,
        name: "",
        body: &script.clone(),
        script,
        folder,
        source,
        by_hand: by,
        ecosystem: Some(ecosystem),
    });
}

/// Django's own commands, where there is a manage.py.
fn collect_django_commands(collector: &mut Collector<'_>, sources: &Sources) {
    let is_manage =
        |path: &str, text: &str| name_of(path) == "manage.py" && text.contains("django");
    for file in sources
        .files
        .iter()
        .filter(|file| is_manage(&file.path, &file.text) && !file.is_test)
    {
        let folder = folder_of(&file.path);
        let package =
            package_at(collector, folder, Ecosystem::Python).map(|package| package.folder.clone());
        let home = package.unwrap_or_else(|| folder.to_owned());
        let manage = strip_folder(&home, &file.path)
            .unwrap_or(&file.path)
            .to_owned();
        let line = Finder::new(&file.text).next("execute_from_command_line");
        for run in ["test", "migrate"] {
            // Where the tests are pytest's, Django's runner finds none of them.
            let pytest = collector
                .stack
                .packages
                .iter()
                .any(|package| package.dependency("pytest-django").is_some());
            if run == "test" && (pytest || !has_django_tests(sources)) {
                continue;
            }
            let tool = ToolRun {
                folder: &home,
                ecosystem: Ecosystem::Python,
                run: &format!("python {manage} {run}"),
                source: Place::new(&file.path, line),
            };
            add_tool_command(collector, tool);
        }
    }
}

/// Returns whether a test is one that Django's own runner finds.
fn has_django_tests(sources: &Sources) -> bool {
    sources.files.iter().any(|file| {
        file.is_test && (file.text.contains("TestCase") || file.text.contains("unittest"))
    })
}
