//! The shapes of answers: which keys stand at the top of what handlers give, and of what tells of
//! an error.
//!
//! ```text
//! res.json({ data, total })                 an object with `data`, `total`
//! return {"error": str(e), "code": 404}     an object with `error`, `code`, in an error handler
//! res.json(order)                           no literal: not counted
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::marks::MARKS;
use super::{Convention, ConventionContext, Hit, Topic, best_examples};
use crate::layers::Layer;

/// Lines behind the mark of an error handler in which its answer is looked for. An answer itself must begin on the
/// line of its mark.
const WINDOW: usize = 30;
/// Shapes past which no more are reported, by how often they stand in the code.
const MOST: usize = 3;

/// Returns the shapes of answers and of errors.
///
/// An answer counts only in routes and controllers and from two on; of error handlers, one is often all there is.
pub(super) fn read_body_shapes(
    ground: &ConventionContext<'_>,
    hits: &BTreeMap<usize, Vec<Hit>>,
) -> Vec<Convention> {
    let of_topic = |topic: Topic, unnamed: bool| -> Vec<Hit> {
        let marks = MARKS
            .iter()
            .enumerate()
            .filter(|(_, mark)| mark.topic == topic && (!unnamed || mark.what.is_empty()));
        marks
            .flat_map(|(at, _)| hits.get(&at).cloned().unwrap_or_default())
            .collect()
    };
    let answers = of_topic(Topic::Answers, true).into_iter().filter(|hit| {
        matches!(
            ground.layer[hit.file],
            Some(Layer::Routes | Layer::Controllers)
        )
    });
    let mut found = find_common_shapes(ground, Topic::Answers, answers, 2);
    // Wrappers only pass errors on.
    let lines = MARKS
        .iter()
        .enumerate()
        .filter(|(_, mark)| mark.what.starts_with("handlers are wrapped"));
    let wrapping: BTreeSet<usize> = lines
        .flat_map(|(at, _)| hits.get(&at).into_iter().flatten())
        .map(|hit| hit.file)
        .collect();
    let handlers = of_topic(Topic::ErrorHandlers, false)
        .into_iter()
        .filter(|hit| !wrapping.contains(&hit.file))
        .chain(of_topic(Topic::ErrorBody, true));
    found.extend(find_common_shapes(ground, Topic::ErrorBody, handlers, 1));
    found
}

/// Returns the shapes that at least `least` of the hits give, as one convention each.
fn find_common_shapes(
    ground: &ConventionContext<'_>,
    topic: Topic,
    hits: impl Iterator<Item = Hit>,
    least: usize,
) -> Vec<Convention> {
    let mut shapes: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    // Several marks may find one object: it counts once.
    let mut told = BTreeSet::new();
    for hit in hits {
        let Some((keys, ahead)) = keys_at(ground, hit, topic) else {
            continue;
        };
        let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let at = Hit {
            line: hit.line + ahead,
            ..hit
        };
        let names = names.join(", ");
        if told.insert((at.file, at.line, names.clone())) {
            shapes.entry(names).or_default().push(at);
        }
    }
    let mut shapes: Vec<_> = shapes
        .into_iter()
        .filter(|(_, hits)| hits.len() >= least)
        .collect();
    shapes.sort_by_key(|(keys, hits)| (std::cmp::Reverse(hits.len()), keys.clone()));
    let convention = |(keys, hits): (String, Vec<Hit>)| Convention {
        topic,
        layer: None,
        what: format!("an object with {keys}"),
        count: hits.len(),
        of: Some(told.len()),
        examples: best_examples(ground, &hits),
    };
    shapes.into_iter().take(MOST).map(convention).collect()
}

/// Returns the top keys of the first object literal that is given as an answer at or soon behind
/// the place, and how many lines behind.
fn keys_at(ground: &ConventionContext<'_>, hit: Hit, topic: Topic) -> Option<(Vec<String>, u32)> {
    let text = &ground.sources.files[hit.file].text;
    let lines: Vec<&str> = text.get(hit.start..)?.lines().take(WINDOW).collect();
    let gives = [
        ".json({",
        ".send({",
        "jsonify({",
        "jsonify(",
        "JsonResponse({",
        "JSONResponse(",
        "content={",
        "Response({",
        "return {",
        "return jsonify",
    ];
    // What an error handler gives is often put together before it is given.
    let mut gives = gives.to_vec();
    if topic == Topic::ErrorBody {
        gives.push(" = {");
    }
    // An answer stands on the line of its mark; an error handler's stands somewhere in its body.
    let reach = if topic == Topic::ErrorBody { WINDOW } else { 1 };
    let (ahead, line) = lines
        .iter()
        .enumerate()
        .take(reach)
        .find(|(_, line)| gives.iter().any(|mark| line.contains(mark)))?;
    let at = gives.iter().filter_map(|mark| line.find(mark)).min()?;
    let mut rest = line.get(at..)?.to_owned();
    for behind in lines.iter().skip(ahead + 1) {
        rest.push('\n');
        rest.push_str(behind);
    }
    // The object may be the second argument, but not past the end of the call: at most three lines behind.
    let open = rest.find('{').filter(|open| {
        rest.get(..*open)
            .is_some_and(|before| before.matches('\n').count() <= 3)
    })?;
    let keys = top_keys(rest.get(open + 1..)?);
    // More than eight keys are a thing of its own, not the frame around answers.
    (!keys.is_empty() && keys.len() <= 8).then_some((keys, u32::try_from(ahead).ok()?))
}

/// Returns the keys of an object whose inside begins here: `a: 1, b: [2], c }` gives `a`, `b`, `c`.
///
/// Reads 900 letters at most, so that a long literal costs little. Nested keys and values are skipped.
fn top_keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let (mut depth, mut word, mut is_value) = (0_u32, String::new(), false);
    let mut quote = None;
    for letter in text.chars().take(900) {
        if let Some(open) = quote {
            if letter == open {
                quote = None;
            } else if depth == 0 && !is_value {
                word.push(letter);
            }
            continue;
        }
        match letter {
            '\'' | '"' | '`' => quote = Some(letter),
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' if depth > 0 => depth -= 1,
            '}' | ']' | ')' => {
                push_key(&mut keys, &word, is_value);
                break;
            }
            ',' if depth == 0 => {
                push_key(&mut keys, &word, is_value);
                word.clear();
                is_value = false;
            }
            ':' if depth == 0 && !is_value => {
                push_key(&mut keys, &word, false);
                is_value = true;
            }
            _ if depth == 0
                && !is_value
                && (letter.is_alphanumeric() || "_-$.".contains(letter)) =>
            {
                word.push(letter)
            }
            _ => {}
        }
    }
    keys
}

/// Adds a key, or a name given in short (`{ user, token }`), once; what is spread has no key.
fn push_key(keys: &mut Vec<String>, word: &str, is_value: bool) {
    let is_key = !is_value
        && !word.is_empty()
        && !word.starts_with("...")
        && !word.contains('.')
        && word.len() < 40;
    if is_key && !keys.iter().any(|known| known == word) {
        keys.push(word.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_at_the_top_of_an_object() {
        assert_eq!(
            top_keys(" success: true, data: { id: 1, x: [a, b] }, ...rest })"),
            ["success", "data"]
        );
        assert_eq!(
            top_keys("\"detail\": str(exc), 'code': 1}"),
            ["detail", "code"]
        );
        assert_eq!(top_keys(" user, token });"), ["user", "token"]);
    }
}
