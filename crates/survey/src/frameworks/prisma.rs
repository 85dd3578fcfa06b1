//! Prisma: the models of `.prisma` files, read line by line.
//!
//! ```text
//! model User {                                       table User
//!   id    Int    @id                                   id Int, primary
//!   posts Post[]                                       posts Post[], rel:Post
//! }
//! model Post {                                       table Post
//!   id       Int  @id                                  id Int, primary
//!   author   User @relation(fields: [authorId], references: [id])
//!                                                      author User, rel:User
//!   authorId Int                                       authorId Int, fk:User.id
//! }
//! ```
//!
//! Two lists of each other's model are a table between both: `_PostToTag` with `A` and `B`.

use crate::findings::{Column, Entity, Findings, Unresolved};

/// A model while its lines are read.
struct Model {
    entity: Entity,
    /// The name of each column's field in the schema.
    fields: Vec<String>,
    /// Field, model and its field: what `@relation(fields: […], references: […])` says.
    links: Vec<(String, String, String)>,
    lists: Vec<List>,
}

/// A field that holds many of another model.
struct List {
    field: String,
    target: String,
    /// The name that `@relation("…")` gives it.
    relation: Option<String>,
}

/// Reads the schemas of a tree: the files of one folder, and of those below it, are one schema.
pub(crate) fn read_prisma_schemas(files: &[&(String, String)], findings: &mut Findings) {
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let mut folders: Vec<String> = files.iter().map(|(path, _)| folder(path)).collect();
    folders.sort();
    folders.dedup();
    let is_below = |path: &str, above: &str| {
        above.is_empty() || path == above || path.starts_with(&format!("{above}/"))
    };
    // A folder below another one with schemas belongs to it.
    let tops: Vec<&String> = folders
        .iter()
        .filter(|one| {
            !folders
                .iter()
                .any(|above| above != *one && is_below(one, above))
        })
        .collect();
    let mut read: Vec<ReadSchema<'_>> = Vec::new();
    for top in tops {
        let own: Vec<_> = files
            .iter()
            .filter(|(path, _)| is_below(&folder(path), top))
            .collect();
        let names: Vec<&str> = own
            .iter()
            .flat_map(|(_, text)| text.lines().filter_map(|line| opened_block(line, "model")))
            .collect();
        // One set of models is kept in a schema for each database that it may stand in.
        let schema = ReadSchema::of(&own, &names);
        if let Some(same) = read
            .iter()
            .find(|known| known.is_for_other_database(&schema))
        {
            findings.unresolved.push(Unresolved {
                file: schema.path.to_owned(),
                line: 1,
                what: format!("the same models as {}, for another database", same.path),
            });
            continue;
        }
        read.push(schema);
        let mut models: Vec<Model> = Vec::new();
        for (path, text) in own {
            models_of(path, text, &names, &mut models);
        }
        mark_linked_columns(&mut models);
        let joined = join_tables(&models);
        findings
            .entities
            .extend(models.into_iter().map(|model| model.entity));
        findings.entities.extend(joined);
    }
}

/// A schema that was read: where it begins, its models and the database that it is for.
struct ReadSchema<'t> {
    path: &'t str,
    models: Vec<&'t str>,
    provider: Option<&'t str>,
}

impl<'t> ReadSchema<'t> {
    /// Returns what is needed to compare a schema with another: its models in order, and the provider of its
    /// `datasource`.
    fn of(files: &[&&'t (String, String)], models: &[&'t str]) -> Self {
        let mut models = models.to_vec();
        models.sort_unstable();
        let lines = files.iter().flat_map(|(_, text)| text.lines());
        let mut source = lines.skip_while(|line| opened_block(line, "datasource").is_none());
        let provider = source
            .by_ref()
            .take_while(|line| !line.trim_start().starts_with('}'))
            .find(|line| line.trim_start().starts_with("provider"));
        ReadSchema {
            path: files.first().map_or("", |(path, _)| path),
            models,
            provider: provider.and_then(|line| line.split('"').nth(1)),
        }
    }

    /// Returns whether both have the same models, and providers that differ.
    fn is_for_other_database(&self, other: &Self) -> bool {
        let is_other =
            self.provider.is_some() && other.provider.is_some() && self.provider != other.provider;
        is_other && !self.models.is_empty() && self.models == other.models
    }
}

/// Returns the tables that Prisma makes for two lists that name each other's model: `_AToB`, or as the relation is
/// called.
fn join_tables(models: &[Model]) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    for (model, list) in models
        .iter()
        .flat_map(|model| model.lists.iter().map(move |list| (model, list)))
    {
        let Some(other) = models
            .iter()
            .find(|other| other.entity.model == list.target)
        else {
            continue;
        };
        let own = &model.entity.model;
        let is_back = |back: &List| {
            back.target == *own
                && back.relation == list.relation
                && !(std::ptr::eq(model, other) && back.field == list.field)
        };
        if !other.lists.iter().any(is_back) {
            continue;
        }
        let (mut first, mut second) = (model, other);
        if second.entity.model < first.entity.model {
            std::mem::swap(&mut first, &mut second);
        }
        let name = match &list.relation {
            Some(relation) => format!("_{relation}"),
            None => format!("_{}To{}", first.entity.model, second.entity.model),
        };
        let side = |name: &str, of: &Model| {
            let key = of.entity.columns.iter().find(|column| column.primary);
            Column {
                name: name.to_owned(),
                kind: key.map(|key| key.kind.clone()).unwrap_or_default(),
                nullable: Some(false),
                primary: true,
                references: key
                    .map(|key| format!("fk:{}.{}", of.entity.table, key.name))
                    .unwrap_or_default(),
                ..Column::default()
            }
        };
        if !found.iter().any(|known| known.table == name) {
            let (file, line) = (first.entity.file.clone(), first.entity.line);
            let columns = vec![side("A", first), side("B", second)];
            found.push(Entity {
                table: name,
                model: String::new(),
                file,
                line,
                columns,
            });
        }
    }
    found
}

