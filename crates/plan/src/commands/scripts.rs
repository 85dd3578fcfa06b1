//! Shell text as a plan shows it: prompts, comments, continuations, several
//! commands in one fence.

use crate::document::Span;

/// One logical command of a fence: its lines, by index, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// First and last line of the content, from 0.
    pub(super) lines: (usize, usize),
    /// The text to run.
    pub(super) text: String,
    /// Comments in and right behind it.
    pub(super) comments: Vec<String>,
}

/// The open quotes, blocks and here-documents that keep a logical line from its end.
#[derive(Default)]
struct Open {
    single: bool,
    double: bool,
    heredoc: Option<String>,
    blocks: i32,
    continued: bool,
}

impl Open {
    fn feed(&mut self, line: &str) {
        if let Some(end) = &self.heredoc {
            if line.trim() == end {
                self.heredoc = None;
            }
            return;
        }
        let mut escaped = false;
        let mut waiting = None;
        for (at, letter) in line.char_indices() {
            if escaped {
                escaped = false;
                continue;
            }
            match letter {
                '\\' if !self.single => escaped = true,
                '\'' if !self.double => self.single = !self.single,
                '"' if !self.single => self.double = !self.double,
                '#' if !self.single
                    && !self.double
                    && (at == 0 || line[..at].ends_with([' ', '\t'])) =>
                {
                    break;
                }
                '<' if !self.single
                    && line[at..].starts_with("<<")
                    && !line[at..].starts_with("<<<")
                    && waiting.is_none()
                    && !line[..at].ends_with('<') =>
                {
                    let word = line[at + 2..].trim_start_matches(['-', ' ']);
                    let end: String = word
                        .trim_start_matches(['\'', '"', '\\'])
                        .chars()
                        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                        .collect();
                    waiting = Some(end).filter(|end| !end.is_empty());
                }
                _ => {}
            }
        }
        self.heredoc = waiting;
        self.continued = escaped
            || [" &&", "||", " |"]
                .iter()
                .any(|sign| line.trim_end().ends_with(sign));
        if !self.single && !self.double {
            for word in line.split([' ', '\t', ';']) {
                self.blocks += match word {
                    "if" | "for" | "while" | "until" | "case" => 1,
                    "fi" | "done" | "esac" => -1,
                    _ => 0,
                };
            }
            let braces = line.trim_end().ends_with('{');
            self.blocks += i32::from(braces) - i32::from(line.trim() == "}");
        }
        self.blocks = self.blocks.max(0);
    }

    fn done(&self) -> bool {
        !self.single
            && !self.double
            && self.heredoc.is_none()
            && self.blocks == 0
            && !self.continued
    }
}

/// Returns the commands of a fence's content.
pub(super) fn parse_scripts(text: &str) -> Vec<Script> {
    let prompted = text
        .lines()
        .any(|line| line.starts_with("$ ") || line.starts_with("❯ ") || line.starts_with("➜ "));
    let mut found: Vec<Script> = Vec::new();
    let mut open = Open::default();
    let mut at_hand: Option<Script> = None;
    let mut pending: Vec<String> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(words) = command_part(line, prompted, at_hand.is_some()) else {
            continue;
        };
        if at_hand.is_none() {
            if words.trim().is_empty() {
                continue;
            }
            if let Some(comment) = words
                .trim_start()
                .strip_prefix('#')
                .filter(|rest| !rest.starts_with('!'))
            {
                let comment = comment.trim().to_owned();
                match found.last_mut().filter(|_| says_expectation(&comment)) {
                    Some(last) => last.comments.push(comment),
                    None => pending.push(comment),
                }
                continue;
            }
        }
        open.feed(words);
        let (bare, comment) = if open.done() {
            without_comment(words)
        } else {
            (words, None)
        };
        let script = at_hand.get_or_insert_with(|| Script {
            lines: (index, index),
            text: String::new(),
            comments: std::mem::take(&mut pending),
        });
        if !script.text.is_empty() {
            script.text.push('\n');
        }
        script.text.push_str(bare.trim_end());
        script.comments.extend(comment.map(str::to_owned));
        script.lines.1 = index;
        if open.done() {
            found.extend(at_hand.take());
            open = Open::default();
        }
    }
    found.extend(at_hand);
    for script in &mut found {
        script.text = script.text.trim().to_owned();
    }
    join_dependent(found)
}

