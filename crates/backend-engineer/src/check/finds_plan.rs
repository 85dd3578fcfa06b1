//! Searches that find their own words in the plan, and nothing else: `grep -rn "round(net)" .` finds the criterion that
//! names it, whatever the code is.

use journal::Verdict;
use shell::{Decides, Reading};

use super::inconclusive::Inconclusive;
use super::vacuous::{Vacuous, has_search, has_telling_part};
use super::{CheckRun, Judgement, Request, code_of, plain_script_run};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Takes back the success of a search that finds nothing where the plan's file is left out.
pub(super) async fn retract_if_only_plan_found(
    work: &mut UnitWork<'_>,
    request: &Request,
    reading: &Reading,
    ran: &mut CheckRun,
) -> Result<(), Stop> {
    let name = work
        .run
        .plan_inside()
        .and_then(|path| path.rsplit('/').next())
        .map(str::to_owned);
    let found = ran.judgement.verdict == Verdict::Passed && ran.exit == Some(0);
    let Some(script) = name
        .filter(|_| found)
        .and_then(|name| leaving_out(&name, reading))
    else {
        return Ok(());
    };
    let outcome = work
        .workspace
        .execute(plain_script_run(work.run, request, &script))
        .await?;
    if code_of(&outcome) == Some(1) {
        ran.judgement = Judgement::inconclusive(&Inconclusive::Vacuous(Vacuous::FindsPlan));
    }
    Ok(())
}

/// Returns the script in a shell whose searches leave out files of this name; none where it is no search.
fn leaving_out(name: &str, reading: &Reading) -> Option<String> {
    let tells =
        matches!(reading.decides(), Decides::Found | Decides::Status) && !reading.is_negated();
    let is_search = tells && has_search(reading) && !has_telling_part(reading);
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    (is_search && name.chars().all(is_plain)).then(|| {
        let text = reading.script.text.trim();
        format!(
            "grep() {{ command grep --exclude={name} \"$@\"; }}\nrg() {{ command rg --glob '!{name}' \"$@\"; }}\n{text}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_searches_are_run_without_the_plan() {
        let without = |script: &str| leaving_out("plan.md", &shell::read(script));
        for script in [
            "grep -rn x .",
            "grep -rq x .",
            "cd api && grep -q x -r .",
            "rg x",
        ] {
            let text = without(script).unwrap_or_default();
            assert!(
                text.contains("--exclude=plan.md") && text.ends_with(script),
                "{script}: {text}"
            );
        }
        for script in ["pytest", "ls", "pytest && grep -q x a", "! grep -rn x ."] {
            assert_eq!(without(script), None, "{script}");
        }
        assert_eq!(
            leaving_out("my plan.md", &shell::read("grep -rn x .")),
            None,
            "a name that the shell would read"
        );
    }
}
