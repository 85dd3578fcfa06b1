//! Prisma and GraphQL schemas: definitions and their fields by name.
//!
//! ```text
//! file                block               result
//! model User {        model User {        model User {
//!   id Int            age Int               id Int
//! }                   }                     age Int       behind the last field, as the block names no neighbour
//!                                         }
//! ```

mod scan;

use super::Request;
use super::wording::{ProsePosition, is_elision_line};
use crate::fuzzy::{self, Block, Lines};
use crate::splice::{Splice, location_at, new_refusal, refuse_graft};
use crate::{Graft, Reason, Refusal};
use scan::{Definition, Field, Syntax, collapse_whitespace, scan_definitions};

/// Checks the syntax of a Prisma schema, and that nothing is defined twice.
pub(super) fn check_prisma(text: &str) -> Result<(), String> {
    let language = tree_sitter_prisma_io::LANGUAGE.into();
    // The grammar has whole numbers alone, and none below zero.
    check_schema_syntax(text, &language)
        .or_else(|_| check_schema_syntax(&as_whole_numbers(text), &language))?;
    check_unique_definitions(text, Syntax::Prisma)
}

/// Returns a schema with its numbers written as whole ones: `@default(-0.50)` as `@default(0050)`.
///
/// As long as before in bytes, so that an error keeps its place.
fn as_whole_numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let written = letters.iter().enumerate().map(|(at, letter)| {
        let before = at.checked_sub(1);
        let is_point = *letter == '.' && before.is_some_and(is_digit) && is_digit(at + 1);
        let is_sign = *letter == '-'
            && is_digit(at + 1)
            && before.is_some_and(|at| matches!(letters[at], '(' | ' ' | ','));
        if is_point || is_sign { '0' } else { *letter }
    });
    written.collect()
}

/// Checks the syntax of a GraphQL schema, and that nothing is defined twice; extensions may repeat.
pub(super) fn check_graphql(text: &str) -> Result<(), String> {
    check_schema_syntax(text, &tree_sitter_graphql::LANGUAGE.into())?;
    check_unique_definitions(text, Syntax::GraphQl)
}

/// Returns an error where a grammar does not read a text; an empty text is fine.
fn check_schema_syntax(text: &str, language: &tree_sitter::Language) -> Result<(), String> {
    let mut parser = tree_sitter::Parser::new();
    parser
        .set_language(language)
        .map_err(|error| error.to_string())?;
    let tree = parser.parse(text, None).ok_or("the parser gave up")?;
    if tree.root_node().has_error() && !text.trim().is_empty() {
        Err("syntax error".to_owned())
    } else {
        Ok(())
    }
}

/// Returns an error where two definitions have the same kind and name.
fn check_unique_definitions(text: &str, syntax: Syntax) -> Result<(), String> {
    let found = scan_definitions(text, syntax).definitions;
    let twice = found.iter().enumerate().find(|(at, definition)| {
        !definition.extends
            && found[..*at].iter().any(|other| {
                !other.extends && other.name == definition.name && other.kind == definition.kind
            })
    });
    twice.map_or(Ok(()), |(_, definition)| {
        Err(format!("`{}` is defined twice", definition.name))
    })
}

/// Places a block into a Prisma schema.
pub(super) fn apply_to_prisma(request: &Request<'_>) -> Graft {
    apply_to_schema(request, Syntax::Prisma)
}

/// Places a block into a GraphQL schema.
pub(super) fn apply_to_graphql(request: &Request<'_>) -> Graft {
    apply_to_schema(request, Syntax::GraphQl)
}

