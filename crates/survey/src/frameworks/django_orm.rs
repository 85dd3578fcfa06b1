//! Django's models: fields of classes, of what they extend, and keys that Django adds.
//!
//! ```text
//! shop/models.py   class Item(models.Model):
//!                      name = models.CharField(null=True)
//!                      owner = models.ForeignKey("auth.User")
//!                      tags = models.ManyToManyField(Tag)
//!
//! shop_item        id AutoField, primary · name CharField, nullable · owner_id ForeignKey, fk:auth.User
//!                  tags ManyToManyField, m2m:Tag
//! shop_item_tags   id AutoField, primary · item_id, fk:item · tag_id, fk:tag
//! ```

use crate::frameworks::FrameworkContext;
use std::rc::Rc;

use super::Framework;
use crate::evaluate::{Arguments, ClassValue, Machine, Origin, Value, is_model_class};
use crate::findings::{Column, Entity};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Django ORM",
    markers: &["django.db", "django.contrib"],
    read: read_django_models,
};

/// Name and type: what Django's `AbstractUser` brings beside its bases. None of them may be null.
const USER: [(&str, &str); 9] = [
    ("username", "CharField"),
    ("first_name", "CharField"),
    ("last_name", "CharField"),
    ("email", "EmailField"),
    ("is_staff", "BooleanField"),
    ("is_active", "BooleanField"),
    ("date_joined", "DateTimeField"),
    ("groups", "ManyToManyField"),
    ("user_permissions", "ManyToManyField"),
];

/// Adds the tables of installed applications and of the models; abstract models and proxies have none.
fn read_django_models(context: &mut FrameworkContext<'_, '_>) {
    add_installed_tables(context);
    for class in context.machine.classes.clone() {
        let outside = context.machine.outside_bases(&class);
        let is_model = outside.iter().any(|path| {
            is_model_class(path)
                || path.starts_with("django.contrib.auth") && path.contains("Abstract")
        });
        if !is_model
            || context
                .machine
                .meta(&class, "abstract")
                .is_some_and(|v| v.is_true())
        {
            continue;
        }
        if context
            .machine
            .meta(&class, "proxy")
            .is_some_and(|v| v.is_true())
        {
            continue;
        }
        let path = context.machine.path(class.place.module);
        let label = context.machine.application_label(&class);
        let table = context
            .machine
            .meta(&class, "db_table")
            .and_then(|name| name.as_text())
            .map(|name| name.to_string());
        let table = table.unwrap_or_else(|| format!("{label}_{}", class.class.name.to_lowercase()));
        let columns = columns_of_model(context.machine, &class, &outside);
        add_relation_tables(context, &class, &table);
        context.findings.entities.push(Entity {
            table,
            model: class.class.name.to_string(),
            file: path.to_owned(),
            line: class.place.line,
            columns,
        });
    }
}

/// Returns the model that a relation names, as it is written (`shop.Item`, `self`) or by its class; empty where it
/// names none.
fn target_label<'a>(machine: &Machine<'a>, arguments: &Arguments<'a>) -> String {
    let target = arguments.at_or_named(0, "to").map(|value| {
        value
            .as_text()
            .map_or_else(|| machine.label_of(value), |text| text.to_string())
    });
    target.unwrap_or_default()
}

/// Adds the tables that Django makes for relations of many to many that name no model of their own (`through`).
fn add_relation_tables<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    table: &str,
) {
    let fields = class.fields.borrow().clone();
    for field in fields {
        let Some((kind, arguments)) = field_class(context.machine, &field.value) else {
            continue;
        };
        if kind != "ManyToManyField" || arguments.named("through").is_some() {
            continue;
        }
        let own = class.class.name.to_lowercase();
        let target = target_label(context.machine, &arguments);
        let target = target.rsplit('.').next().unwrap_or_default().to_lowercase();
        // Both keys would have one name where a model points to itself.
        let (from, to) = match target.as_str() {
            "self" => (format!("from_{own}"), format!("to_{own}")),
            other if *other == own => (format!("from_{own}"), format!("to_{own}")),
            other => (own.clone(), other.to_owned()),
        };
        let key = |name: &str, target: &str| Column {
            name: format!("{name}_id"),
            kind: "ForeignKey".to_owned(),
            nullable: Some(false),
            references: format!("fk:{target}"),
            ..Column::default()
        };
        let id = Column {
            primary: true,
            ..plain_column("id", "AutoField", false)
        };
        let named = arguments
            .named("db_table")
            .and_then(Value::as_text)
            .map(|name| name.to_string());
        let target = if target == "self" {
            own.clone()
        } else {
            target
        };
        context.findings.entities.push(Entity {
            table: named.unwrap_or_else(|| format!("{table}_{}", field.name)),
            model: String::new(),
            file: context.machine.path(class.place.module).to_owned(),
            line: class.place.line,
            columns: vec![id, key(&from, &own), key(&to, &target)],
        });
    }
}

