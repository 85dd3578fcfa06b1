//! Commands that a plan asks to run, and what it expects of them.

mod programs;

mod shell;

mod kind;

mod expect;

mod lines;

use serde::Serialize;

use crate::document::{Document, Span};

pub(crate) use expect::expectation;
pub(crate) use kind::is_check;
pub(crate) use lines::{Manner, in_line, is_conditional};

/// A command that the plan wants to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedCommand {
    /// One logical shell script; prompts and trailing comments taken off.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// The folder to run it in, when not part of the text.
    pub folder: Option<String>,
    /// What the plan expects of it.
    pub expect: Expect,
    /// Why it can't be run as it stands.
    pub doubt: Option<Doubt>,
    /// It starts a server or watcher that does not return.
    pub server: bool,
    /// It is a git commit.
    pub commit: Option<Commit>,
    /// It deletes or overwrites: `rm -r`, `--force`, `DROP`, `reset --hard`.
    pub destructive: bool,
}

/// Why a command can't be run as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It holds a placeholder: `<id>`, `XXXX`, `...`.
    Placeholder,
    /// It names an absolute path of the author's machine.
    AuthorPath,
    /// Its words are more likely prose than a command.
    Prose,
}

/// What the plan expects of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Expect {
    /// Pass, fail, no matches, or nothing said.
    pub outcome: ExpectedOutcome,
    /// The expectation as written.
    pub words: Option<String>,
    /// The number of tests that shall pass ("12 passed").
    pub passed: Option<u64>,
    /// Quoted text that the output shall contain.
    pub shows: Vec<String>,
}

/// How a command is expected to end.
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

/// What a `git commit` command records.
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
        self.expect = expect;
        if self.expect.shows.is_empty() {
            return;
        }
        if kind::is_check(&self.text) {
            let failing = self.expect.outcome == ExpectedOutcome::Fail;
            let words = self.expect.words.as_deref().filter(|_| !failing).unwrap_or("");
            self.expect.shows = expect::shows(words, true);
            let counts = |text: &String| self.expect.passed.is_some() && text.contains("pass");
            self.expect.shows.retain(|text| !counts(text));
        }
        // A status code is printed only if the request asks for it.
        let silent = self.text.contains("curl ")
            && !["http_code", " -i", " -I", " -si", " -sI", " -v", "--include", "--head", "-D -"]
                .iter()
                .any(|option| self.text.contains(option));
        let status = |text: &str| {
            let first = text.trim_start_matches("HTTP ").split_whitespace().next().unwrap_or("");
            first.len() == 3 && first.parse::<u16>().is_ok()
        };
        self.expect.shows.retain(|text| !(silent && (status(text) || text.starts_with("HTTP/"))));
    }
}

/// Whether a code span is a command rather than a name.
pub(crate) fn looks_like_command(text: &str) -> bool {
    let mut words = text.trim().trim_start_matches("$ ").split_whitespace();
    let mut first = words.next().unwrap_or("");
    let mut assigned = false;
    while first.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    }) {
        assigned = true;
        first = words.next().unwrap_or("");
    }
    let rest: Vec<&str> = words.collect();
    let script = (first.starts_with("./")
        || first.starts_with("scripts/")
        || first.starts_with("bin/")
        || first.starts_with(".venv/")
        || first.starts_with("venv/"))
        && (!first.ends_with('/'));
    if first.ends_with(".sh") && first.contains('/') && !first.starts_with('/') && !rest.is_empty() {
        return true;
    }
    if script {
        let known = [".py", ".ts", ".js", ".md", ".json", ".tsx", ".yaml", ".yml", ".toml", ".go", ".rs"];
        return !rest.is_empty()
            || !known.iter().any(|end| first.ends_with(end)) && !first.contains('*') && first.starts_with("./");
    }
    if first.starts_with("(cd") || first.starts_with("!") && rest.first().is_some_and(|word| programs::is_program(word))
    {
        return true;
    }
    if !programs::is_program(first) {
        return false;
    }
    if rest.is_empty() {
        return assigned || !programs::is_usual_word(first);
    }
    // `test name`, `file path`: words that are programs too need the look of arguments.
    let wordy = [
        "test", "file", "type", "set", "find", "time", "if", "for", "while", "true", "false", "task", "next", "date",
        "id", "sort", "command", "source", "watch", "wait", "act", "go", "make", "cut", "which", "hey", "stack",
        "invoke", "head", "tail", "true", "kind", "export", "atlas", "vault", "nest", "act", "tap", "stat", "op",
    ]
    .contains(&first);
    let arguments = rest.iter().any(|word| {
        word.starts_with(['-', '.', '/', '$', '"', '\'', '{', '['])
            || word.contains(['/', '=', '.', '|', '>', ':', '*'])
            || matches!(*word, "&&" | "||" | "|" | ";")
    });
    let usual = matches!(first, "go" | "make" | "task" | "next" | "nest" | "invoke" | "act")
        && rest.len() <= 3
        && rest.iter().all(|word| !matches!(*word, "a" | "the" | "sure" | "it" | "to"));
    !wordy || arguments || usual
}

