//! The effects of a script beside its output: what it writes, serves, destroys and needs.

use crate::call::Call;
use crate::reading::{Part, Reading};
use crate::script::{Node, RedirectionKind};
use crate::table::{Kind, Need, Trait};

/// Endings of what is made, not written by hand: output, archives.
const PRODUCTS: [&str; 6] = [".log", ".out", ".gz", ".tgz", ".zip", ".tmp"];
/// Folders and files that tools make: removing them changes no source.
const MADE: &str = include_str!("../programs/conventions/made.txt");

impl Reading {
    /// Returns whether it creates, changes or removes files of the source tree.
    ///
    /// Build products, caches, dependency folders and the repository's history are none.
    pub fn writes(&self) -> bool {
        self.redirects_into_tree()
            || self.parts.iter().any(|part| match part {
                Part::Assignments => false,
                Part::Call(call) => call_writes(call),
                Part::Scripts(_, inner) => inner.iter().any(Reading::writes),
            })
    }

    /// Returns whether it starts something that serves and does not end.
    pub fn serves(&self) -> bool {
        self.any(|call| call.is(Trait::Serves))
    }

    /// Returns whether it watches files and does not end.
    pub fn watches(&self) -> bool {
        self.any(|call| call.is(Trait::Watches))
    }

    /// Returns whether it does not end by itself: it serves or watches, and not in the background.
    pub fn is_endless(&self) -> bool {
        self.endless_node(&self.script.root)
    }

    /// Returns whether it only lists or describes.
    pub fn lists(&self) -> bool {
        let calls = self.calls();
        let mut noted = calls.iter().filter(|call| !call.is(Trait::Idle)).peekable();
        noted.peek().is_some() && noted.all(|call| call.is(Trait::Lists))
    }

    /// Returns whether it deletes or overwrites what can't be had back: folders, data, commits.
    pub fn destroys(&self) -> bool {
        self.any(Call::destroys)
    }

    /// Returns what it needs beside the tree and its tools.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = self.calls().iter().flat_map(|call| call.needs()).collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Returns the folder in which its first part of note runs, from where it began.
    pub fn folder(&self) -> Option<&str> {
        let calls = self.calls();
        calls
            .iter()
            .find(|call| !call.is(Trait::Idle))
            .and_then(|call| call.folder.as_deref())
    }

    fn any(&self, wanted: impl Fn(&Call) -> bool) -> bool {
        self.calls().into_iter().any(wanted)
    }

    fn endless_node(&self, node: &Node) -> bool {
        match node {
            Node::Background(_) | Node::Definition(_) | Node::Nothing => false,
            Node::Invocation(at) => match self.parts.get(*at) {
                Some(Part::Call(call)) => {
                    !call.bounded && (call.is(Trait::Serves) || call.is(Trait::Watches))
                }
                Some(Part::Scripts(_, inner)) => inner.iter().any(Reading::is_endless),
                _ => false,
            },
            Node::Pipe(all) | Node::Sequence(all) => all.iter().any(|one| self.endless_node(one)),
            Node::And(left, right) | Node::Or(left, right) => {
                self.endless_node(left) || self.endless_node(right)
            }
            Node::Not(inner) | Node::Subshell(inner) => self.endless_node(inner),
            Node::Condition { branches, .. } => branches.iter().any(|one| self.endless_node(one)),
            Node::Loop { body, .. } => self.endless_node(body),
        }
    }

    fn redirects_into_tree(&self) -> bool {
        self.script
            .invocations
            .iter()
            .flat_map(|one| &one.redirections)
            .any(|redirection| {
                matches!(
                    redirection.kind,
                    RedirectionKind::Output | RedirectionKind::Append
                ) && is_source(&redirection.target)
            })
    }
}

impl Call {
    /// Returns whether it deletes or overwrites what can't be had back; what tools make anew is not
    /// that.
    pub fn destroys(&self) -> bool {
        let temporary =
            |path: &str| path.contains("tmp") || path.contains("temp") || path.starts_with('$');
        let made = |path: &str| is_made(path) || temporary(path);
        match () {
            () if !self.is(Trait::Destroys) => false,
            () if self.is(Trait::Removes) => self.positionals().iter().any(|path| !made(path)),
            () if self.is(Trait::Writes) => !self
                .arguments
                .iter()
                .any(|argument| is_made_whole(argument)),
            () => true,
        }
    }
}