/// Reads the models of one file.
fn models_of(path: &str, text: &str, names: &[&str], models: &mut Vec<Model>) {
    let mut is_inside = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.split("//").next().unwrap_or(line).trim();
        if let Some(name) = opened_block(line, "model") {
            let (model, table) = (name.to_owned(), name.to_owned());
            let entity = Entity {
                table,
                model,
                file: path.to_owned(),
                line: number,
                columns: Vec::new(),
            };
            models.push(Model {
                entity,
                fields: Vec::new(),
                links: Vec::new(),
                lists: Vec::new(),
            });
            is_inside = true;
        } else if line == "}" {
            is_inside = false;
        } else if let Some(model) = models.last_mut().filter(|_| is_inside) {
            read_member(line, names, model);
        }
    }
}

/// Writes the keys that relations hold to their columns.
fn mark_linked_columns(models: &mut [Model]) {
    let column_of = |models: &[Model], name: &str, field: &str| {
        let model = models.iter().find(|model| model.entity.model == name)?;
        let at = model.fields.iter().position(|known| known == field)?;
        Some(format!(
            "fk:{}.{}",
            model.entity.table, model.entity.columns[at].name
        ))
    };
    for at in 0..models.len() {
        for (field, target, referenced) in models[at].links.clone() {
            let references = column_of(models, &target, &referenced);
            let own = models[at].fields.iter().position(|known| *known == field);
            if let (Some(references), Some(own)) = (references, own) {
                models[at].entity.columns[own].references = references;
            }
        }
    }
}

/// Returns the name of the block of a kind that a line opens: `model User {` gives `User`.
///
/// Returns none for other lines.
fn opened_block<'t>(line: &'t str, kind: &str) -> Option<&'t str> {
    let rest = line.trim().strip_prefix(kind)?.strip_prefix(' ')?;
    Some(rest.trim().strip_suffix('{')?.trim())
}

/// Returns the text in quotes after `mark`.
///
/// `@@map("users")` after `@@map` gives `users`. Returns none where the mark or a quote is missing.
fn text_in_quotes<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    line.split_once(mark)?.1.split('"').nth(1)
}

/// Returns the names in brackets after `mark`.
///
/// `fields: [a, b]` after `fields:` gives `a` and `b`; the list is empty where there is none.
fn names_in_brackets<'t>(line: &'t str, mark: &str) -> Vec<&'t str> {
    let list = line
        .split_once(mark)
        .and_then(|(_, rest)| rest.split_once('['))
        .map_or("", |(_, list)| list);
    list.split(']')
        .next()
        .unwrap_or("")
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}

/// Returns the name of a relation: `@relation("author")`, `@relation(name: "author")`.
fn relation_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("@relation(")?;
    // `fields: […]` comes first where it has no name.
    let named = Some(rest.trim_start()).filter(|rest| rest.starts_with(['"', 'n']));
    named?.split('"').nth(1)
}

/// Reads one line of a model: a field, `@@map` (the table's name) or `@@id` (a key of several columns).
///
/// Other lines that begin with `@@` say nothing about columns.
fn read_member(line: &str, names: &[&str], model: &mut Model) {
    if line.starts_with("@@map") {
        if let Some(table) = text_in_quotes(line, "@@map") {
            table.clone_into(&mut model.entity.table);
        }
        return;
    }
    if line.starts_with("@@id") {
        for key in names_in_brackets(line, "@@id") {
            if let Some(at) = model.fields.iter().position(|field| field == key) {
                model.entity.columns[at].primary = true;
            }
        }
        return;
    }
    let mut words = line.split_whitespace();
    let (Some(name), Some(kind)) = (words.next(), words.next()) else {
        return;
    };
    if name.starts_with("@@") {
        return;
    }
    let bare = kind.trim_end_matches(['?', '!']).trim_end_matches("[]");
    let is_relation = names.contains(&bare);
    if is_relation {
        let pairs = names_in_brackets(line, "fields:")
            .into_iter()
            .zip(names_in_brackets(line, "references:"));
        model.links.extend(
            pairs.map(|(field, other)| (field.to_owned(), bare.to_owned(), other.to_owned())),
        );
    }
    if is_relation && kind.ends_with("[]") {
        model.lists.push(List {
            field: name.to_owned(),
            target: bare.to_owned(),
            relation: relation_name(line).map(str::to_owned),
        });
    }
    model.fields.push(name.to_owned());
    model.entity.columns.push(Column {
        name: text_in_quotes(line, " @map(")
            .filter(|_| !is_relation)
            .unwrap_or(name)
            .to_owned(),
        kind: kind.trim_end_matches('?').to_owned(),
        nullable: Some(kind.ends_with('?')),
        primary: line.contains(" @id"),
        unique: line.contains(" @unique"),
        references: if is_relation {
            format!("rel:{bare}")
        } else {
            String::new()
        },
    });
}
