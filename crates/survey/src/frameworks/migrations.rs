//! Tables that only migrations know: Alembic's `create_table` and Knex's schema builder.
//!
//! ```text
//! op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))          users: id Integer, primary
//! knex.schema.createTable("users", (t) => { t.string("name").notNullable(); })     users: name string, not nullable
//! pgm.createTable("users", { id: "id" })                                           users: id, primary
//! ```
//!
//! Migrations tell the history of tables, so their entities count only where no model gives any.

use std::rc::Rc;

use super::Framework;
use super::reading::Event;
use crate::evaluate::{Arguments, Machine, ObjectId, Origin, Value};
use crate::findings::{Column, Entity, Findings};
use crate::frameworks::FrameworkContext;

pub(crate) const ALEMBIC: Framework = Framework {
    name: "Alembic",
    markers: &["from alembic import"],
    read: read_alembic,
};
pub(crate) const KNEX: Framework = Framework {
    name: "Knex",
    markers: &["knex.schema"],
    read: read_knex,
};

pub(crate) const BUILDERS: Framework = Framework {
    name: "Migrations",
    markers: &["queryInterface", "queryRunner", "pgm."],
    read: read_builders,
};

/// Returns whether a framework only tells the history of tables.
///
/// `Knex` is true, `SQLAlchemy` is false.
pub(crate) fn is_history(name: &str) -> bool {
    [ALEMBIC.name, KNEX.name, BUILDERS.name].contains(&name)
}

/// Sequelize's `queryInterface`, TypeORM's `queryRunner` and node-pg-migrate's `pgm`: tables by
/// name and options.
fn read_builders(context: &mut FrameworkContext<'_, '_>) {
    // TypeORM hands the runner to `up`, which nothing else calls.
    for class in context.machine.classes.clone() {
        if context.machine.files[class.place.module]
            .text
            .contains("queryRunner")
            && let Some(up) = context.machine.method(&class, "up")
        {
            let runner = context
                .machine
                .new_object(Origin::Made("queryRunner"), up.place);
            context
                .machine
                .invoke(&up, None, &Arguments::from_values([Value::Object(runner)]));
        }
    }
    for id in 0..context.machine.objects.len() {
        let Origin::Method { receiver, .. } = &context.machine.object(id).origin else {
            continue;
        };
        let by = context.machine.label_of(receiver);
        if !matches!(by.as_str(), "queryInterface" | "queryRunner" | "pgm") {
            continue;
        }
        let Some(event) = context.machine.event(id) else {
            continue;
        };
        read_builder_call(context, id, &event);
    }
}

/// Reads one call on a builder: a new table, or columns that a table gets.
fn read_builder_call<'a>(context: &mut FrameworkContext<'_, 'a>, id: ObjectId, event: &Event<'a>) {
    let first = event.arguments.at(0).cloned().unwrap_or(Value::Unknown);
    let second = event.arguments.at(1).cloned().unwrap_or(Value::Unknown);
    let machine = &*context.machine;
    match (&*event.name, table_name(&first)) {
        ("createTable", Some(table)) => {
            let columns = options_of(machine, &second);
            push_table(context, id, &table, columns);
        }
        ("createTable", None) => {
            if let Some((table, columns)) = table_of_options(machine, &first) {
                push_table(context, id, &table, columns);
            }
        }
        ("addColumn", Some(table)) => {
            let columns = match (second.as_text(), event.arguments.at(2)) {
                (Some(column), Some(options)) => vec![from_options(machine, &column, options)],
                _ => options_of(machine, &second),
            };
            extend_table(context.findings, &table, &columns);
        }
        ("addColumns", Some(table)) => {
            extend_table(context.findings, &table, &options_of(machine, &second));
        }
        _ => {}
    }
}