impl Call {
    /// Returns whether it acts on what lies outside of this machine: it pushes, publishes, deploys, runs something there, or
    /// sends data to an address there. What is told to speak to this machine itself (a registry or a cloud that is played
    /// here) does not.
    pub fn acts_outside(&self) -> bool {
        const SENDS: [&str; 10] = [
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--data-urlencode",
            "--json",
            "-F",
            "--form",
            "-T",
            "--upload-file",
        ];
        const READS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];
        let asked = self.option(&["-X", "--request"]);
        let sends = asked.is_some_and(|method| !READS.contains(&method))
            || asked.is_none() && self.option(&SENDS).is_some();
        let here = self.arguments.iter().any(|word| names_this_machine(word));
        (self.elsewhere || self.is(Trait::Sends)) && !here || self.asks_outside() && sends
    }

    /// Returns whether it asks a server outside of this machine, by the address that it is given.
    pub fn asks_outside(&self) -> bool {
        self.kind() == Kind::Request && self.arguments.iter().any(|word| is_outside(word))
    }
}

/// Returns whether a word, or the value of an option, is an address of this machine: `http://localhost:4566`,
/// `--registry=http://127.0.0.1:4873`, the image `localhost:5000/api`.
fn names_this_machine(word: &str) -> bool {
    let value = word
        .strip_prefix('-')
        .and_then(|option| option.split_once('='))
        .map_or(word, |(_, value)| value);
    let place = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = place.split(['/', '?', '#']).next().unwrap_or_default();
    authority
        .split_once(':')
        .filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()))
        .is_some_and(|(host, port)| {
            !port.is_empty() && (host == "localhost" || host.starts_with("127."))
        })
}

/// Returns whether an address names a host by its domain, or a machine by its number: neither this one, nor a variable, nor a
/// name that only a network of containers knows.
fn is_outside(word: &str) -> bool {
    /// Domains that are kept for this machine and its networks.
    const NEAR: [&str; 5] = ["localhost", "local", "internal", "test", "localdomain"];
    let Some((scheme, rest)) = word.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    let own = host.starts_with("127.") || host == "0.0.0.0";
    scheme.chars().all(|letter| letter.is_ascii_alphanumeric())
        && host.contains('.')
        && !own
        && !NEAR.contains(&last)
        && host
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'))
}

fn call_writes(call: &Call) -> bool {
    if call.is(Trait::Writes) {
        return true;
    }
    if call.is(Trait::Makes) {
        // The last one is the file that is made.
        return call
            .positionals()
            .last()
            .is_some_and(|path| is_source(path));
    }
    if call.is(Trait::Removes) {
        let recursive = call.is(Trait::Destroys);
        return call
            .positionals()
            .iter()
            .any(|path| is_source(path) && !(recursive && is_made(path)));
    }
    false
}

/// Returns whether a path is one of the source tree: not outside of it, no device, no product.
fn is_source(path: &str) -> bool {
    let outside = path.starts_with(['/', '~', '&'])
        || path.starts_with("$HOME")
        || path.starts_with("$TMPDIR");
    let inside_of_a_workspace = path.starts_with("/workspaces/");
    (!outside || inside_of_a_workspace)
        && !PRODUCTS.iter().any(|end| path.ends_with(end))
        && !is_made_whole(path)
}

/// Returns whether a path lies in a folder that tools make.
fn is_made_whole(path: &str) -> bool {
    path.split('/')
        .any(|part| MADE.lines().any(|name| name == part))
}

/// Returns whether what is removed with all that is in it was made by tools: hidden folders are their
/// caches, but for those that hold configuration.
fn is_made(path: &str) -> bool {
    let name = path
        .trim_end_matches(['/', '*'])
        .rsplit('/')
        .next()
        .unwrap_or(path);
    let configured = [
        ".git", ".github", ".vscode", ".claude", ".cursor", ".husky", ".env",
    ]
    .contains(&name);
    is_made_whole(path) || name.starts_with('.') && name.len() > 2 && !configured
}

impl Kind {
    /// Returns whether a command of this kind checks something: tests, lint, types, layout.
    pub fn is_check(self) -> bool {
        matches!(
            self,
            Kind::Test | Kind::Lint | Kind::Typecheck | Kind::Format
        )
    }

    /// Returns whether a command of this kind is run for what it leaves behind: a commit, packages, a migrated database.
    pub fn is_action(self) -> bool {
        matches!(
            self,
            Kind::Commit
                | Kind::Destroy
                | Kind::Generate
                | Kind::Git
                | Kind::Install
                | Kind::Migrate
                | Kind::Service
        )
    }
}
