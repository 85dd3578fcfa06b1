//! One plain tree for Python, JavaScript and TypeScript: only what names, values and calls need.
//!
//! ```text
//! x = load(1)                  Assign { target: Name(x), value: Call { callee: Name(load), arguments: [Number(1)] } }
//! if ready: run()              If(Name(ready), [Expression(Call …)], [])
//! while ready: run()           If(Other, [Expression(Call …)], []): the body may run
//! ```

mod python;

mod script;

use crate::languages::Language;

/// A name as it is written.
pub type Name = Box<str>;

/// A file: its statements, and what a script exports.
#[derive(Debug, Default)]
pub struct Syntax {
    /// Statements in the order of the text.
    pub body: Vec<Statement>,
    /// The exports of a script, in the order of the text.
    pub exports: Vec<Export>,
}

/// A name that a script exports.
#[derive(Debug)]
pub enum Export {
    /// `export { local as exported }`, `export const local`.
    Local {
        /// The name that others import.
        exported: Name,
        /// The name in this file.
        local: Name,
    },
    /// `export { name as exported } from 'source'`.
    From {
        /// The name that others import.
        exported: Name,
        /// The module as written.
        source: Name,
        /// The name.
        name: Name,
    },
    /// `export * as exported from 'source'`.
    Namespace {
        /// The name that others import.
        exported: Name,
        /// The module as written.
        source: Name,
    },
    /// `export * from 'source'`.
    Everything {
        /// The module as written.
        source: Name,
    },
}

/// An expression. What matters for no name, value or call is [`Expression::Other`] with its parts.
#[derive(Debug)]
pub enum Expression {
    /// A name.
    Name(Name),
    /// A string without parts.
    Text(Box<str>),
    /// A regular expression, with its slashes.
    Regex(Box<str>),
    /// A number as written.
    Number(Box<str>),
    /// True or false.
    Bool(bool),
    /// Nothing: `None`, `null`, `undefined`.
    Null,
    /// A string of parts.
    Template(Vec<Expression>),
    /// `object.name`.
    Member(Box<Expression>, Name),
    /// `object[key]`, `Generic[T]`.
    Index(Box<Expression>, Box<Expression>),
    /// A call.
    Call(Box<Call>),
    /// A list, tuple or set.
    List(Vec<Expression>),
    /// Keys and values; a key with [`Expression::Null`] for what is spread.
    Map(Vec<(Expression, Expression)>),
    /// `...value`, `*value`.
    Spread(Box<Expression>),
    /// A function as a value.
    Function(Box<Function>),
    /// A class as a value.
    Class(Box<Class>),
    /// The first that is something: `a or b`, `a || b`, `a ?? b`.
    Either(Vec<Expression>),
    /// The second where the first is something: `a and b`, `a && b`.
    Both(Box<(Expression, Expression)>),
    /// `A | B` of types.
    Union(Vec<Expression>),
    /// `a + b`.
    Add(Box<Expression>, Box<Expression>),
    /// An assignment as a value.
    Assign(Box<Pattern>, Box<Expression>),
    /// A comprehension or generator.
    Comprehension(Box<Comprehension>),
    /// One of two, as the condition says.
    Choose(Box<Choose>),
    /// A comparison.
    Compare(Comparison, Box<(Expression, Expression)>),
    /// `not a`, `!a`.
    Not(Box<Expression>),
    /// Anything else, by its parts.
    Other(Vec<Expression>),
}

/// `[element for target in over if conditions]`, of one clause.
#[derive(Debug)]
pub struct Comprehension {
    /// The value of each element.
    pub element: Expression,
    /// The names that are bound.
    pub target: Pattern,
    /// The values that are gone through.
    pub over: Expression,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Expression>,
}

/// One of two values, as a condition says.
#[derive(Debug)]
pub struct Choose {
    /// The condition.
    pub condition: Expression,
    /// The value if it holds.
    pub then: Expression,
    /// The value if not.
    pub otherwise: Expression,
}

/// A comparison whose outcome can be told for plain values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`, `is`, `===`.
    Same,
    /// `!=`, `is not`, `!==`.
    Different,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
}