/// Returns name and columns of `new Table({ name, columns: [{ name, type, isPrimary }] })`.
///
/// Returns none where the value is no call or its options name no table.
fn table_of_options<'a>(
    machine: &Machine<'a>,
    table: &Value<'a>,
) -> Option<(Rc<str>, Vec<Column>)> {
    let (_, given) = machine.call_path(table)?;
    let options = given.at(0)?;
    let name = options.entry("name")?.as_text()?;
    let listed = options.entry("columns").map(|list| list.items());
    let columns = listed
        .unwrap_or_default()
        .iter()
        .filter_map(|column| Some((column.entry("name")?.as_text()?, column)))
        .map(|(name, options)| from_options(machine, &name, options))
        .collect();
    Some((name, columns))
}

/// Adds columns to the entities of a table that was made before.
fn extend_table(findings: &mut Findings, table: &str, columns: &[Column]) {
    for known in &mut findings.entities {
        if known.table == table {
            known.columns.extend_from_slice(columns);
            break;
        }
    }
}

/// Returns the name of a table as text, or as the options that hold it.
///
/// `"users"`, `{ tableName: "users" }` and `{ name: "users" }` are `users`. Returns none for anything else.
fn table_name(value: &Value<'_>) -> Option<String> {
    let name = value
        .as_text()
        .or_else(|| value.entry("tableName")?.as_text())
        .or_else(|| value.entry("name")?.as_text());
    name.map(|name| name.to_string())
}

/// Returns a column for each entry of a map: `{ name: { type: "text" } }`.
fn options_of<'a>(machine: &Machine<'a>, columns: &Value<'a>) -> Vec<Column> {
    columns
        .entries()
        .iter()
        .map(|(name, options)| from_options(machine, name, options))
        .collect()
}

/// Returns a column of a builder that takes options; without options, only its type is told.
fn from_options<'a>(machine: &Machine<'a>, name: &str, options: &Value<'a>) -> Column {
    let is_set = |key: &str| options.entry(key).is_some_and(|value| value.is_true());
    let kind = if let Value::Map(_) = options {
        options.entry("type")
    } else {
        Some(options.clone())
    };
    let kind = kind.map(|kind| {
        kind.as_text()
            .map_or_else(|| machine.label_of(&kind), |text| text.to_string())
    });
    let kind = kind.unwrap_or_default();
    // node-pg-migrate's short form of a key.
    let is_key = kind == "id" || is_set("primaryKey") || is_set("isPrimary");
    // The last part is for columns of TypeORM, which `isPrimary` shows: only `isNullable` opens them.
    let is_closed = is_key
        || is_set("notNull")
        || matches!(options.entry("allowNull"), Some(Value::Bool(false)))
        || options.entry("type").is_some_and(|_| {
            options
                .entry("isNullable")
                .is_none_or(|value| !value.is_true())
        }) && options.entry("isPrimary").is_some();
    let target = options
        .entry("references")
        .and_then(|target| match target.as_text() {
            Some(text) => Some(
                text.replace(['"', ' '], "")
                    .replace('(', ".")
                    .replace(')', ""),
            ),
            None => {
                let table = table_name(&target.entry("model")?)?;
                let key = target.entry("key").and_then(|key| key.as_text());
                Some(key.map_or_else(|| table.clone(), |key| format!("{table}.{key}")))
            }
        });
    Column {
        name: name.to_owned(),
        kind,
        nullable: Some(!is_closed),
        primary: is_key,
        unique: is_set("unique") || is_set("isUnique"),
        references: target
            .map(|target| format!("fk:{target}"))
            .unwrap_or_default(),
    }
}

/// Adds a table unless one of its name is known: the first migration that makes it counts.
fn push_table(
    context: &mut FrameworkContext<'_, '_>,
    id: ObjectId,
    table: &str,
    columns: Vec<Column>,
) {
    let place = context.machine.object(id).place;
    let file = context.machine.path(place.module).to_owned();
    let is_known = context
        .findings
        .entities
        .iter()
        .any(|entity| entity.table == table);
    if !is_known {
        let (table, model) = (table.to_owned(), String::new());
        context.findings.entities.push(Entity {
            table,
            model,
            file,
            line: place.line,
            columns,
        });
    }
}