/// Places definitions, or fields for a definition that the words name.
///
/// `extend type A` is another definition than `type A`. A new definition with parts left out is
/// refused: they could only come from the file.
fn apply_to_schema(request: &Request<'_>, syntax: Syntax) -> Graft {
    let there = scan_definitions(request.text, syntax).definitions;
    let asked = scan_definitions(request.snippet, syntax);
    if asked.definitions.is_empty() {
        return insert_fields(request, &there, syntax);
    }
    if asked.strays {
        return refuse_graft(
            Reason::Unclear,
            "the block mixes definitions with lines that belong to none",
        );
    }
    let mut splice = Splice::new(request.text);
    let known = |asked: &Definition| {
        there.iter().position(|known| {
            known.name == asked.name && known.kind == asked.kind && known.extends == asked.extends
        })
    };
    let mut previous: Option<usize> = None;
    for (at, definition) in asked.definitions.iter().enumerate() {
        if let Some(found) = known(definition) {
            if let Err(refusal) = merge_definition(request, &there[found], definition, &mut splice)
            {
                return Graft::Refused(refusal);
            }
            previous = Some(found);
            continue;
        }
        if let Some(rival) = there
            .iter()
            .find(|known| known.name == definition.name && !definition.extends && !known.extends)
        {
            let message = format!(
                "`{}` is defined as {} in the file and as {} in the block",
                rival.name, rival.kind, definition.kind
            );
            return refuse_graft(Reason::Conflict, message);
        }
        if definition.elided() {
            let message = format!(
                "{} `{}` is shown with parts left out, but the file has none",
                definition.kind, definition.name
            );
            return refuse_graft(Reason::NotFound, message);
        }
        let next = asked.definitions[at + 1..]
            .iter()
            .find_map(known)
            .filter(|_| previous.is_none());
        let beside = Neighbours {
            previous: previous
                .filter(|&at| at + 1 < there.len())
                .map(|at| &there[at]),
            next: next.map(|at| &there[at]),
        };
        stage_definition(request, definition, &beside, &mut splice);
        splice.add_evidence(format!("added {} `{}`", definition.kind, definition.name));
    }
    splice.finish()
}

/// The definitions of the file beside which the block shows a new one. None stands before it where that is the last of
/// the file: the new one goes to the end then.
struct Neighbours<'d> {
    previous: Option<&'d Definition>,
    next: Option<&'d Definition>,
}

/// Stages a new definition after the one shown before it, before the one shown after it, or at the end.
fn stage_definition(
    request: &Request<'_>,
    definition: &Definition,
    beside: &Neighbours<'_>,
    into: &mut Splice<'_>,
) {
    let new = &request.snippet[definition.whole.clone()];
    match (beside.previous, beside.next) {
        (Some(previous), _) => into.insert(previous.whole.end, format!("\n\n{new}")),
        (None, Some(next)) => into.insert(next.whole.start, format!("{new}\n\n")),
        (None, None) => {
            let end = request.text.trim_end().len();
            let gap = if end == 0 { "" } else { "\n\n" };
            let tail = if request.text[end..].is_empty() && end > 0 {
                ""
            } else if end == 0 {
                "\n"
            } else {
                ""
            };
            into.insert(end, format!("{gap}{new}{tail}"));
        }
    }
}

/// Adds fields without a definition around them to the only definition that the prose names.
///
/// They are read as if the block had that definition around them, and may change fields that it
/// has.
fn insert_fields(request: &Request<'_>, there: &[Definition], syntax: Syntax) -> Graft {
    let named: Vec<&Definition> = there
        .iter()
        .filter(|known| request.wording.names(&known.name) && known.body.is_some())
        .collect();
    let [definition] = named[..] else {
        let reason = if named.is_empty() {
            Reason::NotFound
        } else {
            Reason::Ambiguous
        };
        return refuse_graft(
            reason,
            "the block shows fields, and neither it nor the plan says of which definition",
        );
    };
    let wrapped = format!(
        "{} {} {{\n{}\n}}",
        definition.kind, definition.name, request.snippet
    );
    let asked = scan_definitions(&wrapped, syntax).definitions;
    let inner = Request {
        snippet: &wrapped,
        ..*request
    };
    let mut splice = Splice::new(request.text);
    let merged = asked.first().map(|asked| {
        let meeting = Meeting {
            known: definition,
            asked,
            is_whole: true,
        };
        merge_fields(&inner, &meeting, &mut splice)
    });
    match merged {
        Some(Ok(())) => splice.finish(),
        Some(Err(refusal)) => Graft::Refused(refusal),
        None => refuse_graft(Reason::Unclear, "the block shows no field"),
    }
}

