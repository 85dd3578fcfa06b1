//! Mongoose and Sequelize: models made by calls.
//!
//! ```text
//! mongoose.model("User", new Schema({ name: { type: String, required: true }, home: { city: String } }))
//!     users: _id ObjectID, primary · __v Number · name String, not nullable · home.city String
//!
//! sequelize.define("Category", { title: DataTypes.STRING })
//!     Categories: id INTEGER, primary · title STRING · createdAt DATE · updatedAt DATE
//! ```

use super::Framework;
use super::reading::Event;
use crate::evaluate::{Machine, Origin, Value};
use crate::findings::{Column, Entity};
use crate::frameworks::FrameworkContext;

pub(crate) const MONGOOSE: Framework = Framework {
    name: "Mongoose",
    markers: &["mongoose"],
    read: read_mongoose,
};
pub(crate) const SEQUELIZE: Framework = Framework {
    name: "Sequelize",
    markers: &["sequelize"],
    read: read_sequelize,
};

/// Returns the plural that both libraries make of common English names.
///
/// `Category` is `Categories`, `box` is `boxes`, `status` is `statuses`, `news` stays.
fn plural_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ends(&["s", "x", "z", "ch", "sh"]) {
        return if lower.ends_with('s') && !ends(&["ss", "us"]) {
            name.to_owned()
        } else {
            format!("{name}es")
        };
    }
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ => format!("{name}s"),
    }
}

/// Returns whether a path is that of Mongoose's class of schemas, by name or by the default import.
fn is_schema(path: &str) -> bool {
    path == "mongoose.Schema" || path == "mongoose.default.Schema"
}

/// Adds the collection of each `model(name, schema)` whose schema is known.
///
/// A third argument or the option `collection` names it, else it is the plural of the model's name in lower case.
fn read_mongoose(context: &mut FrameworkContext<'_, '_>) {
    for id in 0..context.machine.objects.len() {
        let Some((path, arguments)) = context.machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if !path.starts_with("mongoose") || !path.ends_with("model") {
            continue;
        }
        let (Some(name), Some(schema)) =
            (arguments.at(0).and_then(Value::as_text), arguments.at(1))
        else {
            continue;
        };
        let Some(schema) = schema
            .objects()
            .into_iter()
            .find(|id| context.machine.is_instance_of(*id, is_schema))
        else {
            continue;
        };
        let made = context.machine.made_with(schema);
        let mut columns = vec![
            new_column("_id", "ObjectID", true),
            new_column("__v", "Number", false),
        ];
        for (name, value) in made.at(0).map(Value::entries).unwrap_or_default() {
            collect_nested_columns(context.machine, &name, &value, &mut columns);
        }
        let options = made.at(1).cloned().unwrap_or(Value::Unknown);
        if options
            .entry("timestamps")
            .is_some_and(|value| !matches!(value, Value::Bool(false) | Value::Null))
        {
            columns.extend(["createdAt", "updatedAt"].map(|name| new_column(name, "Date", false)));
        }
        let collection = arguments
            .at(2)
            .and_then(Value::as_text)
            .or_else(|| options.entry("collection")?.as_text());
        let table =
            collection.map_or_else(|| plural_of(&name.to_lowercase()), |name| name.to_string());
        let place = context.machine.object(id).place;
        let entity = Entity {
            table,
            model: name.to_string(),
            file: context.machine.path(place.module).to_owned(),
            line: place.line,
            columns,
        };
        push_entity(context, entity);
    }
}

/// Returns a column that may be null and refers to nothing.
fn new_column(name: &str, kind: &str, primary: bool) -> Column {
    Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        nullable: Some(true),
        primary,
        ..Column::default()
    }
}

/// Adds the column of a field, or those of the fields within it: `home: { city: String }` is `home.city`.
///
/// A map with `type` is one column, not a group. A list of maps is one column in brackets: `[document]`.
fn collect_nested_columns<'a>(
    machine: &Machine<'a>,
    name: &str,
    value: &Value<'a>,
    columns: &mut Vec<Column>,
) {
    if let Some(inner @ Value::Map(_)) = value.items().first() {
        // `[{ type: …, ref: … }]` and lists of documents are columns of their own.
        let has_type = inner.entry("type").is_some();
        let kind = if has_type {
            inner.clone()
        } else {
            Value::text("document")
        };
        let mut own = Vec::new();
        collect_nested_columns(machine, name, &kind, &mut own);
        columns.extend(own.into_iter().map(|column| Column {
            kind: format!("[{}]", column.kind),
            ..column
        }));
        return;
    }
    let entries = value.entries();
    if !entries.is_empty() && value.entry("type").is_none() {
        for (inner, value) in entries {
            collect_nested_columns(machine, &format!("{name}.{inner}"), &value, columns);
        }
        return;
    }
    let kind = value.entry("type").unwrap_or_else(|| value.clone());
    let kind = kind.items().first().cloned().unwrap_or(kind);
    let required = value.entry("required");
    let is_required = required
        .is_some_and(|value| value.is_true() || value.items().first().is_some_and(Value::is_true));
    let reference = value.entry("ref").and_then(|target| target.as_text());
    columns.push(Column {
        name: name.to_owned(),
        kind: kind
            .as_text()
            .map_or_else(|| machine.label_of(&kind), |text| text.to_string()),
        nullable: Some(!is_required),
        unique: value.entry("unique").is_some_and(|value| value.is_true()),
        references: reference
            .map(|target| format!("ref:{target}"))
            .unwrap_or_default(),
        ..Column::default()
    });
}

