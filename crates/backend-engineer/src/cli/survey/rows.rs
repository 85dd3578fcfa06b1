//! The parts of a survey as headed tables, for people: what text and Markdown both show.
//!
//! A table has a title, heads and rows of cells; both forms only differ in how they draw it. Each
//! row ends in the place that it was read at, so that no claim of a survey is without its source.

use survey::{Stack, Survey, Topic};

use super::SurveyPart;

/// A table with a title.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) heads: &'static [&'static str],
    pub(super) rows: Vec<Vec<String>>,
}

fn new_table(title: &str, heads: &'static [&'static str], rows: Vec<Vec<String>>) -> Table {
    Table {
        title: title.to_owned(),
        heads,
        rows,
    }
}

/// Returns the tables of a part; empty ones are left out.
pub(super) fn tables_of_part(survey: &Survey, part: SurveyPart) -> Vec<Table> {
    let mut tables = match part {
        SurveyPart::Stack => stack_tables(survey),
        SurveyPart::Routes => route_tables(survey),
        SurveyPart::Models => model_tables(survey),
        SurveyPart::Layers => layer_tables(survey),
        SurveyPart::Conventions => convention_tables(survey),
        SurveyPart::Commands => command_tables(survey),
        SurveyPart::Unresolved => vec![unresolved_table(survey)],
    };
    tables.retain(|table| !table.rows.is_empty());
    tables
}

/// Returns a folder as people name it.
pub(super) fn folder_label(path: &str) -> String {
    if path.is_empty() {
        ".".to_owned()
    } else {
        path.to_owned()
    }
}

/// Returns the tables of the stack, from what the code is written in to where data is.
fn stack_tables(survey: &Survey) -> Vec<Table> {
    let stack = &survey.stack;
    vec![
        language_table(stack),
        package_table(stack),
        component_table(stack),
        database_table(stack),
        migration_table(stack),
    ]
}

fn language_table(stack: &Stack) -> Table {
    let languages = stack
        .languages
        .iter()
        .map(|found| vec![found.name.clone(), format!("{} files", found.files)]);
    new_table("Languages", &["language", "files"], languages.collect())
}

/// Returns a row for each package: its folder, name, manager, runtime and lock file.
fn package_table(stack: &Stack) -> Table {
    let packages = stack.packages.iter().map(|package| {
        let lock = package
            // Said in words: an empty cell would leave open whether it was looked for.
            .lock
            .clone()
            .unwrap_or_else(|| "no lock file".to_owned());
        vec![
            folder_label(&package.folder),
            package.name.clone(),
            package.manager.clone(),
            package.runtime.clone().unwrap_or_default(),
            lock,
        ]
    });
    new_table(
        "Packages",
        &["folder", "name", "manager", "runtime", "lock"],
        packages.collect(),
    )
}

/// Returns a row for each part that the project is built with, with the place that asks for it.
fn component_table(stack: &Stack) -> Table {
    // The version that is locked, else the range that the manifest asks for.
    let components = stack.components.iter().map(|found| {
        let version = found
            .version
            .clone()
            .unwrap_or_else(|| found.requirement.clone());
        vec![
            found.role.clone(),
            found.name.clone(),
            version,
            folder_label(&found.package),
            found.place.to_string(),
        ]
    });
    new_table(
        "Built with",
        &["for", "name", "version", "package", "asked for at"],
        components.collect(),
    )
}

/// Returns a row for each database, with up to three places that tell of it.
fn database_table(stack: &Stack) -> Table {
    // One compose file, one driver and one variable are typical; more repeat the same.
    let databases = stack.databases.iter().map(|found| {
        let evidence: Vec<String> = found
            .evidence
            .iter()
            .take(3)
            .map(|(what, place)| format!("{what} ({place})"))
            .collect();
        vec![
            found.name.clone(),
            found.version.clone().unwrap_or_default(),
            evidence.join(", "),
        ]
    });
    new_table(
        "Databases",
        &["database", "version", "told by"],
        databases.collect(),
    )
}

/// Returns a row for each tool of migrations, with up to four of its folders.
fn migration_table(stack: &Stack) -> Table {
    let migrations = stack.migrations.iter().map(|found| {
        let mut folders: Vec<String> = found.folders.iter().take(4).cloned().collect();
        if found.folders.len() > folders.len() {
            folders.push(format!("and {} more", found.folders.len() - folders.len()));
        }
        vec![
            found.tool.clone(),
            folders.join(", "),
            found.place.to_string(),
        ]
    });
    new_table(
        "Migrations",
        &["tool", "folders", "told by"],
        migrations.collect(),
    )
}

/// Returns what could not be followed, which belongs below every list that it makes incomplete.
fn unresolved_table(survey: &Survey) -> Table {
    let rows = survey
        .unresolved
        .iter()
        .map(|open| vec![format!("{}:{}", open.file, open.line), open.what.clone()]);
    new_table("Could not be followed", &["place", "what"], rows.collect())
}

/// Returns routes, operations of GraphQL, and what could not be followed on the way to them.
fn route_tables(survey: &Survey) -> Vec<Table> {
    let rows = survey.routes.iter().map(|route| {
        let place = format!("{}:{}", route.file, route.line);
        vec![
            route.method.clone(),
            route.path.clone(),
            route.handler.clone(),
            place,
            route.guards.join(", "),
        ]
    });
    let operations = survey.operations.iter().map(|found| {
        let place = format!("{}:{}", found.file, found.line);
        vec![
            found.kind.clone(),
            found.name.clone(),
            found.handler.clone(),
            place,
            found.guards.join(", "),
        ]
    });
    vec![
        new_table(
            "Routes",
            &["method", "path", "handler", "place", "guards"],
            rows.collect(),
        ),
        new_table(
            "GraphQL operations",
            &["kind", "name", "resolver", "place", "guards"],
            operations.collect(),
        ),
        unresolved_table(survey),
    ]
}

