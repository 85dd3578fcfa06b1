//! Tables that only migrations know: Alembic's `create_table` and Knex's schema builder.

use super::Framework;
use super::reading::Event;
use crate::evaluate::{Arguments, Machine, ObjectId, Origin, Value};
use crate::findings::{Column, Entity, Findings};

pub(crate) const ALEMBIC: Framework =
    Framework { name: "Alembic", markers: &["from alembic import"], read: read_alembic };
pub(crate) const KNEX: Framework = Framework { name: "Knex", markers: &["knex.schema"], read: read_knex };

fn push(machine: &Machine<'_>, findings: &mut Findings, id: ObjectId, table: &str, columns: Vec<Column>) {
    let place = machine.object(id).place;
    let file = machine.path(place.module).to_owned();
    let is_known = findings.entities.iter().any(|entity| entity.table == table);
    if !is_known {
        let (table, model) = (table.to_owned(), String::new());
        findings.entities.push(Entity { table, model, file, line: place.line, columns });
    }
}

fn read_alembic(machine: &mut Machine<'_>, findings: &mut Findings) {
    for id in 0..machine.objects.len() {
        let Some((path, arguments)) = machine.called(&Value::Object(id)) else { continue };
        if path != "alembic.op.create_table" {
            continue;
        }
        let Some(table) = arguments.at(0).and_then(Value::as_text) else { continue };
        let mut columns: Vec<Column> = Vec::new();
        for value in arguments.positional().skip(1) {
            columns.extend(super::sqlalchemy::column(machine, "", value, None));
            super::sqlalchemy::constraint(machine, value, &mut columns);
        }
        push(machine, findings, id, &table, columns);
    }
}

fn read_knex(machine: &mut Machine<'_>, findings: &mut Findings) {
    let mut at = 0;
    while at < machine.objects.len() {
        let id = at;
        at += 1;
        let Some(event) = machine.event(id) else { continue };
        if !matches!(&*event.name, "createTable" | "createTableIfNotExists") {
            continue;
        }
        let (Some(table), Some(callback)) =
            (event.arguments.at(0).and_then(Value::as_text), event.arguments.at(1).and_then(Value::as_function))
        else {
            continue;
        };
        let builder = machine.new_object(Origin::Made("table"), event.place);
        machine.invoke(&callback, None, &Arguments::of([Value::Object(builder)]));
        let mut columns: Vec<Column> = Vec::new();
        for made in machine.events(builder) {
            built(machine, &made, &mut columns);
        }
        push(machine, findings, id, &table, columns);
    }
}

/// One call on the table builder, with what is chained to it.
fn built<'a>(machine: &Machine<'a>, made: &Event<'a>, columns: &mut Vec<Column>) {
    let name = made.arguments.at(0).and_then(Value::as_text);
    match &*made.name {
        "timestamps" => {
            let is_closed = made.arguments.at(1).is_some_and(|value| !matches!(value, Value::Bool(false)));
            for name in ["created_at", "updated_at"] {
                let (name, kind) = (name.to_owned(), "timestamp".to_owned());
                columns.push(Column { name, kind, nullable: Some(!is_closed), ..Column::default() });
            }
        }
        "primary" => {
            let keys = made.arguments.at(0).map(Value::items).unwrap_or_default();
            let keys: Vec<_> = keys.iter().filter_map(Value::as_text).chain(name).collect();
            for column in columns.iter_mut().filter(|column| keys.iter().any(|key| **key == *column.name)) {
                column.primary = true;
                column.nullable = Some(false);
            }
        }
        "foreign" | "unique" | "index" | "comment" | "engine" | "charset" | "collate" | "dropColumn" => {}
        kind => {
            let is_key = matches!(kind, "increments" | "bigIncrements");
            let Some(name) = name.or_else(|| is_key.then(|| "id".into())) else { return };
            let mut column = Column {
                name: name.to_string(),
                kind: kind.to_owned(),
                nullable: Some(!is_key),
                primary: is_key,
                ..Column::default()
            };
            let mut next = machine.events(made.result).into_iter().next();
            while let Some(event) = next {
                let text = event.arguments.at(0).and_then(Value::as_text);
                match &*event.name {
                    "notNullable" | "notNull" => column.nullable = Some(false),
                    "primary" => (column.primary, column.nullable) = (true, Some(false)),
                    "unique" => column.unique = true,
                    "references" => column.references = format!("fk:{}", text.unwrap_or_default()),
                    "inTable" | "on" if !column.references.contains('.') => {
                        let inner = column.references.trim_start_matches("fk:");
                        column.references = format!("fk:{}.{inner}", text.unwrap_or_default());
                    }
                    _ => {}
                }
                next = machine.events(event.result).into_iter().next();
            }
            columns.push(column);
        }
    }
}
