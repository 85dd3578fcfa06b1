//! Files that a unit's own words, commands or criteria name in full, beside the list of its files: they belong to it,
//! unless the words only cite them or say that they must stay.

use plan::{Phase, Plan, SentenceClass};

/// Returns whether the words of these units that ask for something, or check something, name the path in full.
pub(crate) fn is_worded<'a>(plan: &Plan, units: impl IntoIterator<Item = &'a Phase>, path: &str) -> bool {
    units.into_iter().any(|unit| of_unit(plan, unit, path))
}

fn of_unit(plan: &Plan, unit: &Phase, path: &str) -> bool {
    let stays = unit.sentences.iter().flat_map(|sentence| &sentence.protects);
    if stays.into_iter().any(|one| one.is_path && path.ends_with(one.name.trim_start_matches("./"))) {
        return false;
    }
    let text = |span: &plan::Span| plan.text().get(span.clone()).unwrap_or_default();
    let asking = unit.sentences.iter().filter(|sentence| {
        use SentenceClass::{Check, DoPartly, DoShown, DoUnshown, Place, Run};
        !sentence.negated && matches!(sentence.class, Check | DoPartly | DoShown | DoUnshown | Place | Run)
    });
    let mut texts = asking.map(|sentence| text(&sentence.span)).chain([text(&unit.heading)]);
    let mut commands = unit.commands.iter().map(|command| command.text.as_str());
    texts.any(|text| names_path(text, path)) || commands.any(|command| names_path(command, path))
}

/// Returns whether a text holds a path as a whole: not as the end of a longer one, nor as the start.
fn names_path(text: &str, path: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.');
    text.match_indices(path).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + path.len()..]);
        let before = before.strip_suffix("./").unwrap_or(before);
        // A full stop may end the sentence.
        let behind = behind.strip_prefix('.').filter(|rest| !rest.starts_with(char::is_alphanumeric)).unwrap_or(behind);
        !before.ends_with(is_part) && !behind.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_in_full_where_its_words_ask_for_something() {
        let plan = plan::read(
            b"# X\n\n## Phase 1: A\n\n**File**: `app/a.py`\n\nMake `f` return one; add tests in `tests/test_a.py`.\n\n\
             Do not touch `app/kept.py`.\n\nThe loader in `app/cited.py` is slow.\n\n\
             ### Success Criteria\n\n- [ ] It holds: `python3 app/check.py > out/report.txt`\n",
        )
        .expect("a plan");
        for (path, named) in [
            ("tests/test_a.py", true),
            ("app/check.py", true),
            ("out/report.txt", true),
            ("test_a.py", false),
            ("tests/test_a", false),
            ("app/kept.py", false),
            ("app/cited.py", false),
        ] {
            assert_eq!(is_worded(&plan, plan.phases(), path), named, "{path}");
        }
    }
}
