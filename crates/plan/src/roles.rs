//! Reads the part of each command in its plan: a check, a step, a setting up. For programs
//! that read the plan as a whole.

mod place;

use place::{Place, TABLE, names_text};
use serde::Serialize;
use shell::{Decides, Kind, Need};

use crate::changes::asks_for_change;
use crate::commands::{
    ExpectedOutcome, Manner, PlannedCommand, Relation, Stands, expected_by, in_line, is_use,
    of_fence, read_expectation,
};
use crate::criteria::{Criterion, CriterionKind, is_among};
use crate::document::{Document, Span};
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::phase::Phase;
use crate::reading::Plan;
use crate::rows::{Row, RowKind, rows_of_pieces};
use crate::steps::Part;

/// The part of a command in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandRole {
    /// It checks a criterion.
    Check,
    /// A step runs it, and it shall succeed.
    StepExpectedToPass,
    /// A step runs it, and it shall fail.
    StepExpectedToFail,
    /// It prepares: dependencies, folders, environment, services.
    Setup,
    /// It is shown, not to be run.
    ExampleOrMention,
    /// It takes the work back.
    Rollback,
    /// A person runs it, or judges what it does.
    Manual,
}

/// A command of a plan with all that was read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandReading {
    /// Where it stands.
    pub span: Span,
    /// Its part in the plan.
    pub role: CommandRole,
    /// The kind of command.
    pub kind: Kind,
    /// It changes files of the source tree.
    pub writes: bool,
    /// The source of its result: `yes`, its status; `output`, only its output; `no`, nothing.
    pub decides: &'static str,
    /// The expectation of the plan: `exit 0`, `exit nonzero`, `prints contains …`, `empty`, `unreadable`, `-`; joined by
    /// ` or `.
    pub expect: String,
    /// Its needs.
    pub needs: Vec<Need>,
    /// The folder to run it in.
    pub folder: Option<String>,
}

/// Returns the commands of a plan: those of its units and criteria first, then whatever else it shows.
pub fn read(plan: &Plan) -> Vec<CommandReading> {
    let document = Document::read(plan.text());
    let mut found = Vec::new();
    for phase in plan.all() {
        let criteria = phase.criteria.as_slice();
        for (at, command) in phase.commands.iter().enumerate() {
            let role = role_of_command(command, by_criteria(criteria, at), in_steps(phase, at));
            push_command(&document, command, role, &mut found);
        }
    }
    for (at, command) in plan.commands().iter().enumerate() {
        push_command(
            &document,
            command,
            role_of_command(command, by_criteria(plan.criteria(), at), false),
            &mut found,
        );
    }
    let listed: Vec<Span> = found.iter().map(|one| one.span.clone()).collect();
    let blocks = plan
        .all()
        .flat_map(|phase| &phase.blocks)
        .filter(|block| block.role.is_placed());
    let files: Vec<Span> = blocks.map(|block| block.span.clone()).collect();
    add_remaining(&document, &Known { listed, files }, &mut found);
    mark_walkthroughs(&document, &mut found);
    found
}

/// Adds a command; one of several lines as each of its statements, where they stand.
fn push_command(
    document: &Document<'_>,
    command: &PlannedCommand,
    role: CommandRole,
    found: &mut Vec<CommandReading>,
) {
    let place = Place::new(document, command.span.start);
    let written = document.slice(&command.span);
    let script = shell::parse(written);
    let statements = script.statements();
    if !written.contains('\n') || statements.len() < 2 || !script.is_sound() {
        found.push(reading_of(command, role_by_place(role, command, &place)));
        return;
    }
    let said = |from: usize, to: usize| {
        let mut comments = script
            .comments
            .iter()
            .filter(|one| one.span.start >= from && one.span.start < to);
        comments.find_map(|one| expected_by(&one.text))
    };
    // What the comments expect is told of the statements above them; what stands outside, of all.
    let outside = said(0, written.len()).is_none();
    for (at, span) in statements.iter().enumerate() {
        let next = statements
            .get(at + 1)
            .map_or(written.len(), |next| next.start);
        let part = command.span.start + span.start..command.span.start + span.end;
        let folder = script
            .invocations
            .iter()
            .find(|one| one.span.start == span.start);
        let folder = folder
            .and_then(|one| one.folder.clone())
            .or_else(|| command.folder.clone());
        let own = said(span.end, next)
            .map(read_expectation)
            .unwrap_or_default();
        let mut one = crate::commands::new_command(script.slice(span), part, own);
        if outside {
            one.expect = command.expect.clone();
        }
        one.folder = one.facts.folder.take().or(folder);
        let role = role_by_place(role, &one, &place);
        found.push(reading_of(&one, role));
    }
}