/// A command as written, judged.
pub(crate) fn command(text: &str, span: Span, expect: Expect) -> PlannedCommand {
    let (bare, _) = if text.contains('\n') { (text, None) } else { shell::without_comment(text) };
    let text = bare.trim().trim_start_matches("$ ").to_owned();
    let mut command = PlannedCommand {
        doubt: doubt(&text),
        server: kind::is_server(&text),
        commit: commit(&text),
        destructive: is_destructive(&text),
        folder: None,
        text,
        span,
        expect: Expect::default(),
    };
    command.await_result(expect);
    command
}

/// The commands of a shell fence; what its comments and the words before it expect comes with them.
pub(crate) fn of_fence(document: &Document<'_>, fence: usize) -> Vec<PlannedCommand> {
    let Some(fence) = document.fences.get(fence) else { return Vec::new() };
    let text = fence.dedented(document.text);
    if text.contains("$?") {
        // What the last one ended with is gone where the next begins anew.
        let end = fence.content.last().map_or(fence.span.end, |line| line.end);
        let start = fence.content.first().map_or(fence.span.start, |line| line.start);
        return vec![command(text.trim(), start..end, Expect::default())];
    }
    let found = shell::scripts(&text).into_iter().map(|script| {
        let expected = script.comments.iter().find_map(|comment| {
            let lower = comment.to_lowercase();
            let said = [
                "expected output:",
                "expected:",
                "expect:",
                "expect ",
                "expected ",
                "should ",
                "→",
                "->",
                "=>",
                "预期:",
                "预期：",
                "期望：",
                "esperado:",
            ]
            .iter()
            .find(|word| lower.starts_with(*word))?;
            comment.get(said.len()..)
        });
        let expect = expected.map(expectation).unwrap_or_default();
        command(&script.text, shell::place(&fence.content, &fence.span, script.lines), expect)
    });
    found.collect()
}

