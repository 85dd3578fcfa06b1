//! The facts of a parsed command, as the reader of plans needs them.

/// The facts of a parsed command, in the words of [`shell`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its purpose: a test, a build, a search, …
    pub kind: shell::Kind,
    /// The kinds of all parts whose success counts.
    pub kinds: Vec<shell::Kind>,
    /// It creates, changes or removes files of the source tree.
    pub writes: bool,
    /// The source of its result: its status, its output, or neither.
    pub decides: shell::Decides,
    /// Services and the like that it needs beside the tree and its tools.
    pub needs: Vec<shell::Need>,
    /// The folder that it goes to by itself.
    pub folder: Option<String>,
    /// It prints sentences or sums beside what it lists, so that its lines count nothing.
    pub(super) narrates: bool,
    /// Its status says whether something was found.
    pub(super) searches: bool,
    /// It prints how many there are, not what they are.
    pub(super) counts: bool,
    /// It prints only what it is asked for, so that a status code of an answer shows only by option.
    pub(super) silent_request: bool,
}

impl Facts {
    pub(super) fn new(reading: &shell::Reading) -> Self {
        let request = reading.kind() == shell::Kind::Request;
        let shown = reading
            .calls()
            .iter()
            .flat_map(|call| &call.arguments)
            .any(|argument| shows_status(argument));
        Facts {
            kind: reading.kind(),
            kinds: reading.kinds(),
            writes: reading.writes(),
            decides: reading.decides(),
            needs: reading.needs(),
            folder: reading.folder().map(str::to_owned),
            searches: !reading.is_negated()
                && reading
                    .calls()
                    .last()
                    .is_some_and(|call| succeeds_by_finding(call)),
            counts: reading
                .calls()
                .iter()
                .any(|call| call.is(shell::Trait::Counts)),
            narrates: reading
                .calls()
                .iter()
                .any(|call| call.is(shell::Trait::Narrates)),
            silent_request: request && !shown,
        }
    }

    /// Tells that it looks at the tree, or at what git or a program keeps, and succeeds whatever it sees or finds.
    pub(crate) fn is_look(&self) -> bool {
        let looks = matches!(self.kind, shell::Kind::Inspect | shell::Kind::Git);
        let shows = matches!(
            self.decides,
            shell::Decides::Found | shell::Decides::Output(_)
        );
        looks && !self.writes && (shows || self.searches)
    }

    /// Tells that tests, linters, type checks or builds are all that it runs: they print a verdict in words
    /// of their own.
    pub(crate) fn is_check(&self) -> bool {
        let checks = |kind: &shell::Kind| kind.is_check() || *kind == shell::Kind::Build;
        !self.kinds.is_empty() && self.kinds.iter().all(checks)
    }
}

/// Returns whether the status of a call says that something was found.
fn succeeds_by_finding(call: &shell::Call) -> bool {
    call.status(1) == Some(shell::StatusMeaning::NothingFound)
}

/// Options by which a request prints the status of the answer.
fn shows_status(argument: &str) -> bool {
    const OPTIONS: [&str; 5] = [
        "--include",
        "--head",
        "--verbose",
        "--dump-header",
        "--write-out",
    ];
    let letters = argument
        .strip_prefix('-')
        .filter(|letters| !letters.starts_with('-') && letters.len() <= 5);
    argument.contains("http_code")
        || OPTIONS.contains(&argument)
        || letters.is_some_and(|it| it.contains(['i', 'I', 'v', 'D', 'w']))
}
