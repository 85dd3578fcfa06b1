//! A plan as it was read, as text that a person can check beside the plan.

use std::fmt::Write;

use plan::{Basis, CriterionKind, FileOf, Part, Phase, Plan, PlannedCommand, Span};

/// Renders everything that was read.
pub(crate) fn render(plan: &Plan) -> String {
    let mut out = String::new();
    let standing = plan.approval_status();
    writeln!(
        out,
        "title {:?} dialects {:?}",
        plan.title().unwrap_or(""),
        plan.dialects()
    )
    .unwrap();
    writeln!(
        out,
        "standing {:?} {:?}",
        standing.word.as_deref().unwrap_or(""),
        standing.approval
    )
    .unwrap();
    for bound in plan.bounds() {
        writeln!(out, "bound {:?}", bound.text).unwrap();
    }
    for phase in plan.phases() {
        unit(&mut out, plan, phase, 0);
    }
    commands(&mut out, plan, plan.commands(), "");
    for one in plan.criteria() {
        writeln!(
            out,
            "criterion {} {:?} {:?}",
            kind(one.kind),
            one.commands,
            one.text
        )
        .unwrap();
    }
    for one in plan.checkboxes() {
        let place = plan.location(one.mark_span.start);
        let unit = one
            .phase
            .map_or(String::new(), |id| format!(" of {}", id.0));
        let (line, column) = (place.line, place.column);
        writeln!(
            out,
            "box {line}:{column} {:?} {:?} depth {}{unit} {:?}",
            one.mark, one.state, one.depth, one.text
        )
        .unwrap();
    }
    for one in plan.diagnostics() {
        writeln!(
            out,
            "diagnostic {}:{} {} {}",
            plan.location(one.span.start).line,
            plan.location(one.span.start).column,
            one.code,
            one.message
        )
        .unwrap();
    }
    out
}

fn kind(kind: CriterionKind) -> &'static str {
    match kind {
        CriterionKind::Automated => "auto",
        CriterionKind::Manual => "manual",
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "",
        Basis::Identified => " identified",
        Basis::Worded => " worded",
    }
}

fn line(plan: &Plan, span: &Span) -> usize {
    plan.location(span.start).line
}

fn commands(out: &mut String, plan: &Plan, commands: &[PlannedCommand], margin: &str) {
    for (at, one) in commands.iter().enumerate() {
        write!(
            out,
            "{margin}  run {at} line {} {:?} {:?}",
            line(plan, &one.span),
            one.text,
            one.expect.outcome
        )
        .unwrap();
        expectations(out, one);
    }
}

fn expectations(out: &mut String, one: &PlannedCommand) {
    if let Some(words) = &one.expect.words {
        write!(out, " words {words:?}").unwrap();
    }
    if let Some(passed) = one.expect.passed {
        write!(out, " passed {passed}").unwrap();
    }
    if !one.expect.shows.is_empty() {
        write!(out, " shows {:?}", one.expect.shows).unwrap();
    }
    if let Some(folder) = &one.folder {
        write!(out, " in {folder:?}").unwrap();
    }
    if let Some(doubt) = one.doubt {
        write!(out, " doubt {doubt:?}").unwrap();
    }
    if one.server {
        write!(out, " server").unwrap();
    }
    if one.destructive {
        write!(out, " destructive").unwrap();
    }
    if let Some(commit) = &one.commit {
        write!(out, " commit {:?} {:?}", commit.message, commit.paths).unwrap();
    }
    out.push('\n');
}

fn unit(out: &mut String, plan: &Plan, phase: &Phase, depth: usize) {
    let margin = "    ".repeat(depth);
    let optional = if phase.optional { " optional" } else { "" };
    writeln!(
        out,
        "{margin}unit {} {:?} number {:?} title {:?} {:?}{optional} after {:?} lines {}-{}",
        phase.id.0,
        phase.label,
        phase.number.as_deref().unwrap_or(""),
        phase.title,
        phase.state,
        phase.depends_on,
        line(plan, &phase.span),
        plan.location(phase.span.end).line,
    )
    .unwrap();
    files(out, plan, phase, &margin);
    blocks(out, plan, phase, &margin);
    sentences(out, plan, phase, &margin);
    commands(out, plan, &phase.commands, &margin);
    criteria(out, phase, &margin);
    steps(out, plan, phase, &margin);
    for child in &phase.phases {
        unit(out, plan, child, depth + 1);
    }
}

