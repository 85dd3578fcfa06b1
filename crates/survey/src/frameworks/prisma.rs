//! Prisma: the models of `.prisma` files, read line by line.

use crate::findings::{Column, Entity, Findings};

/// Reads one schema.
pub(crate) fn read(path: &str, text: &str, findings: &mut Findings) {
    let models: Vec<&str> = text.lines().filter_map(|line| opened(line, "model")).collect();
    let mut entity: Option<Entity> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.split("//").next().unwrap_or(line).trim();
        if let Some(name) = opened(line, "model") {
            let (model, table) = (name.to_owned(), name.to_owned());
            entity = Some(Entity { table, model, file: path.to_owned(), line: number, columns: Vec::new() });
        } else if line == "}" {
            findings.entities.extend(entity.take());
        } else if let Some(entity) = &mut entity {
            member(line, &models, entity);
        }
    }
}

fn opened<'t>(line: &'t str, kind: &str) -> Option<&'t str> {
    let rest = line.trim().strip_prefix(kind)?.strip_prefix(' ')?;
    Some(rest.trim().strip_suffix('{')?.trim())
}

/// The text in quotes after `mark`.
fn quoted<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    line.split_once(mark)?.1.split('"').nth(1)
}

fn member(line: &str, models: &[&str], entity: &mut Entity) {
    if line.starts_with("@@map") {
        entity.table = quoted(line, "@@map").unwrap_or(&entity.table).to_owned();
        return;
    }
    if let Some(list) = line.strip_prefix("@@id").and_then(|rest| rest.split_once('[')) {
        let keys: Vec<&str> = list.1.split(']').next().unwrap_or("").split(',').map(str::trim).collect();
        entity
            .columns
            .iter_mut()
            .filter(|column| keys.contains(&&*column.name))
            .for_each(|column| column.primary = true);
        return;
    }
    let mut words = line.split_whitespace();
    let (Some(name), Some(kind)) = (words.next(), words.next()) else { return };
    if name.starts_with("@@") {
        return;
    }
    let bare = kind.trim_end_matches(['?', '!']).trim_end_matches("[]");
    let is_relation = models.contains(&bare);
    entity.columns.push(Column {
        name: quoted(line, " @map(").filter(|_| !is_relation).unwrap_or(name).to_owned(),
        kind: kind.trim_end_matches('?').to_owned(),
        nullable: Some(kind.ends_with('?')),
        primary: line.contains(" @id"),
        unique: line.contains(" @unique"),
        references: if is_relation { format!("rel:{}", kind.trim_end_matches('?')) } else { String::new() },
    });
}
