//! Shows stops and findings to people: on a terminal with the plan's line and what in it is meant, elsewhere a line each
//! with its place, for a log or another program.

use std::fmt;

use miette::{
    Diagnostic, GraphicalTheme, LabeledSpan, MietteError, MietteHandlerOpts, MietteSpanContents,
    ReportHandler, Severity as Weight, SourceCode, SourceSpan, SpanContents,
};

use crate::cli::colour::Palette;
use crate::cli::patch::style_patch;
use crate::cli::printer::escape_control_characters;
use crate::stop::{Finding, Severity, Stop};

/// The longest part of a plan's line that is shown, in characters; a paragraph may be one line.
const LONGEST_LINE: usize = 160;

/// The characters of a line that are kept before the location that is meant, where the line is cut.
const LEAD: usize = 40;

/// A plan, as findings point into it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Its name, as people gave it.
    pub(crate) name: &'a str,
    /// Its text, which the spans count in.
    pub(crate) text: &'a str,
}

/// The form of output that the reader's end allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RenderStyle {
    /// A line each: no terminal.
    Plain,
    /// Drawn, with or without colour.
    Drawn {
        /// With colour.
        coloured: bool,
    },
}

/// Returns what a stop says, its hint, and the places that it speaks of.
pub(crate) fn render_stop(stop: &Stop, source: Option<Source<'_>>, look: RenderStyle) -> String {
    let head = RenderedFinding {
        message: escape_control_characters(&stop.message),
        severity: Severity::Error,
        code: None,
        hint: stop.hint.as_deref().map(escape_control_characters),
        place: None,
        excerpt: None,
    };
    head.render(look) + &render_findings(&stop.findings, source, look)
}

/// Returns each finding, with its place in `source` where it is given.
pub(crate) fn render_findings(
    findings: &[Finding],
    source: Option<Source<'_>>,
    look: RenderStyle,
) -> String {
    findings
        .iter()
        .map(|finding| RenderedFinding::new(finding, source).render(look))
        .collect()
}

/// Returns a patch, with its lines coloured if asked.
pub(crate) fn render_diff(patch: &str, coloured: bool) -> String {
    style_patch(patch, Palette { on: coloured })
}

/// One message, ready to be shown.
#[derive(Debug)]
struct RenderedFinding {
    message: String,
    severity: Severity,
    code: Option<&'static str>,
    hint: Option<String>,
    place: Option<String>,
    excerpt: Option<Excerpt>,
}

impl RenderedFinding {
    fn new(finding: &Finding, source: Option<Source<'_>>) -> Self {
        let excerpt = source
            .zip(finding.span.as_ref())
            .map(|(source, span)| Excerpt::new(source, span.start, span.end));
        let place = match (&excerpt, source, finding.line) {
            (Some(excerpt), ..) => Some(format!(
                "{}:{}:{}",
                excerpt.name,
                excerpt.line + 1,
                excerpt.column + 1
            )),
            (None, Some(source), Some(line)) => Some(format!("{}:{line}", source.name)),
            (None, None, Some(line)) => Some(format!("line {line}")),
            (None, _, None) => None,
        };
        RenderedFinding {
            message: escape_control_characters(&finding.message),
            severity: finding.severity,
            code: Some(finding.code),
            hint: finding.hint.as_deref().map(escape_control_characters),
            place,
            excerpt,
        }
    }

    fn render(&self, look: RenderStyle) -> String {
        match look {
            RenderStyle::Plain => self.to_plain_text(),
            RenderStyle::Drawn { coloured } => DrawnFinding {
                shown: self,
                coloured,
            }
            .to_string(),
        }
    }

    fn to_plain_text(&self) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = self
            .place
            .as_ref()
            .map(|place| format!("{place}: "))
            .unwrap_or_default();
        let code = self
            .code
            .map(|code| format!("[{code}]"))
            .unwrap_or_default();
        let hint = self
            .hint
            .as_ref()
            .map(|hint| format!("  help: {}\n", hint.replace('\n', "\n  ")))
            .unwrap_or_default();
        format!("{place}{word}{code}: {}\n{hint}", self.message)
    }
}

impl fmt::Display for RenderedFinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match (&self.place, &self.excerpt) {
            (Some(place), None) => write!(formatter, " ({place})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for RenderedFinding {}

impl Diagnostic for RenderedFinding {
    fn severity(&self) -> Option<Weight> {
        Some(match self.severity {
            Severity::Error => Weight::Error,
            Severity::Warning => Weight::Warning,
            Severity::Note => Weight::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint
            .as_ref()
            .map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt
            .as_ref()
            .map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = LabeledSpan::new_primary_with_span(self.code.map(str::to_owned), excerpt.meant);
        Some(Box::new(std::iter::once(label)))
    }
}

/// Draws one message as wide as the terminal is.
struct DrawnFinding<'a> {
    shown: &'a RenderedFinding,
    coloured: bool,
}

impl fmt::Display for DrawnFinding<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let theme = if self.coloured {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let options = MietteHandlerOpts::new()
            .graphical_theme(theme)
            .force_graphical(true)
            .terminal_links(false);
        options
            .context_lines(1)
            .tab_width(4)
            .build()
            .debug(self.shown, formatter)
    }
}

/// The one line of a plan that a finding is about, cut where it is long.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Bytes of `text`.
    meant: SourceSpan,
    /// From 0.
    line: usize,
    /// Where the meant part begins in the plan's line, in characters, from 0.
    column: usize,
}

impl Excerpt {
    /// The line of `source` in which the bytes from `start` to `end` begin. Bounds that are no place of the text are
    /// moved to one.
    fn new(source: Source<'_>, start: usize, end: usize) -> Self {
        let text = source.text;
        let start = floor_char_boundary(text, start);
        // What is meant begins at its first letter, not at the blank lines before it.
        let start = start + leading_blanks(&text[start..floor_char_boundary(text, end.max(start))]);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor_char_boundary(text, end.clamp(start, line_end));
        let whole = text[line_start..line_end].trim_end_matches('\r');
        let (before, meant) = (&text[line_start..start], text[start..end].trim_end());
        let cut_before = before.chars().count().saturating_sub(LEAD);
        let cut_before = if whole.chars().count() > LONGEST_LINE {
            cut_before
        } else {
            0
        };
        let kept: String = whole.chars().skip(cut_before).take(LONGEST_LINE).collect();
        let (head, tail) = (if cut_before > 0 { "…" } else { "" }, kept.len());
        let lead = before
            .chars()
            .skip(cut_before)
            .map(char::len_utf8)
            .sum::<usize>()
            .min(tail);
        let length = meant.len().min(tail - lead);
        let cut_behind = cut_before + LONGEST_LINE < whole.chars().count();
        let kept: String = kept
            .chars()
            .map(|letter| {
                if letter.is_control() && letter != '\t' {
                    ' '
                } else {
                    letter
                }
            })
            .collect();
        Excerpt {
            name: source.name.to_owned(),
            meant: (head.len() + lead, length).into(),
            text: format!("{head}{kept}{}", if cut_behind { "…\n" } else { "\n" }),
            line: text[..line_start].matches('\n').count(),
            column: before.trim_start_matches('\u{feff}').chars().count(),
        }
    }
}

/// Returns the greatest place of `text` that is not behind `offset`.
fn floor_char_boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn leading_blanks(text: &str) -> usize {
    match text.trim_start() {
        "" => 0,
        rest => text.len() - rest.len(),
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.as_str().read_span(span, before, after)?;
        // Asked without context, the column is the one that the place is told with.
        let column = if before == 0 { self.column } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            self.line + inner.line(),
            column,
            inner.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests;