/// Adds the tables that `op.create_table` makes; what later migrations change is not followed.
fn read_alembic(context: &mut FrameworkContext<'_, '_>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if path != "alembic.op.create_table" {
            continue;
        }
        let Some(table) = arguments.at(0).and_then(Value::as_text) else {
            continue;
        };
        let mut columns: Vec<Column> = Vec::new();
        for value in arguments.positional().skip(1) {
            columns.extend(super::sqlalchemy::mapped_column(
                context.machine,
                "",
                value,
                None,
            ));
            super::sqlalchemy::mark_primary_keys(context.machine, value, &mut columns);
        }
        push_table(context, id, &table, columns);
    }
}

/// Adds the tables that `createTable` makes: its callback is called with a builder, whose calls are then read.
fn read_knex(context: &mut FrameworkContext<'_, '_>) {
    let mut at = 0;
    // Calling makes new objects, so their number is asked each time.
    while at < context.machine.objects.len() {
        let id = at;
        at += 1;
        let Some(event) = context.machine.event(id) else {
            continue;
        };
        if !matches!(&*event.name, "createTable" | "createTableIfNotExists") {
            continue;
        }
        let (Some(table), Some(callback)) = (
            event.arguments.at(0).and_then(Value::as_text),
            event.arguments.at(1).and_then(Value::as_function),
        ) else {
            continue;
        };
        let builder = context
            .machine
            .new_object(Origin::Made("table"), event.place);
        context.machine.invoke(
            &callback,
            None,
            &Arguments::from_values([Value::Object(builder)]),
        );
        let mut columns: Vec<Column> = Vec::new();
        for made in context.machine.events_of(builder) {
            collect_built_columns(context.machine, &made, &mut columns);
        }
        push_table(context, id, &table, columns);
    }
}

/// Adds what one call on the table builder makes, with what is chained to it.
///
/// `t.increments()` is the column `id`; `t.timestamps()` are two; `t.primary(["a"])` and `t.foreign("a")` change
/// columns that are there. Any other name is the type of a new column.
fn collect_built_columns<'a>(machine: &Machine<'a>, made: &Event<'a>, columns: &mut Vec<Column>) {
    let name = made.arguments.at(0).and_then(Value::as_text);
    match &*made.name {
        "timestamps" => {
            let is_closed = made
                .arguments
                .at(1)
                .is_some_and(|value| !matches!(value, Value::Bool(false)));
            for name in ["created_at", "updated_at"] {
                let (name, kind) = (name.to_owned(), "timestamp".to_owned());
                columns.push(Column {
                    name,
                    kind,
                    nullable: Some(!is_closed),
                    ..Column::default()
                });
            }
        }
        "primary" => {
            let keys = made.arguments.at(0).map(Value::items).unwrap_or_default();
            let keys: Vec<_> = keys.iter().filter_map(Value::as_text).chain(name).collect();
            for column in columns
                .iter_mut()
                .filter(|column| keys.iter().any(|key| **key == *column.name))
            {
                column.primary = true;
                column.nullable = Some(false);
            }
        }
        "foreign" => {
            let mut key = Column::default();
            apply_chain(machine, made, &mut key);
            let known = columns
                .iter_mut()
                .find(|column| name.as_deref() == Some(&*column.name));
            if let Some(known) = known {
                known.references = key.references;
            }
        }
        "unique" | "index" | "comment" | "engine" | "charset" | "collate" | "dropColumn" => {}
        kind => {
            let is_key = matches!(kind, "increments" | "bigIncrements");
            let Some(name) = name.or_else(|| is_key.then(|| "id".into())) else {
                return;
            };
            let mut column = Column {
                name: name.to_string(),
                kind: kind.to_owned(),
                nullable: Some(!is_key),
                primary: is_key,
                ..Column::default()
            };
            apply_chain(machine, made, &mut column);
            columns.push(column);
        }
    }
}

/// Applies what is chained to a column to it: `.notNullable().references("id").inTable("users")`.
fn apply_chain<'a>(machine: &Machine<'a>, made: &Event<'a>, column: &mut Column) {
    let mut next = machine.events_of(made.result).into_iter().next();
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
        next = machine.events_of(event.result).into_iter().next();
    }
}
