//! A script after parsing: its invocations in the order of the text, and the
//! tree of lists, pipes and conditions that says which status counts.

use std::ops::Range;

/// A range of bytes in the text that was parsed.
pub type Span = Range<usize>;

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The text that was parsed, byte for byte, but for prompts and printed lines, which are blank.
    pub text: String,
    /// Every invocation, also those inside of substitutions, in the order of the text.
    pub invocations: Vec<Invocation>,
    /// The tree of lists, pipes and conditions over the invocations.
    pub root: Node,
    /// Comments, without their `#`.
    pub comments: Vec<Comment>,
    /// Stretches that are no shell text.
    pub broken: Vec<Span>,
    /// Placeholders such as `<id>`; each is read as an ordinary word.
    pub placeholders: Vec<Span>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of the line.
    pub span: Span,
    /// Its words.
    pub text: String,
}

/// A part of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An invocation, by its place in [`Script::invocations`].
    Invocation(usize),
    /// `a | b`.
    Pipe(Vec<Node>),
    /// `a && b`.
    And(Box<Node>, Box<Node>),
    /// `a || b`.
    Or(Box<Node>, Box<Node>),
    /// `! a`.
    Not(Box<Node>),
    /// `a; b`, or one a line.
    Sequence(Vec<Node>),
    /// `(a)`: a folder that is changed inside is the old one outside.
    Subshell(Box<Node>),
    /// `a &`.
    Background(Box<Node>),
    /// `if a; then b; fi`, `case`: tests and branches.
    Condition {
        /// The condition.
        tests: Vec<Node>,
        /// The branches.
        branches: Vec<Node>,
    },
    /// `for`, `while`, `until`.
    Loop {
        /// The condition before each turn.
        tests: Vec<Node>,
        /// The body.
        body: Box<Node>,
    },
    /// A function's definition; nothing runs.
    Definition(Box<Node>),
    /// Text that is no shell text, or nothing at all.
    Nothing,
}

/// A simple command: a program with its arguments, or assignments alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invocation {
    /// From its first assignment or word to its last word or redirection.
    pub span: Span,
    /// `NAME=value` before the program.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments; empty where there are assignments alone.
    pub words: Vec<Word>,
    /// Where its input comes from and its output goes.
    pub redirections: Vec<Redirection>,
    /// The folder in force by `cd` and `pushd` before it, as written; `None` where the script
    /// began.
    pub folder: Option<String>,
    /// It stands inside of a substitution, `$(…)` or `<(…)`.
    pub substituted: bool,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value, quotes taken off.
    pub value: String,
}

/// A word of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// Its value: quotes and escapes taken off, expansions as written.
    pub value: String,
    /// Nothing in it is expanded: the value is what the program gets.
    pub literal: bool,
    /// It is quoted, at least in part.
    pub quoted: bool,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirection {
    /// Where it stands.
    pub span: Span,
    /// Which way the data goes.
    pub kind: RedirectionKind,
    /// The file, the descriptor (`1` of `2>&1`), or the body of a here-document.
    pub target: String,
}

/// Which way a redirection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RedirectionKind {
    /// `<`.
    Input,
    /// `>`, `>|`, `&>`.
    Output,
    /// `>>`, `&>>`.
    Append,
    /// `2>&1`, `<&3`.
    Descriptor,
    /// `<<END`, `<<<word`.
    Document,
}

impl Script {
    /// Returns the text of a span; empty where it is none of this script's.
    pub fn slice(&self, span: &Span) -> &str {
        self.text.get(span.clone()).unwrap_or("")
    }

    /// Returns the spans of the statements that follow each other, without those inside of them.
    pub fn statements(&self) -> Vec<Span> {
        let all = match &self.root {
            Node::Sequence(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let spans = all.iter().filter_map(|node| {
            let parts = node.invocations();
            let spans = parts
                .iter()
                .filter_map(|at| self.invocations.get(*at))
                .map(|one| &one.span);
            let start = spans.clone().map(|span| span.start).min()?;
            Some(start..spans.map(|span| span.end).max()?)
        });
        spans.collect()
    }

    /// Returns whether everything in the text was understood as shell text.
    pub fn is_sound(&self) -> bool {
        self.broken.is_empty()
    }

    /// Returns the invocation with this number.
    pub fn invocation(&self, at: usize) -> Option<&Invocation> {
        self.invocations.get(at)
    }
}

impl Invocation {
    /// Returns the program as it is written.
    pub fn program(&self) -> Option<&str> {
        self.words.first().map(|word| word.value.as_str())
    }

    /// Returns the values of the arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(|word| word.value.as_str())
    }
}

impl Node {
    /// Returns the invocations in it, in the order of the text.
    pub fn invocations(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut Vec<usize>) {
        match self {
            Node::Invocation(at) => found.push(*at),
            Node::Pipe(all) | Node::Sequence(all) => {
                all.iter().for_each(|node| node.collect(found))
            }
            Node::And(left, right) | Node::Or(left, right) => {
                left.collect(found);
                right.collect(found);
            }
            Node::Not(inner)
            | Node::Subshell(inner)
            | Node::Background(inner)
            | Node::Definition(inner) => inner.collect(found),
            Node::Condition { tests, branches } => tests
                .iter()
                .chain(branches)
                .for_each(|node| node.collect(found)),
            Node::Loop { tests, body } => {
                tests.iter().for_each(|node| node.collect(found));
                body.collect(found);
            }
            Node::Nothing => {}
        }
    }
}
