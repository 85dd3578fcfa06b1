//! Commands that a plan asks to run, and what it expects of them.

mod doubt;

mod facts;

mod scripts;

mod expect;

mod unknown;

mod means;

mod lines;

mod commits;

use serde::Serialize;

use crate::document::{Document, Span};
use crate::inline::{one_line, plain_text};
pub(crate) use commits::{commit_of_row, is_commit_message};
pub use doubt::Doubt;
use doubt::doubt_of_command;
pub use expect::{Count, Held, Of, Relation, Stands};
pub(crate) use expect::{Side, read_expectation};
pub use facts::Facts;
pub(crate) use lines::{
    Manner, asked_to_see, attach_expectation, in_line, is_conditional, is_use, stated_folder,
};

/// A command that the plan wants to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedCommand {
    /// One logical shell script; prompts and trailing comments taken off.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// The folder to run it in, when not part of the text.
    pub folder: Option<String>,
    /// The result that the plan expects of it.
    pub expect: Expect,
    /// Why it can't be run as it stands.
    pub doubt: Option<Doubt>,
    /// It starts a server or watcher that does not return.
    pub server: bool,
    /// It is a git commit.
    pub commit: Option<Commit>,
    /// It deletes or overwrites: `rm -r`, `--force`, `DROP`, `reset --hard`.
    pub destructive: bool,
    /// The facts of the parsed command: its kind, its effects, and what decides its result.
    #[serde(skip)]
    pub facts: Facts,
}

/// The result that the plan expects of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Expect {
    /// Pass, fail, no matches, or nothing said.
    pub outcome: ExpectedOutcome,
    /// The expectation as written.
    pub words: Option<String>,
    /// The number of tests that shall pass ("12 passed").
    pub passed: Option<u64>,
    /// Quoted text that the output shall contain; of an expected failure, one of them.
    pub shows: Vec<String>,
    /// Text that stands in the output in a stated way, or nowhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// The status that it shall end with.
    pub status: Option<i32>,
    /// The number that it shall print, or how many lines.
    pub count: Option<Count>,
    /// The words state something else of the result that is not read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

impl Expect {
    /// Tells that the plan says something of the result, and that nothing of it could be read.
    pub fn is_unread(&self) -> bool {
        let read = self.outcome != ExpectedOutcome::Unstated
            || self.passed.is_some()
            || !self.shows.is_empty()
            || !self.held.is_empty()
            || self.status.is_some()
            || self.count.is_some();
        self.words.is_some() && (self.left || !read)
    }

    /// Tells that what is printed decides, and not the status alone.
    pub fn is_of_output(&self) -> bool {
        !self.shows.is_empty()
            || !self.held.is_empty()
            || self.count.is_some()
            || self.outcome == ExpectedOutcome::NoMatches
    }
}

/// The expected end of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedOutcome {
    /// The plan does not say.
    #[default]
    Unstated,
    /// It succeeds.
    Pass,
    /// It fails (a test written before its code).
    Fail,
    /// It finds nothing: exit status 1 with empty output is right.
    NoMatches,
}

/// The message and the paths of a `git commit` command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Commit {
    /// The message, if it is spelled out.
    pub message: Option<String>,
    /// The paths that the command adds.
    pub paths: Vec<String>,
}

impl PlannedCommand {
    /// Lays down what is expected. A check prints a verdict in words of its
    /// own: quoted words are excerpts of it only where the plan plainly says so.
    pub(crate) fn await_result(&mut self, expect: Expect) {
        self.lay_down(expect);
        if let Some(words) = self.expect.words.clone().filter(|_| !self.facts.is_look()) {
            self.weigh(&words, expect::Side::Behind);
        }
    }

    /// Marks what is expected as not read where words say more of the result than was read of them.
    pub(crate) fn weigh(&mut self, words: &str, side: expect::Side) {
        let is_silent = expect::without_silence(&words.to_lowercase()).is_some();
        if side == expect::Side::Before && is_silent && self.expect.words.is_none() {
            self.expect = expect::read_expectation(words);
            return;
        }
        let stated = expect::Stated {
            words,
            side,
            own: &self.text,
            check: self.facts.is_check(),
            expect: &self.expect,
        };
        if self.server || !expect::is_left(stated) {
            return;
        }
        let expect = &mut self.expect;
        expect.left = true;
        expect
            .words
            .get_or_insert_with(|| one_line(&plain_text(words)));
        // A half of what is stated would be held against what came out.
        expect.count = None;
        if expect.outcome == ExpectedOutcome::NoMatches {
            expect.outcome = ExpectedOutcome::Unstated;
        }
    }

