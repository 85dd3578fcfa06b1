//! Reads the tests of a file in JavaScript or TypeScript: calls of `it`, `test` and `describe`, and
//! what they modify.

mod body;

use std::collections::HashMap;

use tree_sitter::Node;

use super::model::{Case, Silence, parse_number};
use super::render::{Env, bind_constants, render_expression};
use crate::languages::{field_text, named_children, node_text};
use crate::test_cases::platforms::{skips_elsewhere, truth_on_this_system};
use body::Body;

/// Past this many rows a table is read by its first ones.
const MOST: usize = 60;

/// The time that Mocha, Jest, Vitest and the like give a test that states no time of its own, in
/// milliseconds.
const USUAL_TIMEOUT: f64 = 5_000.0;

/// A file at work.
struct File<'t> {
    source: &'t str,
    helpers: Vec<String>,
    constants: HashMap<String, Node<'t>>,
    /// A test of the file is marked as the only one to run.
    only: bool,
}

/// The settings of all tests of a group.
#[derive(Clone, Default)]
struct Around {
    names: Vec<String>,
    silence: Option<Silence>,
    is_only: bool,
}

/// A call that makes a test or a group.
struct Opening<'t> {
    is_group: bool,
    silence: Option<Silence>,
    is_only: bool,
    /// The table of `.each`.
    table: Option<Node<'t>>,
    arguments: Vec<Node<'t>>,
}

/// The part of a call before its last parentheses: `describe.skipIf(…).each(table)`.
struct Chain<'t> {
    base: &'t str,
    /// The names behind the base, the last first.
    names: Vec<&'t str>,
    /// The argument of the first call from the right: the table of `.each`.
    table: Option<Node<'t>>,
    /// `skipIf` or `runIf` is among the names.
    is_conditional: bool,
}

/// Reads all tests, and the functions that check for them.
pub(super) fn read_script_tests(root: Node<'_>, source: &str) -> Vec<Case> {
    let mut file = File {
        source,
        helpers: Vec::new(),
        constants: module_constants(root, source),
        only: false,
    };
    file.only = file.marks_only(root);
    let mut cases = Vec::new();
    for _ in 0..2 {
        cases = file.of_block(root, &Around::default());
        let checking = cases
            .iter()
            .filter(|case| case.is_helper && !case.checks.is_empty());
        let helpers: Vec<String> = checking.map(|case| case.name.clone()).collect();
        if helpers == file.helpers {
            break;
        }
        file.helpers = helpers;
    }
    cases.retain(|case| !case.is_helper || !case.checks.is_empty());
    cases
}

/// Returns the constants at the top of a file with their values.
fn module_constants<'t>(root: Node<'t>, source: &str) -> HashMap<String, Node<'t>> {
    let mut found = HashMap::new();
    for statement in named_children(root)
        .into_iter()
        .filter(|statement| statement.kind() == "lexical_declaration")
    {
        for declared in named_children(statement) {
            if let Some(value) = declared.child_by_field_name("value") {
                found.insert(field_text(declared, "name", source).to_owned(), value);
            }
        }
    }
    found
}

/// Returns whether the options of a test set one of them, here: `{ skip: true }`, not `{ skip: process.platform === "win32" }`.
fn is_set(options: &str, name: &str) -> bool {
    let value = options
        .split_once(&format!("{name}:"))
        .map(|(_, rest)| rest.split([',', '}']).next().unwrap_or_default());
    value.is_some_and(|value| value.trim() != "false" && truth_on_this_system(value) != Some(false))
}

impl<'t> File<'t> {
    /// Returns whether a test or group at any depth is marked as the only one to run.
    fn marks_only(&self, node: Node<'t>) -> bool {
        if node.kind() == "call_expression"
            && self.opening(node).is_some_and(|opening| opening.is_only)
        {
            return true;
        }
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .any(|child| self.marks_only(child))
    }

