//! The folder in force for each invocation: `cd` holds for what comes after it,
//! and inside of a subshell only there.

use crate::script::{Node, Script};
use crate::table::{Trait, program_table};

/// Fills in the folders of a script's invocations.
pub(crate) fn fill_in(script: &mut Script) {
    let root = std::mem::replace(&mut script.root, Node::Nothing);
    let mut walk = Walk {
        script,
        now: None,
        before: Vec::new(),
    };
    walk.node(&root);
    script.root = root;
    inherit_folders(script);
}

/// Joins a folder to the one in force; absolute folders and variables stand for themselves.
pub fn join(base: Option<&str>, folder: &str) -> Option<String> {
    if folder.starts_with(['/', '~', '$']) || folder.as_bytes().get(1) == Some(&b':') {
        return Some(folder.to_owned());
    }
    let mut parts: Vec<&str> = base.into_iter().flat_map(|base| base.split('/')).collect();
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                let steps_back = parts
                    .last()
                    .is_some_and(|last| !matches!(*last, ".." | "" | "~"));
                if steps_back {
                    parts.pop();
                } else {
                    parts.push("..");
                }
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    (!joined.is_empty()).then_some(joined)
}

struct Walk<'s> {
    script: &'s mut Script,
    now: Option<String>,
    before: Vec<Option<String>>,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node) {
        match node {
            Node::Invocation(at) => self.invocation(*at),
            Node::Pipe(members) => members.iter().for_each(|member| self.apart(member)),
            Node::Subshell(inner) | Node::Background(inner) | Node::Definition(inner) => {
                self.apart(inner)
            }
            Node::Sequence(all) => all.iter().for_each(|one| self.node(one)),
            Node::And(left, right) | Node::Or(left, right) => {
                self.node(left);
                self.node(right);
            }
            Node::Not(inner) => self.node(inner),
            Node::Condition { tests, branches } => {
                tests.iter().chain(branches).for_each(|one| self.node(one))
            }
            Node::Loop { tests, body } => {
                tests.iter().for_each(|one| self.node(one));
                self.node(body);
            }
            Node::Nothing => {}
        }
    }

    fn apart(&mut self, node: &Node) {
        let (now, before) = (self.now.clone(), self.before.clone());
        self.node(node);
        (self.now, self.before) = (now, before);
    }

    fn invocation(&mut self, at: usize) {
        let Some(invocation) = self.script.invocations.get_mut(at) else {
            return;
        };
        invocation.folder.clone_from(&self.now);
        let Some(row) = invocation
            .program()
            .and_then(|program| program_table().row(program))
        else {
            return;
        };
        let arguments: Vec<String> = invocation.arguments().map(str::to_owned).collect();
        let Some((rule, _)) = row.decide(&arguments) else {
            return;
        };
        if rule.is(Trait::LeavesFolder) {
            let back = self.before.pop().flatten();
            self.now = back;
        } else if rule.is(Trait::ChangesFolder) {
            let folder = arguments.iter().find(|argument| !argument.starts_with('-'));
            let next = folder.map_or(Some("~".to_owned()), |folder| {
                join(self.now.as_deref(), folder)
            });
            self.before.push(std::mem::replace(&mut self.now, next));
        }
    }
}

/// An invocation in a substitution has the folder of the one that it stands in.
fn inherit_folders(script: &mut Script) {
    for at in 0..script.invocations.len() {
        if !script.invocations[at].substituted {
            continue;
        }
        let span = script.invocations[at].span.clone();
        let around = script.invocations[..at]
            .iter()
            .rev()
            .find(|one| one.span.start <= span.start && one.span.end >= span.end);
        let folder = around.and_then(|one| one.folder.clone());
        script.invocations[at].folder = folder;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_joined() {
        let cases = [
            (None, "web", Some("web")),
            (Some("web"), "..", None),
            (Some("web"), "../api", Some("api")),
            (Some("web"), "/srv", Some("/srv")),
            (None, "../api/", Some("../api")),
            (Some("a/b"), "./c", Some("a/b/c")),
        ];
        for (base, folder, joined) in cases {
            assert_eq!(join(base, folder).as_deref(), joined, "{base:?} {folder}");
        }
    }
}