/// Adds a model's table unless its file defines it already.
fn push_entity(context: &mut FrameworkContext<'_, '_>, entity: Entity) {
    let is_known = context
        .findings
        .entities
        .iter()
        .any(|known| known.table == entity.table && known.file == entity.file);
    if !is_known {
        context.findings.entities.push(entity);
    }
}

/// Adds the tables of `Model.init` and `sequelize.define`, then the keys of relations, for which all tables must be
/// known.
fn read_sequelize(context: &mut FrameworkContext<'_, '_>) {
    let mut relations: Vec<(String, Event<'_>)> = Vec::new();
    for id in 0..context.machine.objects.len() {
        let Some(event) = context.machine.event(id) else {
            continue;
        };
        let Origin::Method { receiver, .. } = context.machine.object(id).origin.clone() else {
            continue;
        };
        match &*event.name {
            "init" => {
                let Some(class) = receiver.as_class() else {
                    continue;
                };
                let is_model = context
                    .machine
                    .outside_bases(&class)
                    .iter()
                    .any(|base| base.starts_with("sequelize"));
                if is_model {
                    define_sequelize_model(context, &class.class.name, &event, 0);
                }
            }
            "define" => {
                let name = event.arguments.at(0).and_then(Value::as_text);
                let has_fields = event
                    .arguments
                    .at(1)
                    .is_some_and(|fields| !fields.entries().is_empty());
                if let Some(name) = name.filter(|_| has_fields) {
                    define_sequelize_model(context, &name, &event, 1);
                }
            }
            "belongsTo" | "hasMany" | "hasOne" | "belongsToMany" => {
                relations.push((model_name(context.machine, &receiver), event));
            }
            _ => {}
        }
    }
    for (own, event) in relations {
        add_relations(context, &own, &event);
    }
}

/// Returns the name of a model: that of `define("User", …)`, or as the value is called.
fn model_name<'a>(machine: &Machine<'a>, value: &Value<'a>) -> String {
    match machine.call_path(value) {
        Some((path, arguments)) if path.ends_with(".define") => arguments
            .at(0)
            .and_then(Value::as_text)
            .map(|name| name.to_string())
            .unwrap_or_default(),
        _ => machine.label_of(value),
    }
}

/// Adds the table of a model; its fields are the argument at `at`, its options the next one.
///
/// It is called as `tableName` says, as the model with `freezeTableName`, else as the model's plural.
fn define_sequelize_model<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    name: &str,
    event: &Event<'a>,
    at: usize,
) {
    let options = event
        .arguments
        .at(at + 1)
        .cloned()
        .unwrap_or(Value::Unknown);
    let model = options
        .entry("modelName")
        .and_then(|name| name.as_text())
        .unwrap_or_else(|| name.into());
    let table = options.entry("tableName").and_then(|name| name.as_text());
    let is_frozen = options
        .entry("freezeTableName")
        .is_some_and(|value| value.is_true());
    let table = match table {
        Some(table) => table.to_string(),
        None if is_frozen => model.to_string(),
        None => plural_of(&model),
    };
    let fields = event.arguments.at(at).map(Value::entries);
    let fields = fields.unwrap_or_default().into_iter();
    let mut columns: Vec<Column> = fields
        .map(|(field, value)| sequelize_column(context.machine, (&field, &value), &options))
        .collect();
    add_implied_columns(&options, &mut columns);
    let entity = Entity {
        table,
        model: model.to_string(),
        file: context.machine.path(event.place.module).to_owned(),
        line: event.place.line,
        columns,
    };
    push_entity(context, entity);
}

