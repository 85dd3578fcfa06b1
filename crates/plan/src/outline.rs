//! The units of a plan as a tree: which pieces of the document belong to
//! which unit, and where a unit is repeated elsewhere.

mod items;

mod series;

pub(crate) use series::{name_in_series, number_of_title};

mod headings;

use std::ops::Range;

use crate::boxes::State;
use crate::dialects::DIALECTS;
use crate::document::{Document, Piece, PieceKind, Span};
use crate::inline::comparison_key;
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::naming::{Marked, UnitName};
use crate::paths::find_paths;

/// A heading and the pieces below it.
#[derive(Debug)]
struct Section {
    piece: usize,
    level: usize,
    title: Span,
    end: usize,
    parent: Option<usize>,
    marked: Marked,
    topic: Option<Topic>,
    boxes: bool,
    numbers: bool,
    work: bool,
    /// The number of signs of work that it holds.
    works: usize,
    element: bool,
}

/// A unit, before its content is read.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Its name.
    pub(crate) name: UnitName,
    /// The dialect that saw it.
    pub(crate) dialect: &'static str,
    /// The state by the marks of its heading.
    pub(crate) state: Option<State>,
    /// It may be left out.
    pub(crate) optional: bool,
    /// Its heading's bytes, or its item's first paragraph.
    pub(crate) heading: Span,
    /// The title's bytes within the heading.
    pub(crate) title: Span,
    /// All its pieces, nested units included.
    pub(crate) pieces: Range<usize>,
    /// Its item, if it is one.
    pub(crate) item: Option<usize>,
    /// Units inside it.
    pub(crate) children: Vec<Unit>,
    /// Pieces elsewhere that repeat it.
    pub(crate) echoes: Vec<Range<usize>>,
}

impl Unit {
    /// Returns whether its first piece is its heading.
    pub(crate) fn opens_with_heading(&self, document: &Document<'_>) -> bool {
        let first = document.pieces.get(self.pieces.start);
        first.is_some_and(|piece| {
            matches!(piece.kind, PieceKind::Heading { .. })
                && piece.span.start == self.heading.start
        })
    }

    /// Returns the pieces that belong to the unit itself.
    pub(crate) fn own(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.clone().filter(|piece| {
            !self
                .children
                .iter()
                .any(|child| child.pieces.contains(piece))
        })
    }
}

/// The tree of units.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Units at the top.
    pub(crate) units: Vec<Unit>,
    /// Headings that bear one number twice.
    pub(crate) twice: Vec<Span>,
}

impl Outline {
    /// Finds the units of a document, asking the surest dialects first.
    pub(crate) fn read(document: &Document<'_>) -> Self {
        let sections = headings::find_sections(document);
        for resort in 0..=2 {
            for with_title in [false, true] {
                let mut outline =
                    headings::units_of_headings(document, &sections, resort, with_title);
                items::add_item_units(document, &mut outline, resort);
                if !outline.units.is_empty() {
                    return outline;
                }
            }
        }
        Outline {
            units: whole_document(document).into_iter().collect(),
            twice: Vec::new(),
        }
    }

    /// Returns the pieces that repeat units elsewhere.
    pub(crate) fn echoes(&self) -> Vec<Range<usize>> {
        fn collect(units: &[Unit], found: &mut Vec<Range<usize>>) {
            for unit in units {
                found.extend(unit.echoes.iter().cloned());
                collect(&unit.children, found);
            }
        }
        let mut found = Vec::new();
        collect(&self.units, &mut found);
        found
    }

    /// Returns the names of the dialects that saw a unit, in the order in which they are asked.
    pub(crate) fn dialects(&self) -> Vec<&'static str> {
        fn seen(units: &[Unit], name: &str) -> bool {
            units.iter().any(|unit| {
                unit.dialect == name
                    || name == "progress" && !unit.echoes.is_empty()
                    || seen(&unit.children, name)
            })
        }
        DIALECTS
            .iter()
            .map(|dialect| dialect.name)
            .filter(|name| seen(&self.units, name))
            .collect()
    }
}

/// Returns whether a document spells work out: code for a file that it names.
fn shows_work(document: &Document<'_>) -> bool {
    let code = document.fences.iter().any(|fence| {
        let language = fence.info.split_whitespace().next().unwrap_or("");
        !language.is_empty() && !is_shell(language)
    });
    let named = |piece: &Piece| match &piece.kind {
        PieceKind::Text(lines) => lines
            .iter()
            .any(|line| !find_paths(document.slice(line), 0, false).is_empty()),
        PieceKind::Heading { title, .. } => !find_paths(document.slice(title), 0, false).is_empty(),
        _ => false,
    };
    code && document.pieces.iter().any(named)
}

/// Returns the whole document as one unit, where it holds boxes or shows code for files, and nothing could be told
/// apart.
fn whole_document(document: &Document<'_>) -> Option<Unit> {
    let boxed = || {
        document
            .items
            .iter()
            .any(|item| items::box_of(document, item).is_some())
    };
    let first = document
        .pieces
        .first()
        .filter(|_| boxed() || shows_work(document))?;
    let title = match &first.kind {
        PieceKind::Heading { title, .. } => title.clone(),
        PieceKind::Text(lines) => lines.first().cloned().unwrap_or(first.span.clone()),
        _ => first.span.clone(),
    };
    let marked = crate::naming::read_marks(document.slice(&title));
    let name = UnitName {
        word: String::new(),
        number: None,
        title: marked.words,
        rank: crate::naming::Rank::Phase,
    };
    Some(Unit {
        name,
        dialect: "sections",
        state: marked.state,
        optional: false,
        heading: first.span.clone(),
        title,
        pieces: 0..document.pieces.len(),
        item: None,
        children: Vec::new(),
        echoes: Vec::new(),
    })
}

/// Returns whether two titles name the same thing.
fn are_alike(left: &str, right: &str) -> bool {
    let (left, right) = (comparison_key(left), comparison_key(right));
    if left.is_empty() || right.is_empty() || left.contains(&right) || right.contains(&left) {
        return true;
    }
    let words = |text: &str| {
        text.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (first, second) = (words(&left), words(&right));
    let shared = first.iter().filter(|word| second.contains(word)).count();
    shared * 2 >= first.len().min(second.len()).max(1)
}