    /// Reads what stands before the last parentheses of a call.
    fn chain(&self, call: Node<'t>) -> Option<Chain<'t>> {
        let mut target = call.child_by_field_name("function")?;
        let mut table = None;
        let mut names = Vec::new();
        let mut is_conditional = false;
        loop {
            match target.kind() {
                "member_expression" => {
                    names.push(field_text(target, "property", self.source));
                    target = target.child_by_field_name("object")?;
                }
                "call_expression" => {
                    let function = target.child_by_field_name("function")?;
                    let name = field_text(function, "property", self.source);
                    let arguments = target.child_by_field_name("arguments");
                    table = table
                        .or_else(|| arguments.and_then(|all| named_children(all).first().copied()));
                    is_conditional = is_conditional
                        || matches!(name, "skipIf" | "runIf")
                            && !skips_elsewhere(node_text(target, self.source));
                    target = function;
                }
                "identifier" => break,
                _ => return None,
            }
        }
        Some(Chain {
            base: node_text(target, self.source),
            names,
            table,
            is_conditional,
        })
    }

    /// Reads `it.skip("…", …)`, `describe.each(table)("…", …)`, `xit(…)`, `test("…", { todo: true
    /// }, …)`.
    fn opening(&self, call: Node<'t>) -> Option<Opening<'t>> {
        let Chain {
            base,
            names,
            table,
            is_conditional,
        } = self.chain(call)?;
        let plain = base
            .strip_prefix(['x', 'f'])
            .filter(|rest| matches!(*rest, "it" | "test" | "describe" | "context"));
        let is_group = matches!(plain.unwrap_or(base), "describe" | "context" | "suite");
        // `t.test("…")` makes a test in a test.
        let nested = names.first() == Some(&"test") && names.len() == 1 && base != "test";
        if !is_group && !nested && !matches!(plain.unwrap_or(base), "it" | "test" | "specify") {
            return None;
        }
        let arguments = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        let is_named = arguments
            .first()
            .is_some_and(|name| matches!(name.kind(), "string" | "template_string"));
        if !is_named || table.is_none() && names.contains(&"each") {
            return None;
        }
        let options = arguments
            .iter()
            .find(|node| node.kind() == "object")
            .map(|node| render_expression(*node, self.source, &Env::new()));
        let option = |name: &str| options.as_deref().is_some_and(|all| is_set(all, name));
        let has_body = arguments.iter().any(|node| is_function(*node));
        let skips = names.contains(&"skip")
            || base.starts_with('x')
            || is_conditional
            || option("skip")
            || !has_body && !is_group;
        let silence = if names
            .iter()
            .any(|name| matches!(*name, "todo" | "fails" | "failing" | "fixme" | "fail"))
            || option("todo")
            || option("expectFailure")
        {
            Some(Silence::ExpectedToFail)
        } else {
            skips.then_some(Silence::Skipped)
        };
        let is_only = names.contains(&"only") || base.starts_with('f') || option("only");
        Some(Opening {
            is_group,
            silence,
            is_only,
            table: table.filter(|_| names.contains(&"each")),
            arguments,
        })
    }

    /// Reads the tests of a block; a hook in it that skips does so for all of them.
    fn of_block(&self, node: Node<'t>, around: &Around) -> Vec<Case> {
        let mut around = around.clone();
        let mut cases = Vec::new();
        around.silence = around.silence.or_else(|| {
            named_children(node)
                .into_iter()
                .find_map(|child| self.skips_all(child))
        });
        for child in named_children(node) {
            self.of_statement(child, &around, &mut cases);
        }
        cases
    }

    /// Returns the silence of a hook that skips each test: `beforeEach((t) => t.skip())`,
    /// `beforeEach(function () { this.skip(); })`. None for any other statement.
    fn skips_all(&self, statement: Node<'t>) -> Option<Silence> {
        let line = node_text(statement, self.source);
        let is_hook = statement.kind() == "expression_statement" && line.starts_with("before");
        (is_hook && line.contains(".skip()")).then_some(Silence::Skipped)
    }

    /// Reads the tests that a statement makes, at any depth.
    fn of_statement(&self, node: Node<'t>, around: &Around, cases: &mut Vec<Case>) {
        match node.kind() {
            "call_expression" => match self.opening(node) {
                Some(opening) => self.of_opening(node, &opening, around, cases),
                None => named_children(node)
                    .into_iter()
                    .for_each(|child| self.of_statement(child, around, cases)),
            },
            "function_declaration" => {
                self.of_helper(field_text(node, "name", self.source), node, cases)
            }
            "variable_declarator" if node.child_by_field_name("value").is_some_and(is_function) => {
                if let Some(function) = node.child_by_field_name("value") {
                    self.of_helper(field_text(node, "name", self.source), function, cases);
                }
            }
            "if_statement" => self.of_branches(node, around, cases),
            _ => named_children(node)
                .into_iter()
                .for_each(|child| self.of_statement(child, around, cases)),
        }
    }

    /// Reads the tests in the branches of an `if`; those of a branch that its condition rules out
    /// are never collected: `if (false) { it(…) }`.
    fn of_branches(&self, node: Node<'t>, around: &Around, cases: &mut Vec<Case>) {
        let condition = node
            .child_by_field_name("condition")
            .map(|one| render_expression(one, self.source, &Env::new()));
        let value = condition.and_then(|condition| super::python::truth_of(&condition));
        for (name, dead) in [("consequence", Some(false)), ("alternative", Some(true))] {
            let Some(block) = node.child_by_field_name(name) else {
                continue;
            };
            let never = Around {
                silence: Some(Silence::NotCollected),
                ..around.clone()
            };
            self.of_statement(block, if value == dead { &never } else { around }, cases);
        }
    }

    /// Reads a function of the file as a helper.
    fn of_helper(&self, name: &str, function: Node<'t>, cases: &mut Vec<Case>) {
        let mut body = Body::new(self, function, Env::new());
        body.function(function);
        let line = function.start_position().row + 1;
        let case = Case {
            name: name.to_owned(),
            line,
            checks: body.checks,
            is_helper: true,
            ..Case::default()
        };
        cases.push(case);
    }

    /// Reads a group or a test, a test once for each row of its table.
    fn of_opening(
        &self,
        call: Node<'t>,
        opening: &Opening<'t>,
        around: &Around,
        cases: &mut Vec<Case>,
    ) {
        let name = opening
            .arguments
            .first()
            .map(|name| node_text(*name, self.source).trim_matches(['"', '\'', '`']));
        let mut around = around.clone();
        around.names.push(name.unwrap_or_default().to_owned());
        around.silence = around.silence.or(opening.silence);
        around.is_only = around.is_only || opening.is_only;
        let function = opening
            .arguments
            .iter()
            .copied()
            .find(|node| is_function(*node));
        if opening.is_group {
            let body = function.and_then(|function| function.child_by_field_name("body"));
            cases.extend(body.map_or_else(Vec::new, |body| self.of_block(body, &around)));
            return;
        }
        let passed_over = (self.only && !around.is_only).then_some(Silence::Skipped);
        let mut case = Case {
            name: around.names.join(" > "),
            line: call.start_position().row + 1,
            silence: around.silence.or(passed_over),
            timeout: self.timeout(opening),
            ..Case::default()
        };
        let Some(function) = function else {
            cases.push(case);
            return;
        };
        let rows = self.rows(opening, function);
        case.is_dynamic = rows.is_none();
        case.rows = rows.as_ref().map_or(0, Vec::len);
        for env in rows.unwrap_or_else(|| vec![Env::new()]) {
            let mut body = Body::new(self, function, env);
            body.function(function);
            case.silence = case
                .silence
                .or(body.left.filter(|left| *left == Silence::Skipped));
            case.checks.append(&mut body.checks);
            case.calls.append(&mut body.calls);
        }
        cases.push(case);
        // Tests that a test makes.
        if let Some(body) = function.child_by_field_name("body") {
            cases.extend(
                self.of_block(body, &around)
                    .into_iter()
                    .filter(|case| !case.is_helper),
            );
        }
    }

    /// Returns the time of a test in milliseconds, where it states one above the usual.
    fn timeout(&self, opening: &Opening<'t>) -> Option<f64> {
        let last = opening
            .arguments
            .last()
            .map(|node| render_expression(*node, self.source, &Env::new()));
        let own = opening.arguments.iter().find_map(|node| {
            let all = render_expression(*node, self.source, &Env::new());
            let (_, rest) = all
                .split_once("timeout:")
                .filter(|_| node.kind() == "object")?;
            parse_number(rest.split([',', '}']).next()?)
        });
        let body = opening
            .arguments
            .iter()
            .find(|node| is_function(**node))
            .map(|node| node_text(*node, self.source));
        let called = body
            .and_then(|body| parse_number(body.split_once("this.timeout(")?.1.split(')').next()?));
        own.or(called)
            .or_else(|| parse_number(&last?))
            .or(Some(USUAL_TIMEOUT))
    }

    /// Returns what the parameters stand for in each row; none where the table is made at run time.
    fn rows(&self, opening: &Opening<'t>, function: Node<'t>) -> Option<Vec<Env>> {
        let Some(table) = opening.table else {
            return Some(vec![Env::new()]);
        };
        let rows = self.elements(table)?;
        let names = self.parameters(function);
        let bound = rows.into_iter().map(|row| {
            let values = if row.kind() == "array" {
                named_children(row)
            } else {
                vec![row]
            };
            let mut env = Env::new();
            for (name, value) in names.iter().zip(values) {
                self.bind_pattern(&mut env, *name, value);
            }
            env
        });
        Some(bound.collect())
    }

    /// Returns the patterns of a function's parameters.
    fn parameters(&self, function: Node<'t>) -> Vec<Node<'t>> {
        let single = function.child_by_field_name("parameter");
        let all = function
            .child_by_field_name("parameters")
            .map(named_children);
        let names = single.map(|one| vec![one]).or(all).unwrap_or_default();
        names
            .into_iter()
            .map(|name| name.child_by_field_name("pattern").unwrap_or(name))
            .collect()
    }

    /// Binds the names of a pattern to the values that the text shows.
    fn bind_pattern(&self, env: &mut Env, pattern: Node<'t>, value: Node<'t>) {
        match pattern.kind() {
            "identifier" => bind_constants(
                env,
                node_text(pattern, self.source),
                render_expression(value, self.source, &Env::new()),
            ),
            "array_pattern" => {
                for (one, value) in named_children(pattern)
                    .into_iter()
                    .zip(named_children(value))
                {
                    self.bind_pattern(env, one, value);
                }
            }
            "object_pattern" => {
                let pairs = named_children(value)
                    .into_iter()
                    .filter(|pair| pair.kind() == "pair");
                for pair in pairs {
                    let key = field_text(pair, "key", self.source);
                    let named = named_children(pattern)
                        .into_iter()
                        .any(|name| node_text(name, self.source) == key);
                    if let Some(value) = pair.child_by_field_name("value").filter(|_| named) {
                        bind_constants(
                            env,
                            key,
                            render_expression(value, self.source, &Env::new()),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// Returns the elements of an array that the text shows, be it under a name.
    fn elements(&self, node: Node<'t>) -> Option<Vec<Node<'t>>> {
        match node.kind() {
            "array" => {
                let all = named_children(node);
                (!all.iter().any(|one| one.kind() == "spread_element"))
                    .then(|| all.into_iter().take(MOST).collect())
            }
            "identifier" => {
                let value = self.constants.get(node_text(node, self.source))?;
                if value.kind() == "identifier" {
                    None
                } else {
                    self.elements(*value)
                }
            }
            "as_expression" | "satisfies_expression" | "parenthesized_expression" => {
                self.elements(*named_children(node).first()?)
            }
            _ => None,
        }
    }
}

fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "arrow_function" | "function_expression" | "function"
    )
}
