//! Tells from brackets how deep the next line of a text stands.
//!
//! ```text
//! run(           after it a line is expected at 4
//!     a,         and again
//! )              a closing bracket at 0, where its line began
//! next           at 0
//! ```

/// The indentation that brackets ask for.
pub(super) struct Nesting {
    pub(super) unit: usize,
    /// For each bracket still open the width of its line, and where the statement began that it is part of.
    open: Vec<(usize, usize)>,
    /// Where the next statement stands.
    base: usize,
    /// Where the statement began that the last line leaves unfinished.
    unfinished: Option<usize>,
    /// Where the stars of an open comment stand.
    stars: Option<usize>,
    /// True if a text in backticks is open, whose lines stand as they like.
    quoted: bool,
}

impl Nesting {
    /// Returns the state below some lines, with `unit` columns a level.
    pub(super) fn after(unit: usize, above: &[&str]) -> Self {
        let mut nesting = Nesting {
            unit,
            open: Vec::new(),
            base: 0,
            unfinished: None,
            stars: None,
            quoted: false,
        };
        for line in above.iter().filter(|line| !line.trim().is_empty()) {
            nesting.close_brackets_deeper_than(line.trim(), line.len() - line.trim_start().len());
            nesting.pass(line.trim(), line.len() - line.trim_start().len());
        }
        nesting
    }

    /// Returns the column at which a line stands; `None` inside a text in backticks, where brackets
    /// don't tell.
    pub(super) fn expect(&self, body: &str) -> Option<usize> {
        (!self.quoted).then(|| self.expected_column(body))
    }

    /// Returns the column: of a comment's star, of the line that opened the bracket, one level
    /// deeper for what continues, else of the next statement.
    fn expected_column(&self, body: &str) -> usize {
        if let Some(stars) = self.stars.filter(|_| body.starts_with('*')) {
            return stars;
        }
        if body.starts_with(['}', ')', ']']) {
            return self
                .open
                .last()
                .map_or(self.base.saturating_sub(self.unit), |open| open.0);
        }
        if continues_expression(body) || self.unfinished.is_some() {
            return self.unfinished.unwrap_or(self.base) + self.unit;
        }
        self.base
    }

    /// Closes the brackets that a line of the text, which stands less deep than they say, must have
    /// closed.
    pub(super) fn close_brackets_deeper_than(&mut self, body: &str, width: usize) {
        let closes = body.starts_with(['}', ')', ']']);
        while self
            .open
            .last()
            .is_some_and(|open| open.0 > width || (open.0 == width && !closes))
        {
            self.open.pop();
        }
    }

    /// Takes up a line at a column: its comment, brackets, and whether it leaves a statement
    /// unfinished.
    pub(super) fn pass(&mut self, body: &str, width: usize) {
        self.quoted ^= body.matches('`').count() % 2 == 1;
        if body.starts_with("/*") || (self.stars.is_some() && body.starts_with('*')) {
            let margin = usize::from(body.starts_with('*'));
            self.base = width.saturating_sub(margin);
            self.stars = (!body.ends_with("*/")).then_some(width + 1 - margin);
            return;
        }
        let began = self
            .unfinished
            .take()
            .or_else(|| continues_expression(body).then_some(self.base))
            .unwrap_or(width);
        let (lowest, closed) = self.pass_brackets(body, width, began);
        // A colon opens a block as a bracket does, in Python and for `case`.
        if self.open.len() > lowest || (body.ends_with(':') && closed.is_none()) {
            self.base = width + self.unit;
        } else if body.ends_with(" =") || body.ends_with("=>") {
            self.unfinished = Some(began);
            self.base = began;
        } else {
            self.base = closed.unwrap_or(began);
        }
    }

    /// Opens and closes the line's brackets; gives the lowest depth on the way, and where the statement began whose
    /// bracket was closed last.
    fn pass_brackets(&mut self, body: &str, width: usize, began: usize) -> (usize, Option<usize>) {
        let mut lowest = self.open.len();
        let mut began = began;
        let mut closed = None;
        let mut quote = None;
        for found in body.chars() {
            match (quote, found) {
                (Some(open), found) if open == found => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(found),
                (None, '{' | '(' | '[') => self.open.push((width, began)),
                (None, '}' | ')' | ']') => {
                    if let Some((_, outer)) = self.open.pop().filter(|_| self.open.len() < lowest) {
                        began = outer;
                        closed = Some(outer);
                    }
                    lowest = lowest.min(self.open.len());
                }
                _ => {}
            }
        }
        (lowest, closed)
    }
}

/// Returns whether a line goes on with the expression of the line before.
fn continues_expression(body: &str) -> bool {
    ["?.", "&&", "||", "??", "? ", ": ", "| "]
        .iter()
        .any(|start| body.starts_with(start))
        || (body.starts_with('.') && !body.starts_with(".."))
}