/// Merges a definition into the file's of that name: as it is, as a whole where the words replace
/// it, else field by field. What has no body is replaced where the words change it.
fn merge_definition(
    request: &Request<'_>,
    known: &Definition,
    asked: &Definition,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let (old, new) = (
        &request.text[known.whole.clone()],
        &request.snippet[asked.whole.clone()],
    );
    if collapse_whitespace(old) == collapse_whitespace(new) {
        return Ok(());
    }
    let (Some(_), Some(_)) = (&known.body, &asked.body) else {
        let meant = request.wording.changes() && request.wording.names(&asked.name);
        let (old, new) = (
            &request.text[known.core.clone()],
            &request.snippet[asked.core.clone()],
        );
        if collapse_whitespace(old) == collapse_whitespace(new) {
            return Ok(());
        }
        if !meant {
            return Err(conflict_refusal(request, known.core.start, &asked.name));
        }
        into.replace(known.core.clone(), new);
        into.add_evidence(format!("changed `{}`", asked.name));
        return Ok(());
    };
    // A block that shows every field, with nothing left out, may change each of them.
    let covers = known
        .fields
        .iter()
        .all(|field| asked.fields.iter().any(|asked| asked.key == field.key));
    let whole = covers && !asked.elided();
    let (old, new) = (
        &request.text[known.header.clone()],
        &request.snippet[asked.header.clone()],
    );
    if collapse_whitespace(old) != collapse_whitespace(new) {
        if !(whole || request.wording.changes() && request.wording.names(&asked.name)) {
            return Err(conflict_refusal(request, known.header.start, &asked.name));
        }
        into.replace(known.header.clone(), new);
    }
    if request.wording.replaces() && request.wording.names(&asked.name) && !asked.elided() {
        into.replace(known.core.clone(), &request.snippet[asked.core.clone()]);
        into.add_evidence(format!("replaced `{}` as the plan says", asked.name));
        return Ok(());
    }
    let meeting = Meeting {
        known,
        asked,
        is_whole: whole,
    };
    merge_fields(request, &meeting, into)
}

/// Makes the refusal of a value that the file has otherwise.
fn conflict_refusal(request: &Request<'_>, at: usize, name: &str) -> Refusal {
    let message =
        format!("`{name}` stands otherwise in the file, and the plan doesn't say to change it");
    Refusal {
        candidates: vec![location_at(request.text, at)],
        ..new_refusal(Reason::Conflict, message)
    }
}

/// A definition of the file, and what the block shows of it.
struct Meeting<'d> {
    known: &'d Definition,
    asked: &'d Definition,
    /// The block shows the whole definition, so that it may change each field.
    is_whole: bool,
}