/// The commands that are read already.
struct Known {
    /// The commands of units and criteria.
    listed: Vec<Span>,
    /// The blocks that stand in files.
    files: Vec<Span>,
}

impl Known {
    fn is_free(&self, span: &Span) -> bool {
        !self
            .listed
            .iter()
            .any(|one| one.start < span.end && span.start < one.end)
    }
}

/// Takes the checks of a fence for a person's, where they are a walk through what was made: its own programs and requests
/// to its server, one after the other.
fn mark_walkthroughs(document: &Document<'_>, found: &mut [CommandReading]) {
    for fence in &document.fences {
        let inside = |one: &CommandReading| {
            one.role == CommandRole::Check && fence.span.contains(&one.span.start)
        };
        let count = |wanted: &dyn Fn(Kind) -> bool| {
            found
                .iter()
                .filter(|one| inside(one) && wanted(one.kind))
                .count()
        };
        let own = count(&|kind| matches!(kind, Kind::Script | Kind::Other));
        if own > 1 && count(&|kind| kind == Kind::Request) > 0 {
            found
                .iter_mut()
                .filter(|one| inside(one))
                .for_each(|one| one.role = CommandRole::Manual);
        }
    }
}

/// Adds the commands that no unit and no criterion has: by what the heading and the label above them announce.
fn add_remaining(document: &Document<'_>, known: &Known, found: &mut Vec<CommandReading>) {
    let rows = rows_of_pieces(document, 0..document.pieces.len(), |_| false);
    for row in &rows {
        let words = document.slice(&row.span);
        let commands = match &row.kind {
            RowKind::Code(fence) => {
                let block = document.fences.get(*fence);
                let language = block.map_or("", |block| {
                    block.info.split_whitespace().next().unwrap_or("")
                });
                match language {
                    "md" | "markdown" => {
                        within_words(document, *fence, known, found);
                        Vec::new()
                    }
                    language if is_shell(language) => of_fence(document, *fence),
                    _ => Vec::new(),
                }
            }
            RowKind::Line(_) if matches!(row.topic, Some(Topic::Expect | Topic::Output)) => {
                Vec::new()
            }
            RowKind::Line(_) => in_line(
                words,
                row.span.start,
                if is_among(row) {
                    Manner::Criterion
                } else {
                    Manner::Mention
                },
            ),
            _ => Vec::new(),
        };
        for command in commands
            .iter()
            .filter(|command| known.is_free(&command.span))
        {
            let of_file = row.topic.is_some_and(Topic::names_files);
            if of_file
                || known
                    .files
                    .iter()
                    .any(|file| file.contains(&command.span.start))
            {
                found.push(reading_of(command, CommandRole::ExampleOrMention));
                continue;
            }
            push_command(document, command, announced_role(row, command), found);
        }
    }
}

/// Adds the commands that a text shows which is to be written: for its readers.
fn within_words(
    document: &Document<'_>,
    fence: usize,
    known: &Known,
    found: &mut Vec<CommandReading>,
) {
    for line in document
        .fences
        .get(fence)
        .map_or(&[][..], |fence| &fence.content)
    {
        let words = document.slice(line);
        let bare = words.trim();
        let start = line.start + (words.len() - words.trim_start().len());
        let span = start..start + bare.len();
        if shell::is_command(bare) && known.is_free(&span) {
            let command =
                crate::commands::new_command(bare, span, crate::commands::Expect::default());
            found.push(reading_of(&command, CommandRole::ExampleOrMention));
        }
    }
}

/// Returns the role of a command by what governs its row.
fn announced_role(row: &Row, command: &PlannedCommand) -> CommandRole {
    let topics = [row.topic, row.heading_topic];
    let any = |wanted: &dyn Fn(Topic) -> bool| topics.iter().flatten().any(|topic| wanted(*topic));
    if any(&|topic| topic == Topic::Rollback) {
        CommandRole::Rollback
    } else if any(&|topic| topic == Topic::Manual) {
        CommandRole::Manual
    } else if any(&Topic::is_criteria) {
        CommandRole::Check
    } else if any(&|topic| topic == Topic::Example || topic == Topic::Bounds) {
        CommandRole::ExampleOrMention
    } else if row.boxed || any(&|topic| topic == Topic::Run) {
        role_of_command(command, None, true)
    } else {
        CommandRole::ExampleOrMention
    }
}

