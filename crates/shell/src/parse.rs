//! From text to a script, by the Bash grammar of tree-sitter. It never fails:
//! where the text is no shell text, [`Script::broken`] says so, and what stands
//! around it is read all the same.

use tree_sitter::{Node as Syntax, Parser};

use crate::mask::mask_text;
use crate::script::{
    Assignment, Comment, Invocation, Node, Redirection, RedirectionKind, Script, Span, Word,
};
use crate::words;

/// Longer texts are no commands of a plan, and the grammar recovers from broken text in more than
/// linear time.
const LONGEST: usize = 256 * 1024;
/// Deeper nesting is no script that somebody wrote; reading recurses.
const DEEPEST: usize = 120;

/// Parses shell text.
///
/// Prompts (`$ `) and what commands printed between prompted lines are passed over. Folders are
/// filled in ([`Invocation::folder`]).
pub fn parse(text: &str) -> Script {
    let masked = mask_text(text);
    let mut script = Script {
        text: masked.plain,
        invocations: Vec::new(),
        root: Node::Nothing,
        comments: Vec::new(),
        broken: Vec::new(),
        placeholders: masked.placeholders,
    };
    let mut parser = Parser::new();
    let ready = text.len() <= LONGEST
        && parser
            .set_language(&tree_sitter_bash::LANGUAGE.into())
            .is_ok();
    let Some(tree) = ready.then(|| parser.parse(&masked.text, None)).flatten() else {
        script.broken.push(0..text.len());
        return script;
    };
    let mut reader = Reader {
        script: &mut script,
        depth: 0,
        substituted: false,
    };
    let root = reader.sequence(tree.root_node());
    script.root = root;
    if tree.root_node().has_error() && script.broken.is_empty() {
        script.broken.push(0..text.len());
    }
    crate::folders::fill_in(&mut script);
    script
}

struct Reader<'s> {
    script: &'s mut Script,
    depth: usize,
    substituted: bool,
}

