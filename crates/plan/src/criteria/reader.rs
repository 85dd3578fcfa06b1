//! Reads the criteria among a unit's rows, with their commands.

use super::{Criterion, is_among, kind_of_criterion, set_expectation, share_look};
use crate::changes::Asking;
use crate::commands::{
    Doubt, Expect, ExpectedOutcome, Manner, PlannedCommand, Side, attach_expectation, in_line,
    new_command, of_fence, read_expectation,
};
use crate::document::{PieceKind, Span};
use crate::inline::{comparison_key, one_line};
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::rows::{Row, RowKind};

/// Reads the criteria of some rows; their commands are added to `commands`.
pub(crate) fn read(asking: &Asking<'_, '_>, commands: &mut Vec<PlannedCommand>) -> Vec<Criterion> {
    let mut reader = Reader {
        asking,
        commands,
        criteria: Vec::new(),
        items: Vec::new(),
        last: None,
        header: None,
    };
    for (at, row) in asking.rows.iter().enumerate() {
        if is_among(row) {
            reader.row(at, row);
        } else {
            reader.last = None;
        }
    }
    let mut criteria = reader.criteria;
    for criterion in &mut criteria {
        criterion.text = one_line(&criterion.text);
    }
    criteria.retain(|criterion| criterion.checkbox.is_some() || !says_none(&criterion.text));
    criteria
}

struct Reader<'a, 'b, 't> {
    asking: &'a Asking<'b, 't>,
    commands: &'a mut Vec<PlannedCommand>,
    criteria: Vec<Criterion>,
    /// The item of each criterion.
    items: Vec<Option<usize>>,
    /// The row and criterion that a fence below would belong to.
    last: Option<(usize, usize)>,
    /// The piece of the table header at hand.
    header: Option<usize>,
}