fn doubt(text: &str) -> Option<Doubt> {
    let homes = ["/Users/", "/home/", "C:\\", "c:/Users", "/mnt/c/", "/Volumes/", "/private/tmp/"];
    // `cd d:/work`: a drive of its own.
    let drive = text.split_whitespace().any(|word| {
        let mut letters = word.trim_start_matches(['"', '\'']).chars();
        letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
            && letters.next() == Some(':')
            && matches!(letters.next(), Some('/' | '\\'))
            && !word.contains("://")
    });
    // The same drive as shells on Windows write it: `cd /d/work`.
    let drive = drive
        || text.lines().filter_map(|line| line.trim_start().strip_prefix("cd /")).any(|folder| {
            folder.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && folder.as_bytes().get(1) == Some(&b'/')
        });
    if drive || homes.iter().any(|home| text.contains(home)) {
        return Some(Doubt::AuthorPath);
    }
    let holder = |open: char, close: char| {
        text.match_indices(open).any(|(at, _)| {
            text[at + 1..].split_once(close).is_some_and(|(inner, _)| {
                let heredoc = text[..at].ends_with('<') || inner.starts_with(['<', '(', ' ', '/', '=']);
                !heredoc
                    && !inner.is_empty()
                    && inner.len() < 40
                    && inner.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ' | '.'))
                    && inner.starts_with(char::is_alphabetic)
                    && !inner.contains(" -")
            })
        })
    };
    let quoted = text.contains("python -c")
        || text.contains("python3 -c")
        || text.contains("node -e")
        || text.contains("<<")
        || ["rg ", "grep ", "! rg ", "! grep ", "git grep ", "sed ", "awk "]
            .iter()
            .any(|start| text.starts_with(start))
        || shell::is_commit(text);
    let dots = text.split_whitespace().any(|word| word == "..." || word == "…")
        || text.ends_with("...") && !text.ends_with("/...");
    let signs = ["XXXX", "YYYY", "YOUR_", "your-", "TODO", "xxxx"];
    if !quoted && (holder('<', '>') || dots || signs.iter().any(|sign| text.contains(sign))) {
        return Some(Doubt::Placeholder);
    }
    let first = text.split_whitespace().find(|word| !word.contains('=')).unwrap_or("");
    let sentence = text.split_whitespace().count() > 3
        && first.starts_with(char::is_uppercase)
        && !text.contains(['-', '/', '|', '$']);
    // Options alone are part of a command that stands elsewhere.
    (sentence || text.starts_with('-')).then_some(Doubt::Prose)
}

fn is_destructive(text: &str) -> bool {
    let lower = text.to_lowercase();
    let removes = lower.split([';', '\n', '|', '&']).any(|part| {
        let mut words = part.split_whitespace().skip_while(|word| matches!(*word, "sudo" | "(" | "then" | "do"));
        words.next() == Some("rm")
            && words.any(|word| {
                word.starts_with('-') && !word.starts_with("--") && word.contains('r') || word == "--recursive"
            })
    });
    let signs = [
        "--force",
        "push -f",
        "drop table",
        "drop database",
        "drop schema",
        "truncate ",
        "reset --hard",
        "clean -fd",
        "clean -xf",
        "dropdb",
        "down -v",
        "--volumes",
        "flushall",
        "delete from",
        "system prune",
        "migrate reset",
        "db reset",
        "--accept-data-loss",
        "mkfs",
        "checkout -- ",
        "branch -d ",
    ];
    removes || signs.iter().any(|sign| lower.contains(sign)) && !lower.contains("--force-exclude")
}

fn commit(text: &str) -> Option<Commit> {
    if !shell::is_commit(text) {
        return None;
    }
    let mut paths = Vec::new();
    let joined = text.replace("\\\n", " ");
    for part in joined.split(['\n', ';']).flat_map(|line| line.split("&&")) {
        let mut words = part.split_whitespace();
        if words.next() == Some("git") && words.next() == Some("add") {
            let named =
                words.take_while(|word| !word.starts_with('#')).filter(|word| !word.starts_with('-') || *word == "-A");
            paths.extend(named.map(|word| word.trim_matches(['"', '\'']).to_owned()));
        }
    }
    Some(Commit { message: message(text), paths })
}

fn message(text: &str) -> Option<String> {
    let at = text.find("commit")?;
    let rest = &text[at..];
    let flag = [" -m ", " -am ", " --message=", " --message ", " -m"]
        .iter()
        .find_map(|flag| rest.find(flag).map(|found| found + flag.len()))?;
    let value = rest[flag..].trim_start();
    if let Some(heredoc) = value.strip_prefix("\"$(cat <<") {
        let (_, body) = heredoc.split_once('\n')?;
        let end = heredoc
            .trim_start_matches(['-', '\'', '"'])
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect::<String>();
        let lines: Vec<&str> = body.lines().take_while(|line| line.trim() != end).collect();
        return Some(lines.join("\n").trim().to_owned());
    }
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut out = String::new();
    let mut escaped = false;
    for letter in value[1..].chars() {
        match letter {
            '\\' if !escaped && quote == '"' => escaped = true,
            letter if letter == quote && !escaped => return Some(out),
            letter => {
                out.push(letter);
                escaped = false;
            }
        }
    }
    None
}
