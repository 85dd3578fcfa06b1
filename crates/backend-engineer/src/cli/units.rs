//! Chooses the units of a plan that are meant, and lists them where that can't be told.

use plan::{Phase, PhaseId, Plan, State, Unselected};

use crate::cli::arguments::Selection;
use crate::stop::{Exit, Stop};

/// Returns the units that are meant, in the plan's order. None, an unknown or an ambiguous one is an error with the
/// list of all.
pub(crate) fn choose_units(
    plan: &Plan,
    name: &str,
    selection: &Selection,
) -> Result<Vec<PhaseId>, Stop> {
    if selection.all {
        let all = plan.everything();
        return if all.is_empty() {
            Err(no_units(name))
        } else {
            Ok(all)
        };
    }
    if plan.phases().is_empty() {
        return Err(no_units(name));
    }
    if selection.phases.is_empty() {
        return Err(Stop::usage(format!(
            "{name}: which phase? Say it with --phase, or --all.\n{}",
            list_units(plan)
        )));
    }
    let mut chosen = Vec::new();
    for wanted in &selection.phases {
        let found = plan
            .select(wanted)
            .map_err(|error| unselected_stop(plan, name, wanted, &error))?;
        chosen.extend(
            found
                .into_iter()
                .filter(|id| !chosen.contains(id))
                .collect::<Vec<_>>(),
        );
    }
    chosen.sort_by_key(|id| id.0);
    Ok(chosen)
}

fn no_units(name: &str) -> Stop {
    Stop::refused(format!("{name}: no phase, task or section with boxes was found"))
        .hint("Head each unit with its kind and number, such as `## Phase 1: Data model` or `### Task 1: Data model`.")
}

fn unselected_stop(plan: &Plan, name: &str, wanted: &str, error: &Unselected) -> Stop {
    let named = |ids: &[PhaseId]| {
        let phases = ids.iter().filter_map(|id| plan.phase(*id));
        phases
            .map(|phase| {
                format!(
                    "{} ({}, line {})",
                    phase.label,
                    phase.title,
                    plan.location(phase.heading.start).line
                )
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    let message = match error {
        Unselected::NoUnits => return no_units(name),
        Unselected::AllDone => {
            // The end of the work is no error: a loop over `next` ends here.
            return Stop::new(
                Exit::Complete,
                format!("{name}: nothing is left, every unit is done by the plan's boxes"),
            );
        }
        Unselected::Unknown { near, .. } if near.is_empty() => {
            format!("{name}: no unit is called `{wanted}`")
        }
        Unselected::Unknown { near, .. } => format!(
            "{name}: no unit is called `{wanted}`; near it: {}",
            named(near)
        ),
        Unselected::Ambiguous { candidates, .. } => {
            format!("{name}: `{wanted}` may be {}", named(candidates))
        }
    };
    Stop::usage(format!("{message}\n{}", list_units(plan)))
}

/// Returns the units of a plan with their state, one a line, nested ones indented.
pub(crate) fn list_units(plan: &Plan) -> String {
    let mut text = String::from("The plan's units:\n");
    for phase in plan.phases() {
        write_unit_line(plan, phase, 1, &mut text);
    }
    text.trim_end().to_owned()
}

fn write_unit_line(plan: &Plan, phase: &Phase, depth: usize, text: &mut String) {
    let title = if phase.label.ends_with(&phase.title) {
        String::new()
    } else {
        format!(": {}", phase.title)
    };
    let line = plan.location(phase.heading.start).line;
    text.push_str(&format!(
        "{}[{}] {}{title} (line {line})\n",
        "  ".repeat(depth),
        checkbox_mark(phase.state),
        phase.label
    ));
    for nested in &phase.phases {
        self::write_unit_line(plan, nested, depth + 1, text);
    }
}

/// Returns the mark that people write for a state.
pub(crate) fn checkbox_mark(state: State) -> char {
    match state {
        State::Open => ' ',
        State::InProgress => '~',
        State::Done => 'x',
        State::Skipped => '-',
    }
}