/// Adds the tables of known applications that `INSTALLED_APPS` lists, at line 1 of the settings.
///
/// `auth_user` is left out where `AUTH_USER_MODEL` puts a model of the project in its place.
fn add_installed_tables(context: &mut FrameworkContext<'_, '_>) {
    let Some((_, settings)) = context.machine.stand_ins.first().copied() else {
        return;
    };
    let listed = context
        .machine
        .export_of(settings, "INSTALLED_APPS")
        .items();
    let applications: Vec<Rc<str>> = listed.iter().filter_map(Value::as_text).collect();
    let has_own_user = context
        .machine
        .export_of(settings, "AUTH_USER_MODEL")
        .as_text()
        .is_some();
    for (application, table, model, columns) in super::django_contrib::TABLES {
        let is_listed = applications
            .iter()
            .any(|name| name.starts_with(application));
        if !is_listed || table == "auth_user" && has_own_user {
            continue;
        }
        let columns = columns.iter().map(|(name, kind, marks)| Column {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            nullable: Some(marks.contains('n')),
            primary: marks.contains('p'),
            ..Column::default()
        });
        context.findings.entities.push(Entity {
            table: table.to_owned(),
            model: format!("{application}.{model}"),
            file: context.machine.path(settings).to_owned(),
            line: 1,
            columns: columns.collect(),
        });
    }
}

/// Adds a column in place of one of the same name: what is nearer to the model counts.
fn push_column(columns: &mut Vec<Column>, column: Column) {
    columns.retain(|known| known.name != column.name);
    columns.push(column);
}

/// Returns a column without a key and without a default.
fn plain_column(name: &str, kind: &str, nullable: bool) -> Column {
    Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        nullable: Some(nullable),
        ..Column::default()
    }
}

/// Returns the columns that a model has from classes outside the project: of Django's users, of mptt and of taggit.
fn columns_from_outside(outside: &[Rc<str>]) -> Vec<Column> {
    let extends = |name: &str| outside.iter().any(|path| path.ends_with(name));
    let mut columns: Vec<Column> = Vec::new();
    let mut add = |name: &str, kind: &str, nullable| {
        push_column(&mut columns, plain_column(name, kind, nullable));
    };
    let has_user = extends(".AbstractUser");
    if has_user || extends(".AbstractBaseUser") {
        add("password", "CharField", false);
        add("last_login", "DateTimeField", true);
    }
    if has_user || extends(".PermissionsMixin") {
        add("is_superuser", "BooleanField", false);
        add("groups", "ManyToManyField", false);
        add("user_permissions", "ManyToManyField", false);
    }
    for (name, kind) in USER.into_iter().filter(|_| has_user) {
        add(name, kind, false);
    }
    if extends(".MPTTModel") {
        for name in ["lft", "rght", "tree_id", "level"] {
            add(name, "PositiveIntegerField", false);
        }
    }
    if extends(".TagBase") {
        for name in ["name", "slug"] {
            let column = Column {
                unique: true,
                ..plain_column(name, "CharField", false)
            };
            push_column(&mut columns, column);
        }
    }
    columns
}

/// Returns the columns of a model: of its fields and of what it inherits, with the keys that Django adds.
fn columns_of_model<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    outside: &[Rc<str>],
) -> Vec<Column> {
    let mut columns = columns_from_outside(outside);
    // Below a concrete model only its key is stored, as a link.
    let lineage = machine.lineage(class);
    let mut parents = Vec::new();
    let mut shadowed: Vec<Rc<ClassValue<'a>>> = Vec::new();
    for ancestor in lineage.iter().skip(1) {
        if machine.is_concrete_model(ancestor)
            && !shadowed.iter().any(|known| Rc::ptr_eq(known, ancestor))
        {
            parents.push(ancestor.clone());
            shadowed.extend(machine.lineage(ancestor));
        }
    }
    for ancestor in lineage.iter().rev() {
        if shadowed.iter().any(|known| Rc::ptr_eq(known, ancestor)) {
            continue;
        }
        let fields = ancestor.fields.borrow().clone();
        for field in fields {
            if let Some(column) = column_of_field(machine, field.name, &field.value) {
                push_column(&mut columns, column);
            } else if matches!(field.value, Value::Null) {
                // `name = None` takes away what was inherited.
                columns.retain(|known| known.name != field.name);
            }
        }
    }
    for parent in parents {
        let name = format!("{}_ptr_id", parent.class.name.to_lowercase());
        columns.push(Column {
            primary: true,
            ..plain_column(&name, "OneToOneField", false)
        });
    }
    if !columns.iter().any(|column| column.primary) {
        let id = Column {
            primary: true,
            ..plain_column("id", "AutoField", false)
        };
        columns.insert(0, id);
    }
    columns
}