fn child_nodes(node: Syntax<'_>) -> Vec<Syntax<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

impl Reader<'_> {
    fn slice(&self, node: Syntax<'_>) -> &str {
        self.script.slice(&node.byte_range())
    }

    fn word(&self, node: Syntax<'_>) -> Word {
        words::read_word(&self.script.text, node.byte_range())
    }

    /// Reads the statements among the children.
    fn sequence(&mut self, parent: Syntax<'_>) -> Node {
        let all = child_nodes(parent);
        self.statements(&all)
    }

    fn statements(&mut self, all: &[Syntax<'_>]) -> Node {
        let mut found: Vec<Node> = Vec::new();
        for child in all {
            if child.kind() == "&" {
                if let Some(last) = found.pop() {
                    found.push(Node::Background(Box::new(last)));
                }
                continue;
            }
            match self.node(*child) {
                Node::Nothing => {}
                node => found.push(node),
            }
        }
        if found.len() > 1 {
            Node::Sequence(found)
        } else {
            found.pop().unwrap_or(Node::Nothing)
        }
    }

    fn node(&mut self, node: Syntax<'_>) -> Node {
        if node.is_missing() {
            self.script.broken.push(node.byte_range());
            return Node::Nothing;
        }
        if self.depth >= DEEPEST {
            self.script.broken.push(node.byte_range());
            return Node::Nothing;
        }
        self.depth += 1;
        let read = self.node_of_kind(node);
        self.depth -= 1;
        read
    }

    fn node_of_kind(&mut self, node: Syntax<'_>) -> Node {
        match node.kind() {
            "comment" => self.comment(node),
            "command"
            | "test_command"
            | "declaration_command"
            | "unset_command"
            | "variable_assignment"
            | "variable_assignments" => self.invocation(node),
            "pipeline" => {
                let members: Vec<Node> = self.named(node);
                if members.len() == 1 {
                    members.into_iter().next().unwrap_or(Node::Nothing)
                } else {
                    Node::Pipe(members)
                }
            }
            "list" => self.list(node),
            "redirected_statement" => self.redirected(node),
            "subshell" => Node::Subshell(Box::new(self.sequence(node))),
            "negated_command" => Node::Not(Box::new(self.sequence(node))),
            "if_statement" => self.condition(node),
            "while_statement" | "for_statement" | "c_style_for_statement" => self.turns(node),
            "case_statement" => {
                let items: Vec<Syntax<'_>> = child_nodes(node)
                    .into_iter()
                    .filter(|child| child.kind() == "case_item")
                    .collect();
                Node::Condition {
                    tests: Vec::new(),
                    branches: items.iter().map(|item| self.sequence(*item)).collect(),
                }
            }
            "function_definition" => Node::Definition(Box::new(self.sequence(node))),
            "ERROR" => {
                self.script.broken.push(node.byte_range());
                self.sequence(node)
            }
            "program" | "compound_statement" | "do_group" | "else_clause" => self.sequence(node),
            _ => Node::Nothing,
        }
    }

    fn named(&mut self, node: Syntax<'_>) -> Vec<Node> {
        let all = child_nodes(node);
        all.iter()
            .map(|child| self.node(*child))
            .filter(|node| *node != Node::Nothing)
            .collect()
    }

    fn comment(&mut self, node: Syntax<'_>) -> Node {
        let text = self.slice(node).trim_start_matches('#').trim().to_owned();
        self.script.comments.push(Comment {
            span: node.byte_range(),
            text,
        });
        Node::Nothing
    }

    /// `a && b || c` is read as `(a && b) || c`.
    fn list(&mut self, node: Syntax<'_>) -> Node {
        let mut left = Node::Nothing;
        let mut operator = "";
        for child in child_nodes(node) {
            match child.kind() {
                "&&" | "||" => operator = child.kind(),
                _ => {
                    let right = self.node(child);
                    left = join_nodes(left, operator, right);
                }
            }
        }
        left
    }

    /// Reads a statement with redirections; a here-document holds what stands behind it in its
    /// line.
    fn redirected(&mut self, node: Syntax<'_>) -> Node {
        let mut body = Node::Nothing;
        let mut tail = Vec::new();
        for child in child_nodes(node) {
            if !child.kind().ends_with("_redirect") {
                let read = self.node(child);
                body = if body == Node::Nothing {
                    read
                } else {
                    Node::Sequence(vec![body, read])
                };
                continue;
            }
            let owner = body.invocations().last().copied();
            self.redirection(child, owner);
            for inner in child_nodes(child) {
                match inner.kind() {
                    "&&" | "||" | "pipeline" => tail.push(inner),
                    _ if !tail.is_empty()
                        && inner.is_named()
                        && !inner.kind().starts_with("heredoc") =>
                    {
                        tail.push(inner)
                    }
                    _ => {}
                }
            }
        }
        let mut operator = "";
        for part in tail {
            match part.kind() {
                "&&" | "||" => operator = part.kind(),
                "pipeline" => {
                    let mut members = vec![body];
                    members.extend(self.named(part));
                    body = Node::Pipe(members);
                }
                _ => {
                    let right = self.node(part);
                    body = join_nodes(body, operator, right);
                }
            }
        }
        body
    }

    fn redirection(&mut self, node: Syntax<'_>, owner: Option<usize>) {
        let span = node.byte_range();
        let parts = child_nodes(node);
        let kind = match node.kind() {
            "heredoc_redirect" | "herestring_redirect" => RedirectionKind::Document,
            _ => parts
                .iter()
                .find_map(|part| kind_of(part.kind()))
                .unwrap_or(RedirectionKind::Output),
        };
        let mut target = String::new();
        for part in &parts {
            match part.kind() {
                "heredoc_body" => target = self.slice(*part).to_owned(),
                "file_descriptor" | "heredoc_start" | "heredoc_end" | "pipeline" => {}
                "file_redirect" | "herestring_redirect" => self.redirection(*part, owner),
                _ if node.kind() == "heredoc_redirect" => {
                    // Options behind the operator are the command's own words.
                    let argument = node
                        .child_by_field_name("argument")
                        .is_some_and(|first| first.id() == part.id());
                    if let Some(owner) = owner.filter(|_| argument) {
                        let word = self.word(*part);
                        self.script.invocations[owner].words.push(word);
                    }
                }
                _ if part.is_named() => target = self.word(*part).value,
                _ => {}
            }
        }
        self.substitutions(node);
        let Some(invocation) = owner.and_then(|owner| self.script.invocations.get_mut(owner))
        else {
            return;
        };
        invocation.span.end = invocation.span.end.max(span.end);
        invocation
            .redirections
            .push(Redirection { span, kind, target });
    }

    fn condition(&mut self, node: Syntax<'_>) -> Node {
        let (mut tests, mut branches) = (Vec::new(), Vec::new());
        let mut parts: Vec<Syntax<'_>> = Vec::new();
        let flush = |reader: &mut Self, parts: &mut Vec<Syntax<'_>>, branches: &mut Vec<Node>| {
            let branch = reader.statements(parts);
            parts.clear();
            // The `fi` behind an `else` is no branch.
            if branch != Node::Nothing {
                branches.push(branch);
            }
        };
        for child in child_nodes(node) {
            match child.kind() {
                "then" => {
                    tests.push(self.statements(&parts));
                    parts.clear();
                }
                "elif_clause" => {
                    flush(self, &mut parts, &mut branches);
                    if let Node::Condition {
                        tests: more,
                        branches: others,
                    } = self.condition(child)
                    {
                        tests.extend(more);
                        branches.extend(others);
                    }
                }
                "else_clause" => {
                    flush(self, &mut parts, &mut branches);
                    branches.push(self.sequence(child));
                }
                _ => parts.push(child),
            }
        }
        flush(self, &mut parts, &mut branches);
        Node::Condition { tests, branches }
    }

    fn turns(&mut self, node: Syntax<'_>) -> Node {
        let (mut tests, mut body) = (Vec::new(), Node::Nothing);
        for child in child_nodes(node) {
            match child.kind() {
                "do_group" | "compound_statement" => body = self.node(child),
                _ if node.kind() == "while_statement" => tests.push(self.node(child)),
                _ => self.substitutions(child),
            }
        }
        tests.retain(|test| *test != Node::Nothing);
        Node::Loop {
            tests,
            body: Box::new(body),
        }
    }

    fn invocation(&mut self, node: Syntax<'_>) -> Node {
        let at = self.script.invocations.len();
        let begun = Invocation {
            span: node.byte_range(),
            substituted: self.substituted,
            ..Invocation::default()
        };
        self.script.invocations.push(begun);
        if node.kind() == "variable_assignment" {
            self.assign(node, at);
            self.substitutions(node);
            return Node::Invocation(at);
        }
        if node.kind() == "test_command" {
            self.split_test(node, at);
            self.substitutions(node);
            return Node::Invocation(at);
        }
        for child in child_nodes(node) {
            match child.kind() {
                "variable_assignment" if node.kind() != "declaration_command" => {
                    self.assign(child, at)
                }
                kind if kind.ends_with("_redirect") => self.redirection(child, Some(at)),
                "subshell" => {
                    let _ = self.node(child);
                }
                "ERROR" => self.script.broken.push(child.byte_range()),
                _ if child.is_missing() => self.script.broken.push(child.byte_range()),
                _ if child.byte_range().is_empty() => {}
                _ => {
                    let word = self.word(child);
                    self.script.invocations[at].words.push(word);
                }
            }
        }
        self.substitutions(node);
        Node::Invocation(at)
    }

    fn assign(&mut self, node: Syntax<'_>, at: usize) {
        let Some(name) = node.child_by_field_name("name") else {
            return;
        };
        let name_text = self.slice(name).to_owned();
        let value = node
            .child_by_field_name("value")
            .map(|value| self.word(value).value)
            .unwrap_or_default();
        self.script.invocations[at].assignments.push(Assignment {
            name: name_text,
            value,
        });
    }

    /// `[ … ]` and `[[ … ]]`: an expression for the grammar, words for the program.
    fn split_test(&mut self, node: Syntax<'_>, at: usize) {
        let span = node.byte_range();
        let mut start: Option<usize> = None;
        let mut quote: Option<char> = None;
        let written = self.slice(node).to_owned();
        let mut spans: Vec<Span> = Vec::new();
        for (offset, letter) in written.char_indices() {
            match (quote, letter) {
                (Some(open), letter) => quote = Some(open).filter(|open| *open != letter),
                (None, '\'' | '"') => {
                    quote = Some(letter);
                    start.get_or_insert(offset);
                }
                (None, letter) if letter.is_whitespace() => {
                    spans.extend(start.take().map(|begun| begun..offset))
                }
                (None, _) => {
                    start.get_or_insert(offset);
                }
            }
        }
        spans.extend(start.map(|begun| begun..written.len()));
        let found = spans.into_iter().map(|part| {
            words::read_word(
                &self.script.text,
                span.start + part.start..span.start + part.end,
            )
        });
        let found: Vec<Word> = found.collect();
        self.script.invocations[at].words = found;
    }

    /// Reads what stands in `$(…)`, backquotes and `<(…)` below the node.
    fn substitutions(&mut self, node: Syntax<'_>) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        for child in child_nodes(node) {
            match child.kind() {
                "command_substitution" | "process_substitution" => {
                    let outer = std::mem::replace(&mut self.substituted, true);
                    let _ = self.sequence(child);
                    self.substituted = outer;
                }
                kind if kind.ends_with("_redirect") || kind == "pipeline" => {}
                kind if kind.ends_with("_statement") || kind == "command" || kind == "list" => {}
                "ERROR" => self.script.broken.push(child.byte_range()),
                _ if child.child_count() > 0 => self.substitutions(child),
                _ => {}
            }
        }
        self.depth -= 1;
    }
}

fn join_nodes(left: Node, operator: &str, right: Node) -> Node {
    match (left, right) {
        (Node::Nothing, only) | (only, Node::Nothing) => only,
        (left, right) if operator == "||" => Node::Or(Box::new(left), Box::new(right)),
        (left, right) => Node::And(Box::new(left), Box::new(right)),
    }
}

fn kind_of(operator: &str) -> Option<RedirectionKind> {
    Some(match operator {
        "<" => RedirectionKind::Input,
        ">" | ">|" | "&>" => RedirectionKind::Output,
        ">>" | "&>>" => RedirectionKind::Append,
        ">&" | "<&" | ">&-" | "<&-" => RedirectionKind::Descriptor,
        _ => return None,
    })
}
