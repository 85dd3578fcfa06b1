//! Drizzle: tables as calls, columns as chains.
//!
//! ```text
//! export const users = pgTable("users", {
//!   id: serial("id").primaryKey(),                               id: serial, primary, not null
//!   teamId: integer("team_id").notNull().references(() => teams.id),  team_id: integer, not null, fk:teams.id
//!   note: text(),                                                note: text, nullable; the key is its name
//! });
//! ```
//!
//! Not read: `relations(…)` and indexes.

use std::rc::Rc;

use super::Framework;
use crate::evaluate::{Arguments, Machine, Origin, Value};
use crate::findings::{Column, Entity};
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Drizzle",
    markers: &["drizzle-orm"],
    read: read_drizzle,
};

/// Reads every call that makes a table: `pgTable`, `mysqlTable`, those of a schema or of a table creator.
fn read_drizzle(context: &mut FrameworkContext<'_, '_>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        let is_table = path.starts_with("drizzle-orm")
            && (path.ends_with("Table") || path.ends_with(".table"))
            || path.contains("TableCreator()")
            || path.contains("drizzle-orm") && path.ends_with("Schema().table");
        let Some(table) = arguments
            .at(0)
            .and_then(Value::as_text)
            .filter(|_| is_table)
        else {
            continue;
        };
        let mut columns = Vec::new();
        let keys = composite_key(context.machine, arguments.at(2));
        for (key, value) in arguments.at(1).map(Value::entries).unwrap_or_default() {
            columns.extend(column_of_chain(context.machine, &key, &value));
        }
        for column in columns
            .iter_mut()
            .filter(|column: &&mut Column| keys.contains(&column.name))
        {
            column.primary = true;
            column.nullable = Some(false);
        }
        let place = context.machine.object(id).place;
        let file = context.machine.path(place.module).to_owned();
        context.findings.entities.push(Entity {
            table: table.to_string(),
            model: table.to_string(),
            file,
            line: place.line,
            columns,
        });
    }
}

/// Returns the columns of `primaryKey({ columns: [table.a, table.b] })`, by their last name.
fn composite_key<'a>(machine: &mut Machine<'a>, extra: Option<&Value<'a>>) -> Vec<String> {
    // The third argument is a function of the table: it is called with a stand-in, whose members name the columns.
    let Some(function) = extra.and_then(Value::as_function) else {
        return Vec::new();
    };
    let table = machine.new_object(Origin::Made("table"), function.place);
    let made = machine.invoke(
        &function,
        None,
        &Arguments::from_values([Value::Object(table)]),
    );
    let given = made
        .items()
        .into_iter()
        .chain(made.entries().into_iter().map(|(_, value)| value));
    let mut keys = Vec::new();
    for value in given.collect::<Vec<_>>() {
        let Some((path, arguments)) = machine.call_path(&value) else {
            continue;
        };
        if path.ends_with("primaryKey") {
            let listed = arguments
                .at(0)
                .and_then(|options| options.entry("columns"))
                .map(|list| list.items());
            let listed = listed.unwrap_or_else(|| arguments.positional().cloned().collect());
            keys.extend(listed.iter().map(|column| machine.label_of(column)));
        }
    }
    keys
}

/// Returns the reference to a property of a table, by the names that both have in the database.
fn reference_to<'a>(machine: &mut Machine<'a>, table: &Value<'a>, property: &str) -> String {
    let (_, given) = machine.call_path(table).unwrap_or_default();
    let name = given.at(0).and_then(Value::as_text).unwrap_or_default();
    let written = given.at(1).and_then(|columns| columns.entry(property));
    let column = written.and_then(|value| name_of_chain(machine, &value));
    format!("fk:{name}.{}", column.as_deref().unwrap_or(property))
}

/// Returns the name that the call at the beginning of a column's chain gives it.
fn name_of_chain<'a>(machine: &Machine<'a>, value: &Value<'a>) -> Option<Rc<str>> {
    let mut at = value.as_object()?;
    loop {
        match &machine.object(at).origin {
            Origin::Method { receiver, .. } => at = receiver.as_object()?,
            Origin::Call { arguments, .. } => return arguments.at(0)?.as_text(),
            _ => return None,
        }
    }
}

/// Reads a column from the end of its chain to the call that it begins with.
///
/// Returns none for what is no such chain. Without `notNull` a column may be null; a serial one never is.
fn column_of_chain<'a>(machine: &mut Machine<'a>, key: &str, value: &Value<'a>) -> Option<Column> {
    let mut column = Column {
        name: key.to_owned(),
        nullable: Some(true),
        ..Column::default()
    };
    let mut at = value.as_object()?;
    loop {
        match machine.object(at).origin.clone() {
            Origin::Method {
                receiver,
                name,
                arguments,
            } => {
                match &*name {
                    "notNull" => column.nullable = Some(false),
                    "primaryKey" => {
                        column.primary = true;
                        column.nullable = Some(false);
                    }
                    "unique" => column.unique = true,
                    "references" => {
                        let target = arguments.at(0).and_then(Value::as_function);
                        let target = target
                            .map(|function| machine.invoke(&function, None, &Arguments::default()));
                        if let Some(Origin::Member { of, name }) = target
                            .and_then(|value| value.as_object())
                            .map(|id| machine.object(id).origin.clone())
                        {
                            column.references = reference_to(machine, &of, &name);
                        }
                    }
                    _ => {}
                }
                at = receiver.as_object()?;
            }
            Origin::Call { callee, arguments } => {
                column.kind = machine.label_of(&callee);
                if column.kind.to_lowercase().contains("serial") {
                    column.nullable = Some(false);
                }
                if let Some(name) = arguments.at(0).and_then(Value::as_text) {
                    column.name = name.to_string();
                }
                return Some(column);
            }
            _ => return None,
        }
    }
}
