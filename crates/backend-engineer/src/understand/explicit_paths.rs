//! Files that a unit's own words, commands or criteria name in full, beside the list of its files: they belong to it,
//! unless the words only cite them or say that they must stay.

use plan::{ExpectedOutcome, Phase, Plan, PlannedCommand, SentenceClass};

/// Returns whether the words of these units that ask for something, or check something, name the path in full.
pub(crate) fn is_worded<'a>(
    plan: &Plan,
    units: impl IntoIterator<Item = &'a Phase>,
    path: &str,
) -> bool {
    units
        .into_iter()
        .any(|unit| is_explicit_in_unit(plan, unit, path))
}

fn is_explicit_in_unit(plan: &Plan, unit: &Phase, path: &str) -> bool {
    let stays = unit
        .sentences
        .iter()
        .flat_map(|sentence| &sentence.protects);
    if stays
        .into_iter()
        .any(|one| one.is_path && path.ends_with(one.name.trim_start_matches("./")))
    {
        return false;
    }
    let text = |span: &plan::Span| plan.text().get(span.clone()).unwrap_or_default();
    let asking = unit.sentences.iter().filter(|sentence| {
        use SentenceClass::{Check, DoPartly, DoShown, DoUnshown, Place, Run};
        !sentence.negated
            && matches!(
                sentence.class,
                Check | DoPartly | DoShown | DoUnshown | Place | Run
            )
    });
    let mut texts = asking
        .map(|sentence| text(&sentence.span))
        .chain([text(&unit.heading)]);
    let mut commands = unit.commands.iter().map(|command| command.text.as_str());
    texts.any(|text| names_path(text, path)) || commands.any(|command| names_path(command, path))
}

/// Returns whether a check or the heading of these units names the folder of build output around the path, or anything in
/// it; `made_by` is the command that made the path. One file of a build is seldom good for anything without the others.
pub(crate) fn is_checked_output<'a>(
    plan: &Plan,
    units: impl IntoIterator<Item = &'a Phase>,
    (path, made_by): (&str, &str),
) -> bool {
    let Some(root) = code::paths::build_output_root(path) else {
        return false;
    };
    let checks = |unit: &'a Phase| {
        let of_criteria = |at: usize| {
            unit.criteria
                .iter()
                .any(|criterion| criterion.commands.contains(&at))
        };
        let commands = unit
            .commands
            .iter()
            .enumerate()
            .filter(move |(at, command)| {
                of_criteria(*at)
                    || command.expect.outcome != ExpectedOutcome::Unstated
                        && command.text != made_by
            });
        commands.map(|(_, command)| command)
    };
    let words = |unit: &'a Phase| {
        let heading = plan.text().get(unit.heading.clone()).unwrap_or_default();
        unit.criteria
            .iter()
            .map(|criterion| criterion.text.as_str())
            .chain([heading])
    };
    units.into_iter().any(|unit| {
        checks(unit).any(|command| looks_into(command, root))
            || words(unit).any(|text| names_inside(text, root))
    })
}

/// Returns whether a command names a folder, or something in it. `npm run build` does not: only what looks at files means
/// a folder by a bare word.
fn looks_into(command: &PlannedCommand, root: &str) -> bool {
    let reading = shell::read(&command.text);
    let looks = |call: &&shell::Call| call.kind() == shell::Kind::Inspect;
    let folders = reading
        .calls()
        .into_iter()
        .filter_map(|call| call.folder.clone())
        .chain(command.folder.clone());
    let inner: Vec<String> = folders
        .filter_map(|folder| Some(root.strip_prefix(&folder)?.strip_prefix('/')?.to_owned()))
        .collect();
    let roots = || std::iter::once(root).chain(inner.iter().map(String::as_str));
    let bare = reading
        .calls()
        .into_iter()
        .filter(looks)
        .flat_map(|call| &call.arguments);
    let is_root = |word: &String| {
        roots().any(|root| word.trim_start_matches("./").trim_end_matches('/') == root)
    };
    roots().any(|root| names_inside(&command.text, root)) || bare.into_iter().any(is_root)
}

/// Returns whether a text names a path below a folder, or the folder with its slash.
fn names_inside(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + folder.len()..]);
        !before
            .strip_suffix("./")
            .unwrap_or(before)
            .ends_with(is_path_letter)
            && behind.starts_with('/')
    })
}

fn is_path_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.')
}

/// Returns whether a text holds a path as a whole: not as the end of a longer one, nor as the start.
pub(crate) fn names_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + path.len()..]);
        let before = before.strip_suffix("./").unwrap_or(before);
        // A full stop may end the sentence.
        let behind = behind
            .strip_prefix('.')
            .filter(|rest| !rest.starts_with(char::is_alphanumeric))
            .unwrap_or(behind);
        !before.ends_with(is_path_letter) && !behind.starts_with(is_path_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_belongs_to_the_unit_whose_checks_look_into_it() {
        let rows = [
            (
                "- [ ] Client is there: `test -f build/client.py`",
                "build/client.py",
                true,
            ),
            (
                "- [ ] Client is there: `test -f build/client.py`",
                "build/lib/other.py",
                true,
            ),
            (
                "- [ ] It imports: `PYTHONPATH=build/lib python3 -c \"import c\"`",
                "build/lib/c.py",
                true,
            ),
            ("- [ ] Built: `test -d build`", "build/client.py", true),
            (
                "- [ ] It is served: `cd api && node dist/main.js --version`",
                "api/dist/main.js",
                true,
            ),
            (
                "- [ ] The build passes: `npm run build`",
                "build/client.py",
                false,
            ),
            (
                "- [ ] Client is there: `test -f build/client.py`",
                "dist/client.py",
                false,
            ),
            (
                "- [ ] Client is there: `test -f rebuild/client.py`",
                "build/client.py",
                false,
            ),
            (
                "- [ ] It is a source: `test -f src/build/a.ts`",
                "src/build/a.ts",
                false,
            ),
        ];
        for (criterion, path, named) in rows {
            let text = format!(
                "# X\n\n## Phase 1: A\n\n```bash\nmake client\n```\n\n### Success Criteria\n\n{criterion}\n"
            );
            let plan = plan::read(text.as_bytes()).expect("a plan");
            assert_eq!(
                is_checked_output(&plan, plan.phases(), (path, "make client")),
                named,
                "{criterion} {path}"
            );
        }
    }

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