fn says_expectation(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    [
        "expect", "should", "must ", "→", "->", "=>", "output", "预期", "期望", "esperado",
    ]
    .iter()
    .any(|word| lower.starts_with(word))
}

/// Returns the line without its prompt; `None` for printed lines among prompted ones.
fn command_part(line: &str, prompted: bool, inside: bool) -> Option<&str> {
    for prompt in ["$ ", "❯ ", "➜ "] {
        if let Some(rest) = line.strip_prefix(prompt) {
            return Some(rest);
        }
    }
    if prompted && !inside {
        line.trim_start().starts_with('#').then_some(line)
    } else {
        Some(line)
    }
}

/// Returns a line without the comment at its end.
pub(super) fn without_comment(line: &str) -> (&str, Option<&str>) {
    let (mut single, mut double) = (false, false);
    let mut last = ' ';
    for (at, letter) in line.char_indices() {
        match letter {
            '\'' if !double => single = !single,
            '"' if !single && last != '\\' => double = !double,
            '#' if !single && !double && last.is_whitespace() && at > 0 => {
                return (&line[..at], Some(line[at + 1..].trim()));
            }
            _ => {}
        }
        last = letter;
    }
    (line, None)
}

/// Joins scripts that depend on one another: lines that set something make the fence one script; the lines of one
/// commit belong together.
fn join_dependent(scripts: Vec<Script>) -> Vec<Script> {
    if scripts.len() < 2 {
        return scripts;
    }
    let parts: Vec<Part> = scripts
        .iter()
        .map(|script| Part::new(&shell::read(&script.text)))
        .collect();
    if parts.iter().rev().skip(1).any(|part| *part == Part::Sets) {
        return merge_all(scripts);
    }
    let mut out: Vec<Script> = Vec::new();
    let mut staged = false;
    for (script, part) in scripts.into_iter().zip(parts) {
        let commits = matches!(part, Part::Stages | Part::Commits);
        match out.last_mut().filter(|_| staged && commits) {
            Some(last) => {
                join_scripts(last, script);
                staged &= part == Part::Stages;
            }
            None => {
                staged = part == Part::Stages;
                out.push(script);
            }
        }
    }
    out
}

/// The effect of a script on those after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It changes the shell: its folder, its variables, its options, what runs in the background.
    Sets,
    /// It does nothing but stage files.
    Stages,
    /// It commits.
    Commits,
    /// Nothing.
    Stands,
}

impl Part {
    fn new(reading: &shell::Reading) -> Self {
        let calls = reading.calls();
        if sets_something(reading) {
            Part::Sets
        } else if !calls.is_empty() && calls.iter().all(|call| call.is(shell::Trait::Stages)) {
            Part::Stages
        } else if reading.commit().is_some() {
            Part::Commits
        } else {
            Part::Stands
        }
    }
}

fn sets_something(reading: &shell::Reading) -> bool {
    let lasting = |call: &&shell::Call| {
        [
            shell::Trait::ChangesFolder,
            shell::Trait::LeavesFolder,
            shell::Trait::Sets,
        ]
        .iter()
        .any(|one| call.is(*one))
    };
    match &reading.script.root {
        shell::Node::Invocation(_) => {
            let assigns = reading
                .script
                .invocations
                .first()
                .is_some_and(|first| first.words.is_empty());
            assigns || reading.calls().iter().any(lasting)
        }
        shell::Node::Background(_) | shell::Node::Definition(_) => true,
        _ => false,
    }
}

fn merge_all(scripts: Vec<Script>) -> Vec<Script> {
    let mut all = scripts.into_iter();
    let Some(mut first) = all.next() else {
        return Vec::new();
    };
    all.for_each(|script| join_scripts(&mut first, script));
    vec![first]
}

fn join_scripts(into: &mut Script, other: Script) {
    into.text.push('\n');
    into.text.push_str(&other.text);
    into.lines.1 = other.lines.1;
    into.comments.extend(other.comments);
}

/// Returns where the lines of a script stand in the text.
pub(super) fn script_span(content: &[Span], whole: &Span, lines: (usize, usize)) -> Span {
    let first = content.get(lines.0).map_or(whole.start, |line| line.start);
    let last = content.get(lines.1).map_or(whole.end, |line| line.end);
    first..last.max(first)
}