/// Returns the role of a command by where it stands, where that says more than what it belongs to: a section of checks, of
/// manual work, of the operation of what runs.
fn role_by_place(role: CommandRole, command: &PlannedCommand, place: &Place) -> CommandRole {
    use CommandRole::{
        Check, ExampleOrMention, Manual, Setup, StepExpectedToFail, StepExpectedToPass,
    };
    match role {
        CommandRole::Rollback | Manual | StepExpectedToFail => role,
        Check if place.is_item_of_words() => ExampleOrMention,
        Check if place.is_headed(&TABLE.setup) && !command.facts.is_check() => role,
        Check if place.is_led(&TABLE.manual) => Manual,
        Check => role,
        StepExpectedToPass | Setup | ExampleOrMention => {
            role_of_step_by_place(role, command, place)
        }
    }
}

/// Returns the role of a step or of a mention by where it stands. The order is that of caution: first what is only shown,
/// then what is left to a person, then the sections that make a check or a preparation of it.
fn role_of_step_by_place(
    role: CommandRole,
    command: &PlannedCommand,
    place: &Place,
) -> CommandRole {
    use CommandRole::{Check, ExampleOrMention, Manual, Setup, StepExpectedToPass};
    let (kind, table) = (command.facts.kind, &*TABLE);
    let builds = command.facts.is_check();
    let step = role != ExampleOrMention;
    if kind == Kind::Commit || step && kind == Kind::Git && !command.facts.is_look() {
        return role;
    }
    // Values that a file of settings holds.
    if !step
        && shell::parse(&command.text)
            .invocations
            .iter()
            .all(|one| one.words.is_empty())
    {
        return ExampleOrMention;
    }
    let prose = !step && !place.fenced && !place.leads;
    let told = place.is_in_section(&table.shown) && !(step && (place.fenced || place.leads));
    if place.is_led(&table.shown) || told || writes_words(place) || step && uses_new(command, place)
    {
        return ExampleOrMention;
    }
    // What a step says it expects, a program can see.
    let seen = step
        && (command.expect.outcome == ExpectedOutcome::Pass || !command.expect.shows.is_empty());
    if !prose && (place.is_led(&table.manual) || !seen && place.is_under(&table.manual)) {
        return Manual;
    }
    if !prose && !builds && is_operated(command, place) {
        return Manual;
    }
    if place.is_in_section(&table.verification) && !prose {
        return match kind {
            Kind::Install => Setup,
            Kind::Service if !step => Setup,
            Kind::Server if !step => Manual,
            Kind::Other => role,
            _ => Check,
        };
    }
    if place.fenced && !step && place.is_led(&table.verification) {
        return Check;
    }
    if place.is_in_section(&table.setup) && !prose && !builds {
        return Setup;
    }
    let leads = !place.fenced && place.leads && place.is_in_unit();
    if !step && leads && kind != Kind::Other {
        StepExpectedToPass
    } else {
        role
    }
}

/// Returns whether a command is how to use what its item asks for: "Add the `search` command: `shop search --all`".
fn uses_new(command: &PlannedCommand, place: &Place) -> bool {
    place
        .items
        .iter()
        .any(|item| is_use(bare_item(item), command))
}

/// Returns the words of an item, without its marker, box and number.
fn bare_item(item: &str) -> &str {
    item.trim_start_matches(|letter: char| !letter.is_alphabetic() || letter == 'x')
}

/// Returns whether an operator runs a command: in a plan or section about what runs for others, or one that reaches out from there.
fn is_operated(command: &PlannedCommand, place: &Place) -> bool {
    let (facts, table) = (&command.facts, &*TABLE);
    if matches!(facts.kind, Kind::Git | Kind::Commit | Kind::Generate) {
        return false;
    }
    let reaches = !facts.needs.is_empty() || facts.kind == Kind::Migrate;
    place.is_titled(&table.operated_plan)
        || place.is_in_section(&table.operation) && !facts.is_look()
        || place.is_under(&table.operation) && reaches
}

