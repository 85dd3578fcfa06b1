//! The report for people, in the shape that the specification gives.

use journal::Event;

use super::{CheckLine, Outcome, Report, Task, verdict_words};
use crate::verify::FileOutcome;

impl Report {
    /// Returns the report as Markdown, ending in a newline.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!("## {}\n\n### Completed Tasks\n", self.heading);
        write_list(&mut text, self.tasks.iter().map(task_line), "(none)");
        text.push_str("\n### Files Modified\n");
        write_list(&mut text, self.file_lines(), "(none)");
        text.push_str("\n### Verification Results\n");
        let results = &self.verification;
        for (name, outcome) in [
            ("Tests", &results.tests),
            ("Lint", &results.lint),
            ("Type Check", &results.type_check),
        ] {
            text.push_str(&format!("- {name}: {}\n", outcome_words(outcome)));
        }
        text.push_str("\n### Notes\n");
        write_list(&mut text, self.note_lines(), "Nothing to add.");
        self.checks
            .iter()
            .filter(|check| !check.output.is_empty())
            .for_each(|check| write_check_output(&mut text, check));
        text
    }

    /// Returns the report as the journal keeps it.
    pub(crate) fn event(&self, dry_run: bool) -> Event {
        let markdown = if dry_run {
            self.to_dry_run()
        } else {
            self.to_markdown()
        };
        // A report is plain data: nothing of it can fail to be written as JSON.
        let report = serde_json::to_value(self).unwrap_or_default();
        Event::UnitReported {
            label: self.phase.clone(),
            markdown,
            report,
        }
    }

    /// Returns what a dry run has to say: what would be changed, and what stands in the way.
    pub(crate) fn to_dry_run(&self) -> String {
        let mut text = format!(
            "## Implementation Preview\n\n{}: nothing was written\n\n### Files\n",
            self.phase
        );
        write_list(&mut text, self.planned_lines(), "(none)");
        text.push_str("\n### Notes\n");
        write_list(&mut text, self.note_lines(), "Nothing to add.");
        text
    }

    fn planned_lines(&self) -> impl Iterator<Item = String> + '_ {
        self.file_lines().map(|line| {
            let said = [
                (" - Created: ", " - Create: "),
                (" - Modified: ", " - Modify: "),
                (" - Deleted: ", " - Delete: "),
            ];
            said.iter().fold(line, |line, (done, planned)| {
                line.replacen(done, planned, 1)
            })
        })
    }

    fn file_lines(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().filter_map(|file| {
            let action = match file.fate {
                FileOutcome::Created => "Created",
                FileOutcome::Modified => "Modified",
                FileOutcome::Deleted => "Deleted",
                FileOutcome::Standing | FileOutcome::Untouched => return None,
            };
            let counts = match file.fate {
                FileOutcome::Deleted => String::new(),
                _ => format!(" (+{} -{})", file.lines_added, file.lines_removed),
            };
            Some(format!(
                "`{}` - {action}: {}{counts}",
                file.path, file.description
            ))
        })
    }

    fn note_lines(&self) -> impl Iterator<Item = String> + '_ {
        let standing = self.files.iter().filter_map(|file| match file.fate {
            FileOutcome::Standing => Some(format!(
                "`{}` was left as it is: {}.",
                file.path, file.description
            )),
            FileOutcome::Untouched => Some(format!(
                "`{}` was not changed: {}.",
                file.path, file.description
            )),
            _ => None,
        });
        let refusals = self
            .refusals
            .iter()
            .filter(|refusal| !refusal.candidates.is_empty())
            .map(|refusal| {
                let path = refusal.path.as_deref().unwrap_or("?");
                format!(
                    "`{path}` (plan line {}): to decide between {}.",
                    refusal.line,
                    refusal.candidates.join(", ")
                )
            });
        standing.chain(refusals).chain(self.notes.iter().cloned())
    }
}

fn task_line(task: &Task) -> String {
    match task.done {
        true => format!("[x] {}", task.text),
        false => format!("[ ] {} - {}", task.text, task.why),
    }
}

/// Shows the end of what a failed check printed: without it, nobody can say what to fix.
fn write_check_output(text: &mut String, check: &CheckLine) {
    /// Enough for a traceback's end or a linter's findings; `show` has the whole.
    const LINES: usize = 12;
    let all: Vec<&str> = check.output.lines().collect();
    text.push_str(&format!(
        "- Output of `{}`:\n  ```\n",
        crate::check::first_line(&check.command)
    ));
    for line in &all[all.len().saturating_sub(LINES)..] {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    text.push_str("  ```\n");
}

fn outcome_words(outcome: &Outcome) -> String {
    format!("{} - {}", verdict_words(outcome.verdict), outcome.details)
}

fn write_list(text: &mut String, lines: impl Iterator<Item = String>, none: &str) {
    let before = text.len();
    for line in lines {
        text.push_str(&format!("- {}\n", line.replace('\n', " ")));
    }
    if text.len() == before {
        text.push_str(&format!("{none}\n"));
    }
}
