//! Tables that plain SQL makes: migrations and schemas as files, and statements that code hands to
//! a database.
//!
//! ```text
//! CREATE TABLE shop.orders (
//!   id serial PRIMARY KEY,                          id: serial, primary, not null
//!   user_id int NOT NULL REFERENCES users (id),     user_id: int, not null, fk:users.id
//!   total numeric(10, 2)                            total: numeric(10,2), nullable
//! );
//! ALTER TABLE orders DROP COLUMN total;             the column goes
//! DROP TABLE orders;                                the table goes
//! ```
//!
//! Names have no schema and keep their case. Temporary tables, views and `CREATE TABLE … AS` are left out.

use crate::evaluate::{Machine, Value};
use crate::findings::{Column, Entity, Findings};

mod tokens;

use tokens::{Token, split_statements};

/// The order of columns and tables is that of the statements; later ones change what earlier ones
/// made.
#[derive(Default)]
struct Tables {
    entities: Vec<Entity>,
}

/// Reads files in the order of their names, then what code hands over.
pub(crate) fn read_sql(
    machine: &Machine<'_>,
    files: &[&(String, String)],
    findings: &mut Findings,
) {
    let mut tables = Tables::default();
    for (path, text) in files {
        tables.read_statements(text, path, 1);
    }
    for id in 0..machine.objects.len() {
        let place = machine.object(id).place;
        for value in machine.made_with(id).positional() {
            // Without the function that a tag or `text()` is.
            let inner = machine
                .call_path(value)
                .and_then(|(_, given)| given.at(0).cloned());
            let text = [Some(value.clone()), inner]
                .into_iter()
                .flatten()
                .find_map(|value| match value {
                    Value::Text(text) => Some(text),
                    _ => None,
                });
            if let Some(text) = text.filter(|text| is_definition(text)) {
                tables.read_statements(&text, machine.path(place.module), place.line);
            }
        }
    }
    findings.entities.extend(tables.entities);
}

/// Returns whether a text makes or changes tables.
///
/// A search that costs little, before a text is split into tokens.
pub(crate) fn is_definition(text: &str) -> bool {
    let has = |words: &[u8]| {
        text.as_bytes()
            .windows(words.len())
            .any(|window| window.eq_ignore_ascii_case(words))
    };
    has(b"create table") || has(b"alter table") || has(b"create unlogged table")
}

