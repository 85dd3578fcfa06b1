//! Finds frameworks and mappers that a manifest names and of which nothing was found, so that no zero is silent.
//!
//! ```text
//! "tornado" in pyproject.toml, and no route of Python was found
//!     `tornado` is a dependency, and no route of it was found: the survey does not follow it
//! ```
//!
//! A dependency for development only is left out.

use crate::Survey;
use crate::findings::Unresolved;
use crate::source::Sources;
use crate::stack::Ecosystem;

/// A package by its name, and how its users import it.
struct NamedPackage {
    /// The kind of its findings: `route`, `operation` or `table`.
    gives: &'static str,
    package: &'static str,
    ecosystem: Ecosystem,
    import: &'static str,
    /// True if the survey can follow it.
    followed: bool,
}

use Ecosystem::{Node, Python};

/// Reads the table: kind of findings, package, ecosystem, import, whether it is followed.
fn named_packages() -> Vec<NamedPackage> {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let (gives, package) = (next()?, next()?);
        let ecosystem = if next()? == "python" { Python } else { Node };
        Some(NamedPackage {
            gives,
            package,
            ecosystem,
            import: next()?,
            followed: next()? == "followed",
        })
    };
    include_str!("silent.tsv").lines().filter_map(row).collect()
}

/// Adds what is silent to what could not be followed.
pub(crate) fn add_undetected(survey: &mut Survey, sources: &Sources) {
    let is_answered = |ecosystem: Ecosystem| {
        let files = survey.routes.iter().map(|route| &route.file);
        let files = files.chain(survey.operations.iter().map(|operation| &operation.file));
        files
            .clone()
            .any(|file| ecosystem_of(file) == Some(ecosystem))
    };
    let table = named_packages();
    let mut found = Vec::new();
    for package in &survey.stack.packages {
        let has_routes = is_answered(package.ecosystem);
        let is_silent = |one: &&NamedPackage| match one.gives {
            "route" => !has_routes,
            "operation" => survey.operations.is_empty(),
            _ => survey.entities.is_empty(),
        };
        let is_told = |one: &&NamedPackage| {
            one.ecosystem == package.ecosystem && package.dependency(one.package).is_some()
        };
        found.extend(
            table
                .iter()
                .filter(is_silent)
                .filter(is_told)
                .map(|one| (package, one)),
        );
    }
    let mut told = Vec::new();
    for (package, one) in found {
        let Some(dependency) = package
            .dependency(one.package)
            .filter(|dependency| !dependency.development)
        else {
            continue;
        };
        let is_used = sources
            .files
            .iter()
            .any(|file| !file.is_test && file.text.contains(one.import));
        let why = match (is_used, one.followed) {
            (false, _) => "no source file names it",
            (true, true) => "what registers them could not be followed",
            (true, false) => "the survey does not follow it",
        };
        told.push(Unresolved {
            file: dependency.place.file.clone(),
            line: dependency.place.line,
            what: format!(
                "`{}` is a dependency, and no {} of it was found: {why}",
                one.package, one.gives
            ),
        });
    }
    survey.unresolved.extend(told);
}

/// Returns the ecosystem of a file by its ending: `.ts` is Node. Returns none for other endings.
fn ecosystem_of(file: &str) -> Option<Ecosystem> {
    match file.rsplit_once('.')?.1 {
        "py" => Some(Python),
        "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" | "jsx" | "tsx" | "graphql" | "gql" => {
            Some(Node)
        }
        _ => None,
    }
}
