//! Reads the tests of a file in Python: functions and methods that `pytest` and `unittest` collect.
//!
//! ```text
//! class TestTotal:
//!     def test_sum(self): …         Case `TestTotal.test_sum`
//! @skip
//! def test_b(): …                   silenced: Skipped
//! def check_total(x): assert x      a helper: calls of it are checks
//! ```

mod rows;

mod body;

use std::collections::HashMap;

use tree_sitter::Node;

use super::model::{Case, Silence};
use super::render::{Env, render_expression};
use crate::languages::{field_text, named_children, node_text};
use crate::test_cases::platforms::skips_elsewhere;
use body::Body;
pub(super) use body::truth_of;

/// The functions of a file that check, and what is bound once at its top.
struct File<'t> {
    /// The text of the file.
    source: &'t str,
    /// Names of functions of the file that check.
    helpers: Vec<String>,
    /// Values of names that are bound once at its top.
    constants: HashMap<String, Node<'t>>,
}

/// The settings of all tests of a class or file.
#[derive(Clone, Default)]
struct Around<'t> {
    /// The names of the classes around.
    names: Vec<&'t str>,
    /// Why no test in here can fail.
    silence: Option<Silence>,
    /// The decorators of all that is around.
    decorators: Vec<Node<'t>>,
    /// A class is around.
    in_class: bool,
}

/// Reads all tests, and the functions that check for them.
pub(super) fn read_python_tests(root: Node<'_>, source: &str) -> Vec<Case> {
    let mut file = File {
        source,
        helpers: Vec::new(),
        constants: module_constants(root, source),
    };
    let mut cases = file.of_block(root, &Around::default());
    // Once it is known which functions check, calls of them are checks; twice, for one that calls another.
    for _ in 0..2 {
        let checking = cases
            .iter()
            .filter(|case| case.is_helper && !case.checks.is_empty());
        let helpers: Vec<String> = checking
            .filter_map(|case| case.name.rsplit('.').next().map(str::to_owned))
            .collect();
        if helpers == file.helpers {
            break;
        }
        file.helpers = helpers;
        cases = file.of_block(root, &Around::default());
    }
    cases.retain(|case| !case.is_helper || !case.checks.is_empty());
    remove_shadowed(&mut cases);
    // Which tests a file's own loader leaves out, only running tells.
    if source
        .lines()
        .any(|line| line.starts_with("def load_tests("))
    {
        cases
            .iter_mut()
            .for_each(|case| case.decorators.push("load_tests".to_owned()));
    }
    cases
}

/// Silences the first of two tests of one name: the second takes its place.
fn remove_shadowed(cases: &mut [Case]) {
    for at in 0..cases.len() {
        let (name, line) = (cases[at].name.clone(), cases[at].line);
        if cases[at + 1..]
            .iter()
            .any(|later| later.name == name && later.line != line)
        {
            cases[at].silence = cases[at].silence.or(Some(Silence::Shadowed));
        }
    }
}

