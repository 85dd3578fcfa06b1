//! A survey as Markdown: a heading for each part, and a table for each of its tables.

use survey::Survey;

use super::SurveyPart;
use super::rows::{Table, tables_of_part};

/// Returns the parts as one document.
pub(super) fn render_markdown(survey: &Survey, parts: &[SurveyPart]) -> String {
    let mut text = String::new();
    for part in parts {
        let name = part.name();
        let (first, rest) = name.split_at(1);
        text.push_str(&format!("# {}{rest}\n\n", first.to_uppercase()));
        let tables = tables_of_part(survey, *part);
        if tables.is_empty() {
            text.push_str("Nothing was found.\n\n");
        }
        for table in &tables {
            text.push_str(&render_markdown_table(table));
        }
    }
    format!("{}\n", text.trim_end())
}

fn render_markdown_table(table: &Table) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("## {}\n\n", table.title);
    text.push_str(&line(
        table.heads.iter().map(|head| (*head).to_owned()).collect(),
    ));
    text.push_str(&line(
        table.heads.iter().map(|_| "---".to_owned()).collect(),
    ));
    for row in &table.rows {
        text.push_str(&line(row.iter().map(|text| cell(text)).collect()));
    }
    text.push('\n');
    text
}