/// Adds the fields that are not there; changes those that differ where the block shows the whole or the words ask.
fn merge_fields(
    request: &Request<'_>,
    meeting: &Meeting<'_>,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let Meeting {
        known,
        asked,
        is_whole,
    } = *meeting;
    let lines = Lines::new(request.text);
    if known.inline {
        let message = format!(
            "`{}` stands on one line, where fields can't be added line by line",
            known.name
        );
        return Err(new_refusal(Reason::Unsupported, message));
    }
    let told = stated_field_line(request, known, asked)?;
    let mut previous: Option<&Field> = None;
    for field in &asked.fields {
        // Behind a gap in the block, the field before it says nothing of the place.
        if field.parted {
            previous = None;
        }
        let Some(there) = known.fields.iter().find(|there| there.key == field.key) else {
            let after = previous.or_else(|| known.last_field_for(field));
            let line = match (&told, previous) {
                (Some(at), None) if !field.key.starts_with("@@") => *at,
                _ => after.map_or_else(
                    || known.first_line(&lines),
                    |after| lines.line_at(after.span.end) + 1,
                ),
            };
            let mut new = field_lines(request, meeting, field);
            if opens_attributes(known, field) && line > 0 && !lines.get(line - 1).trim().is_empty()
            {
                new.insert(0, String::new());
            }
            fuzzy::stage_lines(&lines, line..line, &new, into);
            into.add_evidence(format!("added `{}` to `{}`", field.key, known.name));
            continue;
        };
        previous = Some(there);
        let (old, new) = (
            &request.text[there.core.clone()],
            &request.snippet[field.core.clone()],
        );
        if collapse_whitespace(old) == collapse_whitespace(new) {
            continue;
        }
        if !(is_whole || request.wording.changes() && request.wording.names(&field.key)) {
            return Err(conflict_refusal(
                request,
                there.core.start,
                &format!("{}.{}", known.name, field.key),
            ));
        }
        into.replace(there.core.clone(), new.trim());
        into.add_evidence(format!("changed `{}` of `{}`", field.key, known.name));
    }
    Ok(())
}

/// Finds the line before which the words put new fields, where they name a place in the definition. A place that is not
/// there refuses: the end is not what the plan says.
///
/// `None` where the words name no place. A name of another definition is no place in this one, and
/// no reason to refuse.
fn stated_field_line(
    request: &Request<'_>,
    known: &Definition,
    asked: &Definition,
) -> Result<Option<usize>, Refusal> {
    let lines = Lines::new(request.text);
    let field = |name: &str| {
        let key = name.split_whitespace().next().unwrap_or(name);
        known
            .fields
            .iter()
            .find(|field| field.key == key || field.key == name)
    };
    let is_new = |name: &str| asked.fields.iter().any(|field| field.key == name);
    let mut missing = None;
    for spot in request.wording.spots().into_iter().rev() {
        let (ProsePosition::After(name) | ProsePosition::Before(name)) = &spot else {
            return Ok((spot == ProsePosition::Top).then(|| known.first_line(&lines)));
        };
        match field(name) {
            Some(found) if matches!(spot, ProsePosition::After(_)) => {
                return Ok(Some(lines.line_at(found.span.end) + 1));
            }
            Some(found) => return Ok(Some(lines.line_at(found.span.start))),
            None if is_new(name) => {}
            None => missing = missing.or(Some(name.clone())),
        }
    }
    let is_there = |name: &String| {
        scan_definitions(request.text, Syntax::Prisma)
            .definitions
            .iter()
            .any(|one| one.name == *name)
    };
    missing
        .filter(|name| asked.fields.iter().any(|one| field(&one.key).is_none()) && !is_there(name))
        .map_or(Ok(None), |name| {
            let message = format!(
                "`{name}`, beside which the block belongs, is not in `{}`",
                known.name
            );
            Err(new_refusal(Reason::NotFound, message))
        })
}

/// Returns the lines of a new field, indented as the definition's own.
fn field_lines(request: &Request<'_>, meeting: &Meeting<'_>, field: &Field) -> Vec<String> {
    let indent = meeting.known.field_indent(request.text);
    let own = meeting.asked.field_indent(request.snippet);
    let shown = &request.snippet[field.span.clone()];
    Block::new(shown)
        .lines
        .iter()
        .filter(|line| !is_elision_line(line))
        .map(|line| {
            let rest = line.strip_prefix(own.as_str()).unwrap_or(line.trim_start());
            if rest.is_empty() {
                String::new()
            } else {
                format!("{indent}{}", rest.trim_end())
            }
        })
        .collect()
}

/// Returns whether a field is the first of the attributes that stand below a definition's fields, behind an empty line.
fn opens_attributes(known: &Definition, field: &Field) -> bool {
    field.key.starts_with("@@") && !known.fields.iter().any(|field| field.key.starts_with("@@"))
}