    /// Takes it that a check shall fail, as the title of its step says, where its own words say nothing of how it ends but
    /// what it shows: "404 not mounted".
    pub(crate) fn await_failure(&mut self) {
        let words = self.expect.words.clone().unwrap_or_default();
        let shows = Some(expect::failure_texts(&words)).filter(|shows| !shows.is_empty());
        let shows = shows.unwrap_or_else(|| expect::failing_statuses(&words));
        if self.expect.outcome != ExpectedOutcome::Unstated || !words.is_empty() && shows.is_empty()
        {
            return;
        }
        (self.expect.outcome, self.expect.shows, self.expect.left) =
            (ExpectedOutcome::Fail, shows, false);
    }

    fn lay_down(&mut self, expect: Expect) {
        let words = expect.words.clone().filter(|_| self.facts.is_look());
        self.expect = expect;
        if self.server
            && self.expect.words.is_some()
            && self.expect.outcome == ExpectedOutcome::Pass
        {
            // It does not end, so that it can't end well.
            self.expect.outcome = ExpectedOutcome::Unstated;
        }
        if let Some(words) = words {
            return self.await_look(&words, expect::Side::Behind);
        }
        let of_output = self.expect.outcome == ExpectedOutcome::Pass && !self.facts.is_check();
        if of_output
            && expect::says_no_output(&self.expect.words.as_deref().unwrap_or("").to_lowercase())
        {
            self.expect.outcome = ExpectedOutcome::NoMatches;
        }
        self.assign_number();
        if self.expect.outcome == ExpectedOutcome::Fail {
            // One of them is enough: "`ImportError` or `NameError`".
            self.expect.shows = expect::failure_texts(self.expect.words.as_deref().unwrap_or(""));
            return;
        }
        if self.expect.shows.is_empty() {
            return;
        }
        if self.facts.is_check() {
            let words = self.expect.words.as_deref().unwrap_or("");
            self.expect.shows = expect::list_shown_texts(words, true);
            let counts = |text: &String| self.expect.passed.is_some() && text.contains("pass");
            self.expect.shows.retain(|text| !counts(text));
        }
        // A status code is printed only if the request asks for it.
        let silent = self.facts.silent_request;
        let status = |text: &str| {
            let first = text
                .trim_start_matches("HTTP ")
                .split_whitespace()
                .next()
                .unwrap_or("");
            first.len() == 3 && first.parse::<u16>().is_ok()
        };
        self.expect
            .shows
            .retain(|text| !(silent && (status(text) || text.starts_with("HTTP/"))));
    }

    /// Lays down what is said of a look at the tree: [`Facts::is_look`].
    pub(crate) fn await_look(&mut self, words: &str, side: expect::Side) {
        let (counts, narrates) = (self.facts.counts, self.facts.narrates);
        self.expect = expect::of_look(
            words,
            expect::Look {
                text: &self.text,
                counts,
                narrates,
            },
            side,
        );
        let expect = &mut self.expect;
        let lists = self.facts.decides == shell::Decides::Found || self.facts.searches;
        match expect.outcome {
            // It says so in words of its own.
            ExpectedOutcome::NoMatches if self.facts.narrates => {
                expect.outcome = ExpectedOutcome::Unstated;
                let clean = words.to_lowercase().contains("clean");
                expect.shows = clean
                    .then(|| "working tree clean".to_owned())
                    .into_iter()
                    .collect();
            }
            // A history or a list of branches that is there has a line.
            ExpectedOutcome::Pass
                if self.facts.kind == shell::Kind::Git
                    && !self.facts.narrates
                    && says_there(words) =>
            {
                expect.outcome = ExpectedOutcome::Unstated;
                expect.count = Some(Count {
                    relation: Relation::AtLeast,
                    number: 1,
                    to: None,
                    of: Of::Lines,
                });
            }
            // What only shows a state does so whatever that is; files that are to be there are named in the command.
            ExpectedOutcome::Pass
                if !(lists || self.facts.kind == shell::Kind::Inspect && says_there(words)) =>
            {
                expect.outcome = ExpectedOutcome::Unstated;
            }
            _ => {}
        }
        self.assign_number();
    }

