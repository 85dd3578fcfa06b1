//! `explain`: says what a finding's code means, why it matters and how to fix it.

use clap::Args;

use crate::cli::Globals;
use crate::cli::printer;
use crate::review::{Code, list_all_codes};
use crate::stop::{Exit, Severity, Stop};

/// Explain a code of `check`, or list all codes
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The code, such as file-missing; without it all are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Runs the subcommand.
pub(crate) fn run_explain(arguments: &ExplainArguments, _globals: &Globals) -> Result<Exit, Stop> {
    let Some(wanted) = &arguments.code else {
        printer::print_to_stdout(&list_codes())?;
        return Ok(Exit::Complete);
    };
    match list_all_codes().find(|code| code.name.eq_ignore_ascii_case(wanted.trim())) {
        Some(code) => printer::print_to_stdout(&explain_code(code)).map(|()| Exit::Complete),
        None => {
            let likeness = |code: &&Code| (strsim::jaro_winkler(code.name, wanted) * 1000.0) as u32;
            let near = list_all_codes()
                .max_by_key(likeness)
                .filter(|code| likeness(code) > 700);
            let stop = Stop::usage(format!("no finding has the code `{wanted}`"));
            Err(stop.hint(match near {
                Some(near) => format!(
                    "Is `{}` meant? `backend-engineer explain` lists all.",
                    near.name
                ),
                None => "`backend-engineer explain` lists all.".to_owned(),
            }))
        }
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn explain_code(code: &Code) -> String {
    let paragraphs: Vec<String> = code.explanation.split("\n\n").map(wrap_paragraph).collect();
    format!(
        "{} ({}): {}\n\n{}\n",
        code.name,
        severity_word(code.severity),
        code.summary,
        paragraphs.join("\n\n")
    )
}

/// Returns a paragraph in lines that a terminal shows whole.
fn wrap_paragraph(paragraph: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in paragraph.split(' ') {
        let long = word.chars().count();
        if width > 0 && width + 1 + long > 90 {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += long;
    }
    text
}

fn list_codes() -> String {
    let width = list_all_codes()
        .map(|code| code.name.len())
        .max()
        .unwrap_or(0);
    list_all_codes()
        .map(|code| {
            format!(
                "{:width$}  {:7}  {}\n",
                code.name,
                severity_word(code.severity),
                code.summary
            )
        })
        .collect()
}
