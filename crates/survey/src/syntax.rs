//! One plain tree for Python, JavaScript and TypeScript: only what names, values and calls need.

pub(crate) mod python;
pub(crate) mod script;

pub(crate) type Name = Box<str>;

#[derive(Debug, Default)]
pub(crate) struct Syntax {
    pub(crate) body: Vec<Statement>,
    pub(crate) exports: Vec<Export>,
}

#[derive(Debug)]
pub(crate) enum Export {
    Local { exported: Name, local: Name },
    From { exported: Name, source: Name, name: Name },
    Namespace { exported: Name, source: Name },
    Everything { source: Name },
}

#[derive(Debug)]
pub(crate) enum Expression {
    Name(Name),
    Text(Box<str>),
    Regex(Box<str>),
    Number(Box<str>),
    Bool(bool),
    Null,
    Template(Vec<Expression>),
    Member(Box<Expression>, Name),
    Index(Box<Expression>, Box<Expression>),
    Call(Box<Call>),
    List(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    Spread(Box<Expression>),
    Function(Box<Function>),
    Class(Box<Class>),
    Either(Vec<Expression>),
    Union(Vec<Expression>),
    Add(Box<Expression>, Box<Expression>),
    Assign(Box<Pattern>, Box<Expression>),
    Comprehension(Box<Comprehension>),
    /// One of two, as the condition says.
    Choose(Box<Choose>),
    Compare(Comparison, Box<(Expression, Expression)>),
    Not(Box<Expression>),
    Other(Vec<Expression>),
}

#[derive(Debug)]
pub(crate) struct Comprehension {
    pub(crate) element: Expression,
    pub(crate) target: Pattern,
    pub(crate) over: Expression,
    pub(crate) conditions: Vec<Expression>,
}

#[derive(Debug)]
pub(crate) struct Choose {
    pub(crate) condition: Expression,
    pub(crate) then: Expression,
    pub(crate) otherwise: Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Same,
    Different,
    In,
    NotIn,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: Expression,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Option<Name>,
    pub(crate) value: Expression,
}

#[derive(Debug)]
pub(crate) enum Pattern {
    Name(Name),
    List(Vec<Pattern>),
    Map(Vec<(Name, Pattern)>),
    Target(Expression),
    Ignore,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) pattern: Pattern,
    pub(crate) default: Option<Expression>,
    pub(crate) annotation: Option<Expression>,
    pub(crate) is_rest: bool,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Option<Name>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Vec<Statement>,
    pub(crate) decorators: Vec<Expression>,
    pub(crate) is_static: bool,
    pub(crate) is_lexical: bool,
    /// The line of its own name, below its decorators.
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: Name,
    pub(crate) bases: Vec<Argument>,
    pub(crate) decorators: Vec<Expression>,
    pub(crate) body: Vec<Statement>,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) struct Import {
    /// Dotted for Python, with leading dots where relative; the specifier for scripts.
    pub(crate) source: Name,
    pub(crate) what: Imported,
}

#[derive(Debug)]
pub(crate) enum Imported {
    /// `import a.b` binds `a`; `import * as local`.
    Whole {
        local: Option<Name>,
    },
    Names(Vec<(Name, Name)>),
    Everything,
}

#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) target: Pattern,
    pub(crate) value: Option<Expression>,
    pub(crate) annotation: Option<Expression>,
    pub(crate) decorators: Vec<Expression>,
    pub(crate) is_added: bool,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Import(Import),
    Assign(Box<Assignment>),
    Expression(Expression),
    Function(Box<Function>),
    Class(Box<Class>),
    Return(Option<Expression>),
    /// Condition, then, else. What cannot be decided runs both ways.
    If(Expression, Vec<Statement>, Vec<Statement>),
    Loop(Pattern, Expression, Vec<Statement>),
    Block(Vec<Statement>),
}

thread_local! {
    /// Kept between files: a parser keeps its room.
    static PARSER: std::cell::RefCell<tree_sitter::Parser> = std::cell::RefCell::new(tree_sitter::Parser::new());
}

fn parse(language: &tree_sitter::Language, source: &str) -> Option<tree_sitter::Tree> {
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(language).ok()?;
        parser.parse(source, None)
    })
}

/// The text of a node, or nothing where it is not UTF-8 on its boundaries.
fn text_of<'t>(node: tree_sitter::Node<'_>, source: &'t str) -> &'t str {
    source.get(node.byte_range()).unwrap_or("")
}

fn line_of(node: tree_sitter::Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

/// The text of a string literal's inside with its common escapes undone.
fn unescape(raw: &str) -> String {
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
