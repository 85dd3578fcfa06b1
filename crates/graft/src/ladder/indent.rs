//! Translates the indentation of a block's new lines into that of the text where the block was found.

/// What a block's indentations became in the text, line by line.
#[derive(Debug, Default)]
pub(crate) struct Indents {
    /// Block line, its indentation there, the indentation of the text's line.
    pairs: Vec<(usize, String, String)>,
}

impl Indents {
    pub(crate) fn learn(&mut self, line: usize, block: &str, text: &str) {
        self.pairs.push((line, leading(block).to_owned(), leading(text).to_owned()));
    }

    /// The indentation for a new line that stands before line `at` of the block and shows `shown` itself.
    pub(crate) fn translate(&self, at: usize, shown: &str) -> String {
        if self.pairs.iter().all(|(_, block, text)| block == text) {
            return shown.to_owned();
        }
        let distance = |line: usize| if line < at { 2 * (at - line) - 1 } else { 2 * (line - at) + 2 };
        let same = self.pairs.iter().filter(|(_, block, _)| block == shown).min_by_key(|(line, ..)| distance(*line));
        if let Some((_, _, text)) = same {
            return text.clone();
        }
        if let Some(moved) = self.prefix_changed(shown) {
            return moved;
        }
        self.scaled(shown, distance)
    }

    /// All pairs differ by one prefix, given or taken.
    fn prefix_changed(&self, shown: &str) -> Option<String> {
        let (_, block, text) = self.pairs.first()?;
        if let Some(given) = text.strip_suffix(block.as_str()) {
            let all = self.pairs.iter().all(|(_, block, text)| text.strip_suffix(block.as_str()) == Some(given));
            return all.then(|| format!("{given}{shown}"));
        }
        let taken = block.strip_suffix(text.as_str())?;
        let all = self.pairs.iter().all(|(_, block, text)| block.strip_suffix(text.as_str()) == Some(taken));
        let kept = shown.strip_prefix(taken)?;
        all.then(|| kept.to_owned())
    }

    /// By columns: from the nearest pair, with the ratio that the pairs have among themselves.
    fn scaled(&self, shown: &str, distance: impl Fn(usize) -> usize) -> String {
        let by_columns = |(_, block, text): &(usize, String, String)| (columns(block), columns(text));
        let least = self.pairs.iter().map(by_columns).min().unwrap_or_default();
        let most = self.pairs.iter().map(by_columns).max().unwrap_or_default();
        let (run, rise) = (most.0 - least.0, (most.1 - least.1).max(0));
        let (run, rise) = if run > 0 && rise > 0 { (run, rise) } else { self.unit_ratio(shown) };
        let wanted = columns(shown);
        let near = self.pairs.iter().min_by_key(|pair| (by_columns(pair).0.abs_diff(wanted), distance(pair.0)));
        let (from, to) = near.map(by_columns).unwrap_or_default();
        let width = usize::try_from(to + (wanted - from) * rise / run.max(1)).unwrap_or_default();
        if self.pairs.iter().any(|(_, _, text)| text.contains('\t')) {
            return "\t".repeat(width / TAB) + &" ".repeat(width % TAB);
        }
        " ".repeat(width)
    }

    /// Columns of one step in the block and in the text, where the pairs don't tell: a tab is one step.
    fn unit_ratio(&self, shown: &str) -> (isize, isize) {
        let tabs = |text: &str| text.contains('\t');
        let block_tabs = tabs(shown) || self.pairs.iter().any(|(_, block, _)| tabs(block));
        let text_tabs = self.pairs.iter().any(|(_, _, text)| tabs(text));
        if block_tabs && !text_tabs {
            let narrow = self.pairs.iter().any(|(_, _, text)| text.len() % 4 == 2);
            return (TAB.cast_signed(), if narrow { 2 } else { 4 });
        }
        if text_tabs && !block_tabs {
            let narrow = self.pairs.iter().any(|(_, block, _)| block.len() % 4 == 2);
            return (if narrow { 2 } else { 4 }, TAB.cast_signed());
        }
        (1, 1)
    }
}

const TAB: usize = 4;

fn columns(indent: &str) -> isize {
    indent.chars().map(|blank| if blank == '\t' { TAB.cast_signed() } else { 1 }).sum()
}

/// The blanks that a line begins with.
pub(crate) fn leading(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}