/// Returns the column of a field: `{ type: DataTypes.STRING, allowNull: false }`, or the bare type.
fn sequelize_column<'a>(
    machine: &Machine<'a>,
    (field, value): (&str, &Value<'a>),
    options: &Value<'a>,
) -> Column {
    let is_set = |key: &str| value.entry(key).is_some_and(|value| value.is_true());
    let kind = value.entry("type").unwrap_or_else(|| value.clone());
    let primary = is_set("primaryKey");
    let is_closed = matches!(value.entry("allowNull"), Some(Value::Bool(false)));
    let own = value.entry("field").and_then(|name| name.as_text());
    Column {
        name: own.map_or_else(|| name_in_table(field, options), |own| own.to_string()),
        kind: machine.label_of(&kind),
        nullable: Some(!primary && !is_closed),
        primary,
        unique: is_set("unique"),
        references: stated_reference(machine, value).unwrap_or_default(),
    }
}

/// Returns the reference of `references: { model: 'member', key: 'id' }`, whose model is a table's
/// name, its options or a class.
///
/// Gives `fk:member.id`, also where no key is named. Returns none where there is no model.
fn stated_reference<'a>(machine: &Machine<'a>, value: &Value<'a>) -> Option<String> {
    let stated = value.entry("references")?;
    let model = stated.entry("model")?;
    let table = model
        .as_text()
        .or_else(|| model.entry("tableName")?.as_text())
        .map_or_else(|| model_name(machine, &model), |table| table.to_string());
    let key = stated.entry("key").and_then(|key| key.as_text());
    (!table.is_empty()).then(|| format!("fk:{table}.{}", key.as_deref().unwrap_or("id")))
}

/// Returns the name that a field has in the table: with underscores where the options ask for them.
///
/// `createdAt` is `created_at` with `underscored: true`.
fn name_in_table(field: &str, options: &Value<'_>) -> String {
    let is_underscored = options
        .entry("underscored")
        .is_some_and(|value| value.is_true());
    if !is_underscored {
        return field.to_owned();
    }
    let mut name = String::new();
    for letter in field.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Adds the columns that Sequelize adds itself: a key, the two timestamps, and the one of a model that is `paranoid`.
fn add_implied_columns(options: &Value<'_>, columns: &mut Vec<Column>) {
    if !columns.iter().any(|column| column.primary) {
        columns.insert(
            0,
            Column {
                nullable: Some(false),
                ..new_column("id", "INTEGER", true)
            },
        );
    }
    if !options
        .entry("timestamps")
        .is_some_and(|value| matches!(value, Value::Bool(false)))
    {
        let stamp = |name: &str| Column {
            nullable: Some(false),
            ..new_column(name, "DATE", false)
        };
        for name in ["createdAt", "updatedAt"] {
            let column = stamp(&name_in_table(name, options));
            if !columns.iter().any(|known| known.name == column.name) {
                columns.push(column);
            }
        }
        if options
            .entry("paranoid")
            .is_some_and(|value| value.is_true())
        {
            columns.push(new_column(
                &name_in_table("deletedAt", options),
                "DATE",
                false,
            ));
        }
    }
}

/// Adds the key of a relation to the model that stores it, or a reference to the column that is there.
///
/// `Item.belongsTo(User)` gives `Item` a `UserId` with `fk:Users.id`; `User.hasMany(Item)` gives the same;
/// `belongsToMany` gives the model of `through` one. A reference that a column has already stays.
fn add_relations<'a>(context: &mut FrameworkContext<'_, 'a>, own: &str, event: &Event<'a>) {
    let target = event
        .arguments
        .at(0)
        .map(|value| model_name(context.machine, value))
        .unwrap_or_default();
    let options = event.arguments.at(1).cloned().unwrap_or(Value::Unknown);
    let key = options.entry("foreignKey");
    let key = key.and_then(|key| key.as_text().or_else(|| key.entry("name")?.as_text()));
    let through = options
        .entry("through")
        .map(|value| model_name(context.machine, &value));
    let (holder, referenced) = match &*event.name {
        "belongsTo" => (own.to_owned(), target),
        "belongsToMany" => (through.unwrap_or_default(), own.to_owned()),
        _ => (target, own.to_owned()),
    };
    let key = key.map_or_else(|| format!("{referenced}Id"), |key| key.to_string());
    let table = context
        .findings
        .entities
        .iter()
        .find(|entity| entity.model == referenced)
        .map(|entity| entity.table.clone());
    if let Some(entity) = context
        .findings
        .entities
        .iter_mut()
        .find(|entity| entity.model == holder)
    {
        let references = format!("fk:{}.id", table.unwrap_or(referenced));
        match entity.columns.iter_mut().find(|column| column.name == key) {
            Some(known) if known.references.is_empty() => known.references = references,
            Some(_) => {}
            None => entity.columns.push(Column {
                references,
                ..new_column(&key, "INTEGER", false)
            }),
        }
    }
}