/// Returns the names that are bound once at the top of a file, with their values.
fn module_constants<'t>(root: Node<'t>, source: &str) -> HashMap<String, Node<'t>> {
    let mut found: HashMap<String, Option<Node<'t>>> = HashMap::new();
    for statement in named_children(root) {
        let Some(assignment) = assignment_of(statement) else {
            continue;
        };
        let (Some(left), right) = (
            assignment.child_by_field_name("left"),
            assignment.child_by_field_name("right"),
        ) else {
            continue;
        };
        let name = node_text(left, source).to_owned();
        let first = !found.contains_key(&name);
        found.insert(name, right.filter(|_| first));
    }
    found
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Returns the assignment that a statement is.
fn assignment_of(statement: Node<'_>) -> Option<Node<'_>> {
    let inner = named_children(statement)
        .first()
        .copied()
        .filter(|_| statement.kind() == "expression_statement")?;
    (inner.kind() == "assignment").then_some(inner)
}

/// Returns whether a decorator makes a fixture of its function: `@pytest.fixture(autouse=True)`. One that uses fixtures does not.
fn makes_fixture(mark: &str) -> bool {
    let call = mark.split('(').next().unwrap_or(mark);
    call.trim_end().ends_with("fixture")
}

/// Returns how a mark or decorator keeps a test from failing.
fn silence_of(mark: &str) -> Option<Silence> {
    let call = mark.split('(').next().unwrap_or(mark);
    let name = call
        .rsplit('.')
        .next()
        .unwrap_or(call)
        .trim_start_matches('@')
        .trim();
    match name {
        "xfail" | "expectedFailure" | "expected_failure" => Some(Silence::ExpectedToFail),
        name if name.to_ascii_lowercase().starts_with("skip") => {
            (!skips_elsewhere(mark)).then_some(Silence::Skipped)
        }
        _ => None,
    }
}

impl<'t> File<'t> {
    /// Reads the tests of a block; a statement in it that skips does so for all of them.
    fn of_block(&self, block: Node<'t>, around: &Around<'t>) -> Vec<Case> {
        let mut around = around.clone();
        let mut cases = Vec::new();
        for statement in named_children(block) {
            around.silence = around.silence.or_else(|| self.silences_block(statement));
        }
        for statement in named_children(block) {
            match statement.kind() {
                "decorated_definition" | "function_definition" | "class_definition" => {
                    cases.extend(self.of_definition(statement, &around));
                }
                "if_statement" => cases.extend(self.of_branches(statement, &around)),
                "try_statement" | "with_statement" => {
                    let blocks = named_children(statement)
                        .into_iter()
                        .filter(|child| child.kind() == "block");
                    cases.extend(blocks.flat_map(|block| self.of_block(block, &around)));
                }
                _ => self.take_out(statement, &mut cases),
            }
        }
        self.skip_by_set_up(block, &mut cases);
        cases
    }

    /// Skips all tests around a set-up that skips.
    fn skip_by_set_up(&self, block: Node<'t>, cases: &mut [Case]) {
        const SET_UPS: [&str; 6] = [
            "setUp",
            "setUpClass",
            "asyncSetUp",
            "setup_method",
            "setup_class",
            "setUpModule",
        ];
        let own = |case: &&Case| {
            let name = case.name.rsplit('.').next().unwrap_or_default();
            let in_block = (block.start_position().row + 1..=block.end_position().row + 1)
                .contains(&case.line);
            let applies = SET_UPS.contains(&name)
                || case
                    .decorators
                    .iter()
                    .any(|mark| mark.contains("autouse=True"));
            case.is_helper && in_block && applies
        };
        let Some(silence) = cases.iter().filter(own).find_map(|case| case.silence) else {
            return;
        };
        cases
            .iter_mut()
            .for_each(|case| case.silence = case.silence.or(Some(silence)));
    }

    /// Returns why a statement keeps all tests beside it from running:
    /// `pytestmark = pytest.mark.skip`, `pytest.skip(…, allow_module_level=True)`,
    /// `raise SkipTest`, `__test__ = False`.
    fn silences_block(&self, statement: Node<'t>) -> Option<Silence> {
        let line = node_text(statement, self.source);
        if let Some(assignment) = assignment_of(statement) {
            let right = field_text(assignment, "right", self.source);
            return match field_text(assignment, "left", self.source) {
                "pytestmark" => right
                    .trim_matches(['[', ']'])
                    .split(',')
                    .find_map(silence_of),
                "__test__" if right == "False" => Some(Silence::NotCollected),
                _ => None,
            };
        }
        let raises_skip = statement.kind() == "raise_statement" && line.contains("SkipTest");
        let inner = named_children(statement).first().copied();
        let calls_skip = statement.kind() == "expression_statement"
            && inner.is_some_and(|call| call.kind() == "call")
            && (line.starts_with("pytest.skip(")
                || line.starts_with("skip(")
                || line.contains("importorskip("));
        (raises_skip || calls_skip).then_some(Silence::Skipped)
    }

    /// Reads tests under a condition: those under `if False:` are never collected.
    fn of_branches(&self, statement: Node<'t>, around: &Around<'t>) -> Vec<Case> {
        let never = Around {
            silence: Some(Silence::NotCollected),
            ..around.clone()
        };
        let condition = statement.child_by_field_name("condition");
        let value = condition.and_then(|condition| {
            body::truth_of(&render_expression(condition, self.source, &Env::new()))
        });
        let mut cases = Vec::new();
        for child in named_children(statement) {
            match child.kind() {
                "block" => cases.extend(
                    self.of_block(child, if value == Some(false) { &never } else { around }),
                ),
                "else_clause" | "elif_clause" => {
                    let blocks = named_children(child)
                        .into_iter()
                        .filter(|inner| inner.kind() == "block");
                    let around = if value == Some(true) { &never } else { around };
                    cases.extend(blocks.flat_map(|block| self.of_block(block, around)));
                }
                _ => {}
            }
        }
        cases
    }

    /// Silences tests that a statement takes out: `del test_a`, `test_a = None`,
    /// `test_a.__test__ = False`.
    fn take_out(&self, statement: Node<'t>, cases: &mut [Case]) {
        let target = match assignment_of(statement) {
            Some(assignment) => field_text(assignment, "left", self.source)
                .trim_end_matches(".__test__")
                .to_owned(),
            None if statement.kind() == "delete_statement" => node_text(statement, self.source)
                .trim_start_matches("del ")
                .trim()
                .to_owned(),
            None => return,
        };
        let gone =
            |case: &&mut Case| case.name == target || case.name.starts_with(&format!("{target}."));
        cases
            .iter_mut()
            .filter(gone)
            .for_each(|case| case.silence = case.silence.or(Some(Silence::NotCollected)));
    }

    /// Reads a test, or those of a class: one that is not called `Test…` and extends nothing is not
    /// collected.
    fn of_definition(&self, node: Node<'t>, around: &Around<'t>) -> Vec<Case> {
        let mut around = around.clone();
        let decorators = named_children(node)
            .into_iter()
            .filter(|child| child.kind() == "decorator");
        let own: Vec<Node<'t>> = decorators.collect();
        let definition = node.child_by_field_name("definition").unwrap_or(node);
        around.silence = around.silence.or_else(|| {
            own.iter()
                .find_map(|mark| silence_of(node_text(*mark, self.source)))
        });
        around.decorators.extend(own);
        let name = field_text(definition, "name", self.source);
        around.names.push(name);
        if definition.kind() == "class_definition" {
            let bases = definition
                .child_by_field_name("superclasses")
                .map(named_children)
                .unwrap_or_default();
            let extends = bases
                .iter()
                .any(|base| node_text(*base, self.source) != "object");
            if !name.starts_with("Test") && !extends {
                around.silence = around.silence.or(Some(Silence::NotCollected));
            }
            around.in_class = true;
            return definition
                .child_by_field_name("body")
                .map_or_else(Vec::new, |body| self.of_block(body, &around));
        }
        vec![self.of_function(definition, name, &around)]
    }

    /// Reads a function, once for each row of its table. One that is not called `test…`, and a
    /// fixture, is a helper.
    fn of_function(&self, definition: Node<'t>, name: &str, around: &Around<'t>) -> Case {
        let is_fixture = around
            .decorators
            .iter()
            .any(|mark| makes_fixture(node_text(*mark, self.source)));
        let is_helper = !name.starts_with("test") || is_fixture;
        let mut case = Case {
            name: around.names.join("."),
            line: definition.start_position().row + 1,
            silence: if is_helper { None } else { around.silence },
            is_helper,
            ..Case::default()
        };
        let rows = rows::of_decorators(&around.decorators, self);
        case.is_dynamic = rows.is_dynamic;
        case.rows = rows.rows.len();
        for mark in &around.decorators {
            let line = node_text(*mark, self.source);
            case.timeout = case.timeout.or_else(|| rows::timeout_of(line));
            if !line.contains("parametrize")
                && rows::timeout_of(line).is_none()
                && silence_of(line).is_none()
                && !skips_elsewhere(line)
            {
                case.decorators
                    .push(render_expression(*mark, self.source, &Env::new()));
            }
        }
        let Some(block) = definition.child_by_field_name("body") else {
            return case;
        };
        for row in rows.rows {
            let mut body = Body::new(self, definition, row.env);
            body.walk(block);
            body.checks
                .iter_mut()
                .for_each(|check| check.silence = check.silence.or(row.silence));
            case.checks.append(&mut body.checks);
            case.calls.append(&mut body.calls);
            let skips = body
                .left
                .filter(|left| matches!(left, Silence::Skipped | Silence::ExpectedToFail));
            case.silence = case
                .silence
                .or(skips.filter(|_| is_helper || case.checks.is_empty()));
        }
        case
    }
}