fn files(out: &mut String, plan: &Plan, phase: &Phase, margin: &str) {
    for (at, one) in phase.changes.iter().enumerate() {
        let test = if one.test { " test" } else { "" };
        let pattern = if one.pattern { " pattern" } else { "" };
        let lines = one
            .lines
            .map_or(String::new(), |(from, to)| format!(" lines {from}-{to}"));
        let empty = if one.empty { " empty" } else { "" };
        let base = one
            .base
            .as_ref()
            .map_or(String::new(), |base| format!(" from {base}"));
        let lines = format!("{lines}{empty}{base}{}", basis(one.basis));
        assert!(!plan.text()[one.span.clone()].is_empty());
        writeln!(
            out,
            "{margin}  file {at} {:?} {:?}{test}{pattern}{lines} blocks {:?} said {:?}",
            one.action, one.path, one.blocks, one.prose
        )
        .unwrap();
    }
}

fn blocks(out: &mut String, plan: &Plan, phase: &Phase, margin: &str) {
    for (at, one) in phase.blocks.iter().enumerate() {
        let file = match &one.file {
            FileOf::Change(at) => phase.changes[*at].path.clone(),
            other => format!("{other:?}"),
        };
        let lines = one
            .lines
            .map_or(String::new(), |(from, to)| format!(" lines {from}-{to}"));
        let lines = format!("{}{lines}", basis(one.basis));
        writeln!(
            out,
            "{margin}  block {at} line {} {:?} {:?} for {file}{lines} {:?}",
            line(plan, &one.span),
            one.language,
            one.role,
            one.text
        )
        .unwrap();
    }
}

fn sentences(out: &mut String, plan: &Plan, phase: &Phase, margin: &str) {
    let kept: Vec<&str> = phase
        .sentences
        .iter()
        .flat_map(|one| &one.protects)
        .map(|one| one.name.as_str())
        .collect();
    if !kept.is_empty() {
        writeln!(out, "{margin}  stays {kept:?}").unwrap();
    }
    for one in phase.sentences.iter().filter(|one| one.open) {
        writeln!(
            out,
            "{margin}  open {:?}",
            plan.text().get(one.span.clone()).unwrap_or_default()
        )
        .unwrap();
    }
}

fn criteria(out: &mut String, phase: &Phase, margin: &str) {
    for one in &phase.criteria {
        let mark = one
            .checkbox
            .map_or(String::new(), |id| format!(" box {}", id.0));
        writeln!(
            out,
            "{margin}  criterion {} {:?}{mark} {:?}",
            kind(one.kind),
            one.commands,
            one.text
        )
        .unwrap();
    }
}

fn steps(out: &mut String, plan: &Plan, phase: &Phase, margin: &str) {
    for one in &phase.steps {
        let mark = one
            .checkbox
            .map_or(String::new(), |id| format!(" box {}", id.0));
        let parts: Vec<String> = one
            .parts
            .iter()
            .map(|part| self::part(plan, part))
            .collect();
        let number = one.number.as_deref().unwrap_or("");
        writeln!(
            out,
            "{margin}  step {number:?} {:?}{mark} {:?}: {}",
            one.kind,
            one.title,
            parts.join(", ")
        )
        .unwrap();
    }
}

fn part(plan: &Plan, part: &Part) -> String {
    match part {
        Part::Place(at) => format!("place {at}"),
        Part::Run(at) => format!("run {at}"),
        Part::Commit(at) => format!("commit {at}"),
        Part::Say(span) => format!("say {:?}", &plan.text()[span.clone()]),
    }
}