    /// Decides what a stated number is of: what a search or a listing prints, what a script prints, or the status.
    fn assign_number(&mut self) {
        let expect = &mut self.expect;
        if let Some(status) = expect.status {
            // What a check reports is told by its status; of other programs both facts are held against the end.
            let check = self.facts.is_check();
            expect.count = expect
                .count
                .filter(|count| !check && count.of != Of::Things);
            if expect.outcome == ExpectedOutcome::NoMatches && !check {
                return;
            }
            expect.outcome = match status {
                0 => ExpectedOutcome::Pass,
                _ if self.facts.is_check() => ExpectedOutcome::Fail,
                _ => ExpectedOutcome::Unstated,
            };
            return;
        }
        let Some(count) = expect.count.filter(|count| count.of != Of::Percent) else {
            return;
        };
        let counts = self.facts.kind == shell::Kind::Inspect || self.facts.is_look();
        if self.facts.is_check()
            || self.facts.kind == shell::Kind::Request && self.facts.silent_request
        {
            // "0 errors", "12 passed", "200": of the program's own report.
            expect.count = None;
        } else if counts {
            // Whether the search found something is told by the number.
            expect.outcome = ExpectedOutcome::Unstated;
            expect.shows.retain(|text| text.parse::<u64>().is_err());
        } else if count.of == Of::Things {
            expect.count = None;
        } else if count.number == 0
            && count.relation == Relation::Exactly
            && expect.outcome == ExpectedOutcome::Unstated
            && expect.shows.is_empty()
        {
            // What a program "returns" is its status; nothing else is told by nought alone.
            (expect.count, expect.status) = (None, Some(0));
            expect.outcome = ExpectedOutcome::Pass;
        }
    }
}

/// Returns whether words say no more than that something is there.
fn says_there(words: &str) -> bool {
    const THERE: &[&str] = &[
        "exist",
        "exists",
        "present",
        "found",
        "pass",
        "success",
        "succeed",
        "there",
        "succeeds",
        "passes",
        "created",
        "generated",
        "existe",
        "vorhanden",
        "存在",
        "通过",
        "成功",
    ];
    let lower = words.to_lowercase();
    let last = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .rfind(|word| !word.is_empty());
    last.is_some_and(|last| {
        THERE.contains(&last)
            || THERE
                .iter()
                .any(|word| !word.is_ascii() && last.ends_with(word))
    })
}

/// Returns a command as written, judged.
pub(crate) fn new_command(text: &str, span: Span, expect: Expect) -> PlannedCommand {
    let (bare, _) = if text.contains('\n') {
        (text, None)
    } else {
        scripts::without_comment(text)
    };
    let text = bare.trim().trim_start_matches("$ ").to_owned();
    let reading = shell::read(&text);
    let background = shell::Decides::Nothing(shell::NothingReason::Background);
    let commit = reading.commit().map(|commit| Commit {
        message: commit.message,
        paths: commit.paths,
    });
    let mut command = PlannedCommand {
        doubt: doubt_of_command(&text, &reading),
        server: reading.is_endless() || reading.serves() && reading.decides() == background,
        commit,
        destructive: reading.destroys(),
        folder: None,
        facts: Facts::new(&reading),
        text,
        span,
        expect: Expect::default(),
    };
    command.await_result(expect);
    command
}

/// Returns the commands of a shell fence; what its comments and the words before it expect comes with them.
pub(crate) fn of_fence(document: &Document<'_>, fence: usize) -> Vec<PlannedCommand> {
    let Some(fence) = document.fences.get(fence) else {
        return Vec::new();
    };
    let text = fence.dedented(document.text);
    if text.contains("$?") {
        // What the last one ended with is gone where the next begins anew.
        let end = fence.content.last().map_or(fence.span.end, |line| line.end);
        let start = fence
            .content
            .first()
            .map_or(fence.span.start, |line| line.start);
        return vec![new_command(text.trim(), start..end, Expect::default())];
    }
    let found = scripts::parse_scripts(&text).into_iter().map(|script| {
        let expected = script
            .comments
            .iter()
            .find_map(|comment| expected_by(comment));
        let expect = expected.map(read_expectation).unwrap_or_default();
        new_command(
            &script.text,
            scripts::script_span(&fence.content, &fence.span, script.lines),
            expect,
        )
    });
    found.collect()
}

/// Returns what a comment in a script says of the command before it.
pub(crate) fn expected_by(comment: &str) -> Option<&str> {
    const SIGNS: [&str; 14] = [
        "expected output:",
        "expected:",
        "expect:",
        "expect ",
        "expected ",
        "should ",
        "must ",
        "→",
        "->",
        "=>",
        "预期:",
        "预期：",
        "期望：",
        "esperado:",
    ];
    let comment = comment.trim_start_matches(['#', ' ']);
    let lower = comment.to_lowercase();
    SIGNS
        .iter()
        .find(|sign| lower.starts_with(*sign))
        .and_then(|sign| comment.get(sign.len()..))
}
