//! TypeORM: classes with `@Entity`, their columns, relations and join columns.
//!
//! ```text
//! @Entity()  class OrderItem {
//!   @PrimaryGeneratedColumn()    id: number;      id Number, primary
//!   @Column({ nullable: true })  note: string;    note String, nullable
//!   @ManyToOne(() => Order)      order: Order;    order relationship:ManyToOne, rel:order
//! }                                               orderId Number, nullable, fk:order.id
//!
//! table `order_item`, if `Order` is an entity whose table is `order`
//! ```

use crate::frameworks::FrameworkContext;
use std::rc::Rc;

use super::Framework;
use super::sqlalchemy::snake_case;
use crate::evaluate::{Arguments, ClassValue, Field, Machine, Value};
use crate::findings::{Column, Entity};
use code::syntax::Expression;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "TypeORM",
    markers: &["typeorm"],
    read: read_typeorm,
};

/// Adds the tables of the entities; one between two (`@JoinTable()`) comes before the entity that has it.
fn read_typeorm(context: &mut FrameworkContext<'_, '_>) {
    for class in context.machine.classes.clone() {
        let Some(table) = table_of(context.machine, &class) else {
            continue;
        };
        let mut columns: Vec<Column> = Vec::new();
        let mut joined = Vec::new();
        for ancestor in context.machine.lineage(&class).into_iter().rev() {
            let fields = ancestor.fields.borrow().clone();
            for field in &fields {
                let found = columns_of(context.machine, field, &table, &mut joined);
                columns.retain(|known| !found.iter().any(|column| column.name == known.name));
                columns.extend(found);
            }
        }
        let file = context.machine.path(class.place.module).to_owned();
        let entity = |table, model, columns| Entity {
            table,
            model,
            file: file.clone(),
            line: class.place.line,
            columns,
        };
        context.findings.entities.extend(
            joined
                .into_iter()
                .map(|(table, columns)| entity(table, String::new(), columns)),
        );
        context
            .findings
            .entities
            .push(entity(table, class.class.name.to_string(), columns));
    }
}

/// Returns name and arguments of a decorator that comes from `typeorm`: `Column` and its options.
///
/// Returns none for any other.
fn typeorm_decorator<'a>(
    machine: &Machine<'a>,
    value: &Value<'a>,
) -> Option<(String, Arguments<'a>)> {
    let (path, arguments) = machine.call_path(value)?;
    Some((path.strip_prefix("typeorm.")?.to_owned(), arguments))
}

/// Returns the table of a class: `@Entity("users")`, `@Entity({ name: "users" })`, or its own name in snake case.
///
/// Returns none for a class without `@Entity`.
fn table_of<'a>(machine: &Machine<'a>, class: &Rc<ClassValue<'a>>) -> Option<String> {
    let decorators = class.decorators.borrow();
    decorators.iter().find_map(|value| {
        let (name, arguments) = typeorm_decorator(machine, value)?;
        if name != "Entity" {
            return None;
        }
        let options = arguments.at(0);
        let given =
            options.and_then(|value| value.as_text().or_else(|| value.entry("name")?.as_text()));
        Some(given.map_or_else(|| snake_case(&class.class.name), |name| name.to_string()))
    })
}

/// Returns the class that `type => Target` names.
///
/// Returns none where there is no argument, or none that leads to a class.
fn target_class<'a>(
    machine: &mut Machine<'a>,
    value: Option<&Value<'a>>,
) -> Option<Rc<ClassValue<'a>>> {
    let value = value?;
    if let Some(class) = value.as_class() {
        return Some(class);
    }
    let function = value.as_function()?;
    machine
        .invoke(&function, None, &Arguments::default())
        .as_class()
}

/// Returns the type of an annotation as JavaScript names it: `number` is `Number`, `Date | null` is `Date`.
fn written_type(annotation: Option<&Expression>) -> String {
    match annotation {
        Some(Expression::Name(name)) => match &**name {
            "number" | "string" | "boolean" => {
                let (head, tail) = name.split_at(1);
                format!("{}{tail}", head.to_uppercase())
            }
            other => other.to_owned(),
        },
        Some(Expression::Union(parts)) => written_type(parts.first()),
        _ => String::new(),
    }
}