impl Reader<'_, '_, '_> {
    fn row(&mut self, at: usize, row: &Row) {
        match &row.kind {
            RowKind::Heading(_) | RowKind::Rule => self.last = None,
            RowKind::Code(fence) => self.code(at, row, *fence),
            RowKind::Cells(cells) => self.cells(row, cells),
            RowKind::Line(first) => self.read_line(at, row, *first),
        }
    }

    fn read_line(&mut self, at: usize, row: &Row, first: bool) {
        let words = self.asking.document.slice(&row.span);
        let rest = row.label.as_ref().map(|label| label.rest.min(words.len()));
        let value = rest.map_or(words, |rest| &words[rest..]);
        if row.topic == Some(Topic::Expect) {
            return self.expect(value);
        }
        let continued = !first
            && self
                .last
                .is_some_and(|(last, _)| self.asking.rows[last].piece == row.piece);
        if let Some((_, criterion)) = self.last.filter(|_| continued && row.label.is_none()) {
            self.extend(criterion, row, words);
            self.last = Some((at, criterion));
            return;
        }
        if value.trim().is_empty() {
            return;
        }
        let base = row.span.end - value.len();
        // `<automated>npm test</automated>`, `<verify>npm test</verify>`: the value is the command.
        let of_command = matches!(row.topic, Some(Topic::Automated | Topic::Criteria));
        let element = words.starts_with('<') && of_command && shell::is_command(value);
        let found = match element {
            true => vec![new_command(value, base..row.span.end, Expect::default())],
            false => in_line(value, base, manner_of_row(row)),
        };
        if let Some(owner) = self.owner(row).filter(|_| !row.boxed) {
            found.into_iter().for_each(|one| self.push(owner, one));
            self.last = Some((at, owner));
            return;
        }
        let labelled = rest.is_some() && row.topic.is_some_and(Topic::is_criteria);
        if row.item.is_some() || labelled || !found.is_empty() {
            self.open(at, row, if labelled { value } else { words }, found);
        }
    }

    /// Returns the criterion in whose item the row stands.
    fn owner(&self, row: &Row) -> Option<usize> {
        let around = self
            .asking
            .document
            .items_around(&self.asking.document.pieces[row.piece]);
        around
            .iter()
            .find_map(|item| self.items.iter().position(|known| *known == Some(*item)))
    }

    fn open(&mut self, at: usize, row: &Row, words: &str, found: Vec<PlannedCommand>) {
        let from = self.commands.len();
        self.commands.extend(found);
        let commands: Vec<usize> = (from..self.commands.len()).collect();
        let checkbox = row
            .item
            .and_then(|item| self.asking.boxes.get(item).copied().flatten());
        let sure = |at: &usize| self.commands[*at].doubt != Some(Doubt::UnknownProgram);
        let kind = kind_of_criterion(row.topic, words, commands.iter().any(sure));
        self.last = Some((at, self.criteria.len()));
        self.items.push(row.item);
        self.criteria.push(Criterion {
            kind,
            text: words.to_owned(),
            span: row.span.clone(),
            commands,
            checkbox,
        });
    }

    /// A further line of a criterion's paragraph: a code span may run over the line's end.
    fn extend(&mut self, criterion: usize, row: &Row, words: &str) {
        let Some(this) = self.criteria.get_mut(criterion) else {
            return;
        };
        let open = this.text.matches('`').count() % 2 == 1;
        this.text.push(' ');
        this.text.push_str(words);
        this.span.end = row.span.end;
        let start = this.span.start;
        let known: Vec<Span> = this
            .commands
            .iter()
            .filter_map(|at| self.commands.get(*at))
            .map(|one| one.span.clone())
            .collect();
        if open {
            let whole = self
                .asking
                .document
                .slice(&(start..row.span.end))
                .replace(['\n', '\r'], " ");
            for mut found in in_line(&whole, start, manner_of_row(row)) {
                found.text = one_line(&found.text);
                if !known.contains(&found.span) {
                    self.push(criterion, found);
                }
            }
            return;
        }
        for found in in_line(words, row.span.start, manner_of_row(row)) {
            self.push(criterion, found);
        }
        let last = self.criteria[criterion].commands.last().copied();
        let command = last.and_then(|at| self.commands.get_mut(at));
        if let Some(command) = command.filter(|command| command.facts.is_look()) {
            if command.expect.words.is_none() || command.expect.outcome == ExpectedOutcome::Pass {
                let known = command.expect.clone();
                attach_expectation(command, "", words, Manner::Criterion);
                if command.expect == Expect::default() {
                    command.expect = known;
                }
            }
        } else if let Some(command) = last.and_then(|at| self.commands.get_mut(at))
            && command.expect.outcome == ExpectedOutcome::Unstated
        {
            let said = read_expectation(words);
            let printed =
                !command.facts.is_check() && (!said.shows.is_empty() || !said.held.is_empty());
            if said.outcome == ExpectedOutcome::NoMatches || said.passed.is_some() || printed {
                command.await_result(said);
            } else {
                command.weigh(words, Side::Behind);
            }
        }
    }

    fn push(&mut self, criterion: usize, found: PlannedCommand) {
        let Some(criterion) = self.criteria.get_mut(criterion) else {
            return;
        };
        criterion.commands.push(self.commands.len());
        self.commands.push(found);
    }

    fn code(&mut self, at: usize, row: &Row, fence: usize) {
        let document = self.asking.document;
        let Some(block) = document.fences.get(fence) else {
            return;
        };
        let text = block.dedented(document.text);
        if matches!(row.topic, Some(Topic::Expect | Topic::Output)) {
            return self.expect(&text);
        }
        let language = block.info.split_whitespace().next().unwrap_or("");
        let runs = is_shell(language)
            || language.is_empty() && text.lines().next().is_some_and(shell::is_command);
        if !runs {
            return;
        }
        let found = of_fence(document, fence);
        let owner = self.owner(row).or_else(|| {
            let (last, criterion) = self.last?;
            let above = &self.asking.rows[last];
            let colon = document
                .slice(&above.span)
                .trim_end()
                .ends_with([':', '：']);
            (last + 1 == at && (colon || above.item.is_none())).then_some(criterion)
        });
        if let Some(criterion) = owner {
            found.into_iter().for_each(|one| self.push(criterion, one));
        } else if !found.is_empty() {
            let firsts: Vec<String> = found
                .iter()
                .map(|one| format!("`{}`", one.text.lines().next().unwrap_or("")))
                .collect();
            self.open(at, row, &firsts.join(", "), found);
        }
    }

    fn cells(&mut self, row: &Row, cells: &[Span]) {
        let document = self.asking.document;
        let follows = row.piece.checked_sub(1).is_some_and(|before| {
            self.header.is_some_and(|header| header <= before)
                && matches!(document.pieces[before].kind, PieceKind::Row(_))
        });
        if !follows {
            self.header = Some(row.piece);
            return;
        }
        let words: Vec<&str> = cells.iter().map(|cell| document.slice(cell)).collect();
        if words
            .iter()
            .all(|cell| cell.chars().all(|letter| matches!(letter, '-' | ':' | ' ')))
        {
            return;
        }
        let mut found = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let before = words[..at].join(" ");
            let behind = words.get(at + 1..).unwrap_or_default().join(" ");
            let commands = in_line(document.slice(cell), cell.start, Manner::Criterion);
            found.extend(
                commands
                    .into_iter()
                    .map(|command| with_cells(command, &before, &behind)),
            );
        }
        self.open(row.piece, row, &words.join(" — "), found);
        self.last = None;
    }

    /// Reads what the plan expects of the command before.
    fn expect(&mut self, words: &str) {
        let criterion = self
            .last
            .and_then(|(_, criterion)| self.criteria.get(criterion));
        let Some((last, beside)) = criterion.and_then(|criterion| criterion.commands.split_last())
        else {
            return;
        };
        let Some(command) = self.commands.get_mut(*last) else {
            return;
        };
        set_expectation(command, words);
        let said = command.expect.clone();
        if command.facts.is_look() {
            share_look(&said, beside.iter().copied(), self.commands);
        }
    }
}

/// Returns a command of a table, with what the cells beside its own say of it.
fn with_cells(mut command: PlannedCommand, before: &str, behind: &str) -> PlannedCommand {
    if command.expect.words.is_some() {
        return command;
    }
    if command.facts.is_look() {
        attach_expectation(&mut command, before, behind, Manner::Criterion);
        return command;
    }
    let said = read_expectation(behind);
    if !behind.is_empty() && !said.is_unread() {
        command.await_result(said);
    }
    command
}

/// "None needed": there is no such criterion.
fn says_none(text: &str) -> bool {
    let lower = comparison_key(text);
    let none = [
        "none",
        "n/a",
        "not applicable",
        "no manual",
        "ninguna",
        "无",
        "нет",
    ];
    let refused = [
        "no manual verification",
        "no phase-level manual verification",
        "no manual testing",
        "no manual steps",
    ];
    let refused = refused.iter().any(|words| lower.starts_with(words));
    refused && !text.contains('`')
        || lower.split_whitespace().count() <= 14
            && none.iter().any(|word| lower.starts_with(word))
            && !text.contains('`')
}

fn manner_of_row(row: &Row) -> Manner {
    if row.topic == Some(Topic::Run) {
        Manner::Labelled
    } else {
        Manner::Criterion
    }
}