/// Returns the name of a field's class as Django knows it, and what it was made with.
///
/// `models.CharField(…)` gives `CharField`; a field class of the project gives its own name, or that of its base where
/// it is a relation. Returns none for what isn't a call and for fields of forms, serializers and filters.
fn field_class<'a>(
    machine: &mut Machine<'a>,
    value: &Value<'a>,
) -> Option<(String, Arguments<'a>)> {
    let id = value.as_object()?;
    match machine.object(id).origin.clone() {
        Origin::Call { callee, arguments } => {
            let path = machine.path_of(&callee)?;
            let name = path.rsplit('.').next()?.to_owned();
            let is_form = path.contains("forms.")
                || path.contains("serializers.")
                || path.contains("filters.");
            (!is_form).then_some((name, arguments))
        }
        Origin::Instance { class, arguments } => {
            let outside = machine.outside_bases(&class);
            let is_field = outside.iter().any(|path| {
                (path.contains("models.") || path.contains("fields") || path.contains("managers."))
                    && is_field_name(path.rsplit('.').next().unwrap_or_default())
            });
            is_field.then(|| {
                let base = outside
                    .iter()
                    .find_map(|path| path.rsplit('.').next())
                    .unwrap_or_default()
                    .to_owned();
                let name = class.class.name.to_string();
                (if is_relation(&base) { base } else { name }, arguments)
            })
        }
        _ => None,
    }
}

/// Returns whether a field class points to a model: `ForeignKey`, `TreeForeignKey`, `OneToOneField`,
/// `ManyToManyField`.
fn is_relation(name: &str) -> bool {
    name.contains("ForeignKey") && !name.starts_with("Generic")
        || name.contains("OneToOne")
        || name.contains("ManyToMany")
}

/// Returns whether a name is that of a field class: it ends in `Field`, or is one of few that do not.
fn is_field_name(name: &str) -> bool {
    name.ends_with("Field")
        || matches!(
            name,
            "ForeignKey" | "TreeForeignKey" | "ParentalKey" | "TaggableManager"
        )
}

/// Returns the column of a field: `owner = ForeignKey("auth.User")` is `owner_id` with `fk:auth.User`.
///
/// Returns none for what is no field, and for `GenericForeignKey`, which stores nothing itself.
fn column_of_field<'a>(machine: &mut Machine<'a>, name: &str, value: &Value<'a>) -> Option<Column> {
    let (kind, arguments) = field_class(machine, value)?;
    let known = is_field_name(&kind)
        || value
            .as_object()
            .is_some_and(|id| matches!(machine.object(id).origin, Origin::Instance { .. }));
    if !known || matches!(kind.as_str(), "GenericForeignKey") {
        return None;
    }
    let is_key = kind.contains("ForeignKey") || kind.contains("OneToOne") || kind == "ParentalKey";
    let mut column = Column {
        name: name.to_owned(),
        ..Column::default()
    };
    if is_key {
        column.name = format!("{name}_id");
    }
    if let Some(own) = arguments.named("db_column").and_then(Value::as_text) {
        column.name = own.to_string();
    }
    if is_key || kind.contains("ManyToMany") {
        let mark = if is_key { "fk" } else { "m2m" };
        column.references = format!("{mark}:{}", target_label(machine, &arguments));
    }
    column.primary = arguments.named("primary_key").is_some_and(Value::is_true);
    column.unique =
        arguments.named("unique").is_some_and(Value::is_true) || kind.contains("OneToOne");
    // Tags are rows elsewhere: there is nothing here that could be null.
    let is_tags = kind.contains("TaggableManager");
    column.nullable = (!is_tags).then(|| arguments.named("null").is_some_and(Value::is_true));
    column.kind = kind;
    Some(column)
}