/// A field of an entity, and its decorators of TypeORM with what each was handed.
struct MarkedField<'f, 'a> {
    field: &'f Field<'a>,
    decorators: Vec<(String, Arguments<'a>)>,
}

impl<'a> MarkedField<'_, 'a> {
    /// Returns what a decorator of the field was handed; none where the field doesn't have it.
    fn arguments_of(&self, decorator: &str) -> Option<&Arguments<'a>> {
        let mut decorators = self.decorators.iter();
        decorators
            .find(|(name, _)| name == decorator)
            .map(|(_, arguments)| arguments)
    }

    /// Returns the column of `@Column(…)` and its kin: `@PrimaryGeneratedColumn()`, `@CreateDateColumn()`.
    fn plain_column(&self, decorator: &str, arguments: &Arguments<'a>) -> Column {
        let option = |key: &str| option_of(arguments, key);
        let own = option("name").and_then(|name| name.as_text());
        let kind = arguments
            .at(0)
            .and_then(Value::as_text)
            .or_else(|| option("type")?.as_text());
        let is_primary = decorator.starts_with("Primary")
            || option("primary").is_some_and(|value| value.is_true());
        Column {
            name: own.map_or_else(|| self.field.name.to_owned(), |name| name.to_string()),
            kind: match kind {
                Some(kind) => kind.to_string(),
                None if decorator.ends_with("DateColumn") => "timestamp".to_owned(),
                None => written_type(self.field.annotation),
            },
            nullable: Some(
                decorator == "DeleteDateColumn"
                    || option("nullable").is_some_and(|value| value.is_true()),
            ),
            primary: is_primary,
            unique: option("unique").is_some_and(|value| value.is_true()),
            references: String::new(),
        }
    }

    /// Returns the key that a relation stores in the table of its own class, if it does: always one of `ManyToOne`,
    /// one of `OneToOne` on the side with the `@JoinColumn()`.
    fn key_column(
        &self,
        decorator: &str,
        arguments: &Arguments<'a>,
        other: &str,
    ) -> Option<Column> {
        let join = self.arguments_of("JoinColumn");
        if decorator != "ManyToOne" && (decorator != "OneToOne" || join.is_none()) {
            return None;
        }
        let own = join.and_then(|join| join.at(0)?.entry("name")?.as_text());
        let is_required = option_of(arguments, "nullable")
            .is_some_and(|value| matches!(value, Value::Bool(false)));
        Some(Column {
            name: own.map_or_else(|| format!("{}Id", self.field.name), |name| name.to_string()),
            kind: "Number".to_owned(),
            nullable: Some(!is_required),
            references: format!("fk:{other}.id"),
            ..Column::default()
        })
    }

    /// Returns the table between two of `@ManyToMany` on the side with the `@JoinTable()`: its name and both keys.
    ///
    /// `tags` of the table `item` gives `item_tags_tag` with `itemId` and `tagId`. Returns none on the other side.
    fn join_table(&self, table: &str, other: &str) -> Option<(String, Vec<Column>)> {
        let join = self.arguments_of("JoinTable")?;
        let own = join
            .at(0)
            .and_then(|options| options.entry("name")?.as_text());
        let own = own.map_or_else(
            || format!("{table}_{}_{other}", snake_case(self.field.name)),
            |name| name.to_string(),
        );
        let side = |side: &str| Column {
            name: format!("{side}Id"),
            kind: "Number".to_owned(),
            nullable: Some(false),
            primary: true,
            references: format!("fk:{side}.id"),
            ..Column::default()
        };
        Some((own, vec![side(table), side(other)]))
    }
}

/// Returns an option of the object among a decorator's arguments: `@Column('text', { nullable: true })`.
fn option_of<'a>(arguments: &Arguments<'a>, key: &str) -> Option<Value<'a>> {
    arguments
        .positional()
        .find(|value| matches!(value, Value::Map(_)))?
        .entry(key)
}

/// Returns the columns of a field; a table that the field joins by goes to `joined`.
fn columns_of<'a>(
    machine: &mut Machine<'a>,
    field: &Field<'a>,
    table: &str,
    joined: &mut Vec<(String, Vec<Column>)>,
) -> Vec<Column> {
    let decorators = field
        .decorators
        .iter()
        .filter_map(|value| typeorm_decorator(machine, value))
        .collect();
    let marked = MarkedField { field, decorators };
    let mut columns = Vec::new();
    for (name, arguments) in &marked.decorators {
        match name.as_str() {
            name if name.ends_with("Column") && name != "JoinColumn" => {
                columns.push(marked.plain_column(name, arguments));
            }
            "ManyToOne" | "OneToOne" | "OneToMany" | "ManyToMany" => {
                let Some(class) = target_class(machine, arguments.at(0)) else {
                    continue;
                };
                let other = table_of(machine, &class).unwrap_or_default();
                columns.push(Column {
                    name: field.name.to_owned(),
                    kind: format!("relationship:{name}"),
                    references: format!("rel:{other}"),
                    ..Column::default()
                });
                columns.extend(marked.key_column(name, arguments, &other));
                if name == "ManyToMany" {
                    joined.extend(marked.join_table(table, &other));
                }
            }
            _ => {}
        }
    }
    columns
}