/// Returns a table for each entity and for each shape without one, and what could not be followed.
///
/// The title has the table's name, the model's where it has one, and the place.
fn model_tables(survey: &Survey) -> Vec<Table> {
    let of_entity = |entity: &survey::Entity| {
        let model = if entity.model.is_empty() {
            String::new()
        } else {
            format!(" ({})", entity.model)
        };
        let title = format!("{}{model}  {}:{}", entity.table, entity.file, entity.line);
        new_table(
            &title,
            &["column", "type", "is", "to"],
            column_rows(&entity.columns),
        )
    };
    let of_shape = |shape: &survey::Shape| {
        let title = format!("{}, no table  {}:{}", shape.name, shape.file, shape.line);
        new_table(
            &title,
            &["field", "type", "is", "to"],
            column_rows(&shape.fields),
        )
    };
    let tables = survey.entities.iter().map(of_entity);
    tables
        .chain(survey.shapes.iter().map(of_shape))
        .chain([unresolved_table(survey)])
        .collect()
}

/// Returns a row for each column: name, type, marks, and the column that it refers to.
fn column_rows(columns: &[survey::Column]) -> Vec<Vec<String>> {
    let row = |column: &survey::Column| {
        let mut marks = Vec::new();
        marks.extend(column.primary.then_some("primary"));
        marks.extend(column.unique.then_some("unique"));
        // Where a type leaves it open whether a column may be null, nothing is claimed.
        marks.extend((column.nullable == Some(true)).then_some("null"));
        vec![
            column.name.clone(),
            column.kind.clone(),
            marks.join(", "),
            column.references.clone(),
        ]
    };
    columns.iter().map(row).collect()
}

/// Returns which layer calls which, what breaks the layering, and the layer of each file with its
/// reason.
fn layer_tables(survey: &Survey) -> Vec<Table> {
    let layers = &survey.layers;
    let files = layers
        .files
        .iter()
        .map(|file| vec![file.layer.to_string(), file.file.clone(), file.why.clone()]);
    let calls = layers.calls.iter().map(|call| {
        vec![
            call.from.to_string(),
            call.to.to_string(),
            call.count.to_string(),
            call.example.to_string(),
        ]
    });
    let breaks = layers
        .breaks
        .iter()
        .map(|found| vec![found.place.to_string(), found.what.clone()]);
    vec![
        new_table(
            "Who calls whom",
            &["layer", "calls", "imports", "such as"],
            calls.collect(),
        ),
        new_table(
            "Breaks of the layering",
            &["place", "what"],
            breaks.collect(),
        ),
        new_table("Files", &["layer", "file", "because it"], files.collect()),
    ]
}

/// Returns how often a convention holds.
fn format_share(count: usize, of: Option<usize>) -> String {
    of.map_or_else(|| count.to_string(), |of| format!("{count} of {of}"))
}

/// Returns a table for each topic, in the survey's order: what holds, how often, and examples.
fn convention_tables(survey: &Survey) -> Vec<Table> {
    let mut topics: Vec<Topic> = survey.conventions.iter().map(|known| known.topic).collect();
    // Conventions come sorted by topic, so that equal ones are neighbours.
    topics.dedup();
    let of_topic = |topic: Topic| {
        let rows = survey
            .conventions
            .iter()
            .filter(|known| known.topic == topic)
            .map(|known| {
                let layer = known
                    .layer
                    .map(|layer| format!("{layer}: "))
                    .unwrap_or_default();
                let examples: Vec<String> =
                    known.examples.iter().map(ToString::to_string).collect();
                vec![
                    format!("{layer}{}", known.what),
                    format_share(known.count, known.of),
                    examples.join(", "),
                ]
            });
        let name = topic.to_string();
        // A topic's name is ASCII, so that its first letter is its first byte.
        let (first, rest) = name.split_at(1);
        new_table(
            &format!("{}{rest}", first.to_uppercase()),
            &["what", "how often", "see"],
            rows.collect(),
        )
    };
    topics.into_iter().map(of_topic).collect()
}

/// Returns a table for each package: what its commands are for, where they run, and where they were
/// read. A star marks the one that is preferred for its purpose.
fn command_tables(survey: &Survey) -> Vec<Table> {
    let mut packages: Vec<&str> = survey
        .commands
        .iter()
        .map(|command| command.package.as_str())
        .collect();
    packages.dedup();
    let of_package = |package: &str| {
        let rows = survey
            .commands
            .iter()
            .filter(|command| command.package == package)
            .map(|command| {
                let mark = if command.preferred { "*" } else { "" };
                // The folder is said only where it is another one than that of the table's title.
                let at = if command.folder == command.package {
                    String::new()
                } else {
                    format!(" (in {})", folder_label(&command.folder))
                };
                let mut marks = Vec::new();
                marks.extend(command.writes.then_some("writes"));
                marks.extend(command.watches.then_some("watches"));
                vec![
                    command.purpose.to_string(),
                    mark.to_owned(),
                    format!("{}{at}", command.script.replace('\n', " ; ")),
                    command.for_file.clone().unwrap_or_default(),
                    command.source.to_string(),
                    marks.join(", "),
                ]
            });
        let heads = &["for", "", "command", "for one file", "read at", "it"];
        new_table(
            &format!("Commands of {}", folder_label(package)),
            heads,
            rows.collect(),
        )
    };
    packages.into_iter().map(of_package).collect()
}