impl Tables {
    /// Applies the statements of a text in order; `first` is the line in the file at which the text begins.
    fn read_statements(&mut self, text: &str, file: &str, first: u32) {
        for statement in split_statements(text) {
            // Six words are enough to know a statement.
            let words: Vec<String> = statement
                .iter()
                .take(6)
                .map(|token| token.text.to_uppercase())
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["CREATE", "TABLE", ..] => self.create_table(&statement[2..], file, first),
                ["CREATE", "TEMP" | "TEMPORARY" | "GLOBAL", ..] => {}
                ["CREATE", _, "TABLE", ..] => self.create_table(&statement[3..], file, first),
                ["ALTER", "TABLE", ..] => self.alter_table(&statement[2..]),
                ["DROP", "TABLE", ..] => {
                    let (name, _) = name_of(skip_words(&statement[2..], &["IF", "EXISTS"]));
                    self.entities.retain(|known| known.table != name);
                }
                _ => {}
            }
        }
    }

    /// Adds a table; the first definition of a name counts.
    fn create_table(&mut self, tokens: &[Token<'_>], file: &str, first: u32) {
        let tokens = skip_words(tokens, &["IF", "NOT", "EXISTS"]);
        let line = tokens.first().map_or(0, |token| token.line);
        let (table, rest) = name_of(tokens);
        // `CREATE TABLE x AS SELECT …` says no columns.
        let Some(body) = rest
            .split_first()
            .filter(|(open, _)| open.is("("))
            .map(|(_, body)| body)
        else {
            return;
        };
        if table.is_empty() || self.entities.iter().any(|known| known.table == table) {
            return;
        }
        let mut columns = Vec::new();
        for part in split_at_commas(body) {
            read_table_item(part, &mut columns);
        }
        let (file, line) = (file.to_owned(), first + line);
        self.entities.push(Entity {
            table,
            model: String::new(),
            file,
            line,
            columns,
        });
    }

    /// Applies `ALTER TABLE`; one of a table that is not known changes nothing.
    fn alter_table(&mut self, tokens: &[Token<'_>]) {
        let tokens = skip_words(skip_words(tokens, &["IF", "EXISTS"]), &["ONLY"]);
        let (table, rest) = name_of(tokens);
        let Some(at) = self.entities.iter().position(|known| known.table == table) else {
            return;
        };
        for part in split_at_commas(rest) {
            let (Some(verb), rest) = (part.first(), part.get(1..).unwrap_or_default()) else {
                continue;
            };
            let columns = &mut self.entities[at].columns;
            match verb.text.to_uppercase().as_str() {
                "ADD" => {
                    let rest = skip_words(skip_words(rest, &["COLUMN"]), &["IF", "NOT", "EXISTS"]);
                    read_table_item(rest, columns);
                }
                "DROP" if !rest.first().is_some_and(|token| token.is("CONSTRAINT")) => {
                    let (name, _) =
                        name_of(skip_words(skip_words(rest, &["COLUMN"]), &["IF", "EXISTS"]));
                    columns.retain(|known| known.name != name);
                }
                "RENAME" if rest.first().is_some_and(|token| token.is("TO")) => {
                    self.entities[at].table = name_of(&rest[1..]).0;
                }
                "RENAME" => {
                    let (from, rest) = name_of(skip_words(rest, &["COLUMN"]));
                    let (to, _) = name_of(skip_words(rest, &["TO"]));
                    columns
                        .iter_mut()
                        .filter(|known| known.name == from)
                        .for_each(|known| known.name.clone_from(&to));
                }
                "ALTER" => {
                    let (name, rest) = name_of(skip_words(rest, &["COLUMN"]));
                    let is_open = match rest {
                        [set, not, null, ..]
                            if set.is("SET") && not.is("NOT") && null.is("NULL") =>
                        {
                            Some(false)
                        }
                        [drop, not, null, ..]
                            if drop.is("DROP") && not.is("NOT") && null.is("NULL") =>
                        {
                            Some(true)
                        }
                        _ => None,
                    };
                    let known = columns.iter_mut().filter(|known| known.name == name);
                    known.for_each(|known| known.nullable = is_open.or(known.nullable));
                }
                _ => {}
            }
        }
    }
}

/// Returns the tokens after these words, if they begin with them.
///
/// They must all be there: `IF EXISTS` is skipped as a whole or not at all.
fn skip_words<'t, 's>(tokens: &'t [Token<'s>], words: &[&str]) -> &'t [Token<'s>] {
    let is_there =
        tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.is(word));
    if is_there {
        &tokens[words.len()..]
    } else {
        tokens
    }
}

/// Returns a name without its schema, and what follows.
fn name_of<'t, 's>(tokens: &'t [Token<'s>]) -> (String, &'t [Token<'s>]) {
    let mut rest = tokens;
    while rest.get(1).is_some_and(|token| token.is(".")) {
        rest = &rest[2..];
    }
    match rest.split_first() {
        Some((name, rest)) => (name.text.to_owned(), rest),
        None => (String::new(), rest),
    }
}

/// Returns the parts between commas, up to the bracket that closes them.
fn split_at_commas<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut found = Vec::new();
    let (mut depth, mut from) = (0_u32, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" if !token.is_quoted => depth += 1,
            ")" if !token.is_quoted && depth == 0 => {
                found.push(&tokens[from..at]);
                return found;
            }
            ")" if !token.is_quoted => depth -= 1,
            "," if !token.is_quoted && depth == 0 => {
                found.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&tokens[from..]);
    found
}