/// A call, `new` included.
#[derive(Debug)]
pub struct Call {
    /// The callee.
    pub callee: Expression,
    /// In the order of the text.
    pub arguments: Vec<Argument>,
    /// From 1.
    pub line: u32,
}

/// An argument of a call, or a base of a class.
#[derive(Debug)]
pub struct Argument {
    /// The name of a keyword argument.
    pub name: Option<Name>,
    /// The value.
    pub value: Expression,
}

/// The target of an assignment.
#[derive(Debug)]
pub enum Pattern {
    /// A name.
    Name(Name),
    /// Parts by place.
    List(Vec<Pattern>),
    /// Parts by key.
    Map(Vec<(Name, Pattern)>),
    /// A member or an element of something.
    Target(Expression),
    /// A target that binds nothing that is followed.
    Ignore,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// The names that it binds.
    pub pattern: Pattern,
    /// The value where none is given.
    pub default: Option<Expression>,
    /// The type, as far as names go.
    pub annotation: Option<Expression>,
    /// Takes all that is left.
    pub is_rest: bool,
}

/// A function, method or lambda.
#[derive(Debug)]
pub struct Function {
    /// Its name; none for a lambda.
    pub name: Option<Name>,
    /// In the order of the text.
    pub parameters: Vec<Parameter>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// As expressions, outermost first.
    pub decorators: Vec<Expression>,
    /// Takes no object.
    pub is_static: bool,
    /// Has no `this` of its own.
    pub is_lexical: bool,
    /// The line of its own name, below its decorators.
    pub line: u32,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// The name.
    pub name: Name,
    /// The bases, keywords included.
    pub bases: Vec<Argument>,
    /// As expressions, outermost first.
    pub decorators: Vec<Expression>,
    /// Its statements.
    pub body: Vec<Statement>,
    /// From 1.
    pub line: u32,
}

/// An import of one module.
#[derive(Debug)]
pub struct Import {
    /// Dotted for Python, with leading dots where relative; the specifier for scripts.
    pub source: Name,
    /// The names that it takes.
    pub what: Imported,
}

/// The names that an import takes.
#[derive(Debug)]
pub enum Imported {
    /// `import a.b` binds `a`; `import * as local`.
    Whole {
        /// The name in this file.
        local: Option<Name>,
    },
    /// Names of the module, and what they are called here.
    Names(Vec<(Name, Name)>),
    /// `*`.
    Everything,
}

/// An assignment, declaration, field or attribute.
#[derive(Debug)]
pub struct Assignment {
    /// The names that are bound.
    pub target: Pattern,
    /// The value.
    pub value: Option<Expression>,
    /// The type, as far as names go.
    pub annotation: Option<Expression>,
    /// As expressions, outermost first.
    pub decorators: Vec<Expression>,
    /// `+=` and its like.
    pub is_added: bool,
}

/// A statement.
#[derive(Debug)]
pub enum Statement {
    /// An import.
    Import(Import),
    /// An assignment.
    Assign(Box<Assignment>),
    /// An expression.
    Expression(Expression),
    /// A function.
    Function(Box<Function>),
    /// A class.
    Class(Box<Class>),
    /// `return`.
    Return(Option<Expression>),
    /// `raise`, `throw`, with what is raised.
    Raise(Option<Expression>),
    /// Condition, then, else. What cannot be decided runs both ways.
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// Target, what is gone through, body.
    Loop(Pattern, Expression, Vec<Statement>),
    /// Statements that run in order.
    Block(Vec<Statement>),
}

/// Reads a text. `None` only where the parser itself fails; what does not parse is left out.
#[must_use]
pub fn read(language: Language, source: &str) -> Option<Syntax> {
    let tree = language.parse(source)?;
    Some(match language {
        Language::Python => python::read_python(tree.root_node(), source),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            script::read_script(tree.root_node(), source)
        }
    })
}

/// Returns the line of a node, from 1.
fn line_of(node: tree_sitter::Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

/// Returns the text of a string literal's inside with its common escapes undone.
///
/// Escapes of other letters stay as they are written, backslash and all.
fn unescape_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some(quote @ ('\\' | '\'' | '"' | '`' | '/')) => text.push(quote),
            Some('\n') | None => {}
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}