/// Returns whether a command stands among words that are to be written: in the prose below a heading of documentation, or behind
/// the name of a text file.
fn writes_words(place: &Place) -> bool {
    !place.fenced
        && (place.is_under(&TABLE.documentation) && !place.leads
            || place
                .items
                .iter()
                .any(|item| names_text(item) && asks_for_change(bare_item(item))))
}

fn by_criteria(criteria: &[Criterion], at: usize) -> Option<CriterionKind> {
    criteria
        .iter()
        .find(|one| one.commands.contains(&at))
        .map(|one| one.kind)
}

fn in_steps(phase: &Phase, at: usize) -> bool {
    phase
        .steps
        .iter()
        .flat_map(|step| &step.parts)
        .any(|part| matches!(part, Part::Run(one) | Part::Commit(one) if *one == at))
}

fn role_of_command(
    command: &PlannedCommand,
    criterion: Option<CriterionKind>,
    in_step: bool,
) -> CommandRole {
    let fails = command.expect.outcome == ExpectedOutcome::Fail;
    match criterion {
        Some(CriterionKind::Manual) => CommandRole::Manual,
        Some(CriterionKind::Automated) => CommandRole::Check,
        None if !in_step => CommandRole::ExampleOrMention,
        None if fails => CommandRole::StepExpectedToFail,
        None if prepares_environment(command) => CommandRole::Setup,
        None => CommandRole::StepExpectedToPass,
    }
}

/// Dependencies that are brought in, services that are started, folders and variables that are made.
fn prepares_environment(command: &PlannedCommand) -> bool {
    let facts = &command.facts;
    match facts.kind {
        Kind::Install | Kind::Service => true,
        Kind::Other => !facts.writes && facts.decides == Decides::Status && facts.needs.is_empty(),
        _ => false,
    }
}

fn reading_of(command: &PlannedCommand, role: CommandRole) -> CommandReading {
    let facts = &command.facts;
    // An example asks for no result.
    let example = role == CommandRole::ExampleOrMention;
    // What a person does has no words of its own about its end: "Start the services: `…`".
    // What a person is to see is told to people.
    let unsaid =
        role == CommandRole::Manual && (command.expect.words.is_none() || command.expect.left);
    let expect = if example || unsaid {
        "-".to_owned()
    } else {
        describe_expectation(command)
    };
    // That something was found is right or wrong only where the plan says which.
    let decides = if facts.decides == Decides::Found && expect == "-" {
        "output"
    } else {
        facts.decides.word()
    };
    CommandReading {
        span: command.span.clone(),
        role,
        kind: facts.kind,
        writes: facts.writes,
        decides,
        expect,
        needs: facts.needs.clone(),
        folder: command.folder.clone().or_else(|| facts.folder.clone()),
    }
}

fn describe_expectation(command: &PlannedCommand) -> String {
    let expect = &command.expect;
    let mut all: Vec<String> = Vec::new();
    match (expect.outcome, expect.status) {
        (_, Some(status)) if status != 0 => all.push(format!("exit {status} or exit nonzero")),
        (ExpectedOutcome::Pass, _) | (_, Some(_)) => all.push("exit 0".to_owned()),
        (ExpectedOutcome::Fail, _) => all.push("exit nonzero".to_owned()),
        (ExpectedOutcome::NoMatches, _) => all.push("empty or exit 1".to_owned()),
        (ExpectedOutcome::Unstated, None) => {}
    }
    all.extend(expect.count.map(|count| format!("count {count}")));
    let printed = expect
        .count
        .filter(|count| count.relation == Relation::Exactly && !count.of.is_lines());
    all.extend(printed.map(|count| format!("prints = {}", count.number)));
    for shown in &expect.shows {
        all.push(format!("prints contains {shown} or prints = {shown}"));
    }
    for held in &expect.held {
        let contains = if held.stands == Stands::Nowhere {
            "no"
        } else {
            "contains"
        };
        all.push(format!("prints {contains} {}", held.text));
    }
    match (all.is_empty(), &expect.words) {
        _ if expect.left => "unreadable".to_owned(),
        (false, _) => all.join(" or "),
        (true, Some(_)) => "unreadable".to_owned(),
        (true, None) => "-".to_owned(),
    }
}