/// Reads a column, or a constraint that says more of columns above it: `PRIMARY KEY (a, b)`.
fn read_table_item(tokens: &[Token<'_>], columns: &mut Vec<Column>) {
    let Some(first) = tokens.first() else { return };
    if !first.is_quoted {
        match first.text.to_uppercase().as_str() {
            "CONSTRAINT" => return read_table_item(tokens.get(2..).unwrap_or_default(), columns),
            "PRIMARY" | "UNIQUE" | "FOREIGN" | "KEY" | "INDEX" => {
                return apply_constraint(tokens, columns);
            }
            "CHECK" | "EXCLUDE" | "LIKE" | "FULLTEXT" | "SPATIAL" | "PERIOD" => return,
            _ => {}
        }
    }
    let rest = &tokens[1..];
    let has = |words: &[&str]| {
        rest.windows(words.len())
            .any(|window| window.iter().zip(words).all(|(token, word)| token.is(word)))
    };
    let kind = kind_of(rest);
    let primary = has(&["PRIMARY", "KEY"]);
    let is_closed = primary || has(&["NOT", "NULL"]) || kind.to_uppercase().contains("SERIAL");
    // A primary key and a serial number are never null, also where nobody says so.
    columns.retain(|known| known.name != first.text);
    columns.push(Column {
        name: first.text.to_owned(),
        kind,
        nullable: Some(!is_closed),
        primary,
        unique: has(&["UNIQUE"]),
        references: read_reference(rest),
    });
}

/// Returns the type of a column: `varchar(20)`, `timestamp with time zone`: the words up to the first that says
/// something else.
fn kind_of(tokens: &[Token<'_>]) -> String {
    const ENDS: [&str; 16] = [
        "NOT",
        "NULL",
        "PRIMARY",
        "UNIQUE",
        "REFERENCES",
        "DEFAULT",
        "CHECK",
        "CONSTRAINT",
        "COLLATE",
        "GENERATED",
        "AUTO_INCREMENT",
        "AUTOINCREMENT",
        "COMMENT",
        "ON",
        "AS",
        "IDENTITY",
    ];
    let mut kind = String::new();
    for token in tokens
        .iter()
        .take_while(|token| !ENDS.iter().any(|end| token.is(end)))
    {
        let is_tight =
            matches!(token.text, "(" | ")" | "," | "[" | "]") || kind.ends_with(['(', ',', '[']);
        if !kind.is_empty() && !is_tight {
            kind.push(' ');
        }
        kind.push_str(token.text);
    }
    kind
}

/// Returns the reference of `REFERENCES table (column)` as `fk:table.column`; empty where there is none.
fn read_reference(tokens: &[Token<'_>]) -> String {
    let Some(at) = tokens.iter().position(|token| token.is("REFERENCES")) else {
        return String::new();
    };
    let (table, rest) = name_of(&tokens[at + 1..]);
    match rest {
        [open, column, ..] if open.is("(") => format!("fk:{table}.{}", column.text),
        _ => format!("fk:{table}"),
    }
}

/// Applies a constraint to the columns that it names. A unique one over several columns makes none of them unique.
fn apply_constraint(tokens: &[Token<'_>], columns: &mut [Column]) {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else {
        return;
    };
    let named: Vec<&str> = split_at_commas(&tokens[open + 1..])
        .iter()
        .filter_map(|part| part.first())
        .map(|token| token.text)
        .collect();
    let kind = tokens[0].text.to_uppercase();
    let is_single = named.len() == 1;
    let references = read_reference(tokens);
    for column in columns
        .iter_mut()
        .filter(|column| named.contains(&&*column.name))
    {
        match kind.as_str() {
            "PRIMARY" => (column.primary, column.nullable) = (true, Some(false)),
            "UNIQUE" if is_single => column.unique = true,
            "FOREIGN" => column.references.clone_from(&references),
            _ => {}
        }
    }
}
