//! Tests of how a stop is shown: drawn, plain, and at the edges of a text.

use super::*;

const PLAN: &str =
    "# Plan\r\n\r\n## Phase 1: Ünits\r\n\r\n- [ ] Change `app/models.py` as shown\r\n";

fn finding(severity: Severity, span: std::ops::Range<usize>) -> Finding {
    Finding {
        code: "file-missing",
        severity,
        message: "the file to change is not there".to_owned(),
        line: Some(5),
        span: Some(span),
        hint: Some("say \"Create\" if it is new".to_owned()),
    }
}

fn source() -> Source<'static> {
    Source {
        name: "docs/plan.md",
        text: PLAN,
    }
}

fn whole() -> Stop {
    let at = PLAN.find("app/").expect("the path");
    Stop::refused("one file can't be changed")
        .hint("see to the plan")
        .at([finding(Severity::Error, at..at + 13)])
}

#[test]
fn a_stop_is_drawn_into_the_plan() {
    insta::assert_snapshot!(
        "drawn",
        render_stop(
            &whole(),
            Some(source()),
            RenderStyle::Drawn { coloured: false }
        )
    );
}

#[test]
fn a_stop_is_plain_where_no_terminal_is() {
    insta::assert_snapshot!(
        "plain",
        render_stop(&whole(), Some(source()), RenderStyle::Plain)
    );
    insta::assert_snapshot!(
        "plain_without_the_plan",
        render_stop(&whole(), None, RenderStyle::Plain)
    );
}

#[test]
fn only_colour_differs_in_colour() {
    let look = |coloured| render_stop(&whole(), Some(source()), RenderStyle::Drawn { coloured });
    assert!(look(true).contains('\u{1b}') && !look(false).contains('\u{1b}'));
}

#[test]
fn no_span_is_too_wild() {
    let text = format!("\u{feff}é{}\n", "长 ".repeat(400));
    for text in ["", "\n", text.as_str(), "a\r\n\r\n", "\t\u{1b}[31mred"] {
        for start in (0..text.len() + 3).chain([usize::MAX]) {
            for length in [0, 1, 7, 5000] {
                let finding = finding(Severity::Note, start..start.saturating_add(length));
                let shown = render_findings(
                    &[finding],
                    Some(Source { name: "p", text }),
                    RenderStyle::Drawn { coloured: false },
                );
                assert!(
                    shown.contains("is not there") && !shown.contains('\u{1b}'),
                    "{text:?} {start}"
                );
            }
        }
    }
}

#[test]
fn a_long_line_is_cut_around_its_place() {
    let text = format!("{}`needle`{}\n", "word ".repeat(100), " word".repeat(100));
    let at = text.find("`needle`").expect("the place");
    let excerpt = Excerpt::new(
        Source {
            name: "p",
            text: &text,
        },
        at,
        at + 8,
    );
    let (offset, length) = (excerpt.meant.offset(), excerpt.meant.len());
    assert_eq!(&excerpt.text[offset..offset + length], "`needle`");
    assert!(excerpt.text.starts_with('…') && excerpt.text.ends_with("…\n"));
    assert_eq!((excerpt.line, excerpt.column), (0, 500));
    assert!(excerpt.text.chars().count() < 170);
}
