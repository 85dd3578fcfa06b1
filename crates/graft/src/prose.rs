//! Reads what the words beside a block say about its place: which names they mention, and in what relation.
//!
//! ```text
//! "Add it after `load`, and replace `save`."     `load`: After, `save`: Replace
//! ```

mod names;

mod words;

mod ends;

mod places;

mod sorts;

mod phrases;

mod backward;

mod rest;

mod read;

mod holders;

use std::collections::HashSet;

pub(crate) use ends::named_end;
pub(crate) use names::{same_name, strip_name_decoration};
pub(crate) use phrases::{Phrase, Pick, split_name_words};
use places::relation_before_name;
pub(crate) use places::{is_beside, relation_after_text};
pub(crate) use sorts::Sort;
use words::{STATEMENTS, Token, clause_of, is_denied, is_word, opens_sentence, tokenize_prose};

/// The relation of the block to a name, by a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    After,
    Before,
    /// In, inside, to, of.
    Within,
    /// Replace, update, change, rewrite.
    Replace,
    /// Any other mention.
    Mention,
    /// What it is compared with, or what uses it: "as in `a`", "unlike `a`", "called in `a`". No place.
    Apart,
}

/// A name in the prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) name: String,
    pub(crate) relation: Relation,
    /// Number of the sentence.
    pub(crate) sentence: usize,
    /// It stands at the head of its sentence, behind a word of place and an article at most.
    pub(crate) opens: bool,
    /// The number of commas before it.
    pub(crate) clause: usize,
}

/// Where in its list a sentence puts the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Top,
    Bottom,
}

/// A statement that the prose names by code which it holds: "after the `user.id` check".
#[derive(Debug, Clone)]
struct Statement {
    relation: Relation,
    sentence: usize,
    code: String,
    noun: String,
}

/// The prose beside a block, read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose {
    pub(crate) mentions: Vec<Mention>,
    ends: Vec<(usize, End)>,
    /// The things whose end or top the words speak of: "the end of the test".
    wholes: Vec<Phrase>,
    appends: Vec<usize>,
    lines: Option<(usize, usize)>,
    /// The line beside which the words put the block: "after line 5".
    beside_line: Option<(Relation, usize)>,
    /// Sentences that say "replace".
    replaces: Vec<usize>,
    /// Sentences that say "update", "change": they replace only where nothing is added.
    changes: Vec<usize>,
    adds: Vec<usize>,
    /// Sentences that lead to a new state: "change `A` to".
    restated: Vec<usize>,
    /// A sentence says that something goes.
    removes: bool,
    /// Code before "call", "check", "block": part of the statement that is meant.
    statements: Vec<Statement>,
    /// Sentences that say "after all …" of things without a name.
    groups: Vec<usize>,
    /// Places that the words name without a name in code: "after the book routes".
    phrases: Vec<Phrase>,
    /// The side of what was shown last on which the block goes, and the sentence that says so.
    backward: Option<(Relation, usize)>,
    /// A guard stays, and what is below it is replaced.
    follows_a_guard: bool,
    /// The words call missing what is added.
    pub(crate) adds_the_missing: bool,
    /// Names that stand beside the earlier blocks of the step, the last one last.
    earlier: Vec<String>,
    /// The file before all blocks of the unit, where earlier ones changed it.
    pub(crate) found: Option<String>,
    /// The words put the block inside a function that they do not name.
    pub(crate) is_for_a_body: bool,
    /// Code of which the words say both sides: "replace `a` with `b`".
    exchanges: Vec<(String, String)>,
    /// Words that are no code, with their sentences: a key may be written so ("the database section").
    plain_words: Vec<(usize, String)>,
}

impl Prose {
    pub(crate) fn read(text: &str) -> Self {
        Prose::read_knowing(text, &HashSet::new())
    }

    /// Reads words as [`Prose::read`] does, where these names of the file are names also as plain words.
    pub(crate) fn read_knowing(text: &str, known: &HashSet<String>) -> Self {
        let mut prose = Prose::default();
        let tokens = tokenize_prose(text);
        prose.lines = named_lines(text);
        let mut sentence = 0;
        for (at, token) in tokens.iter().enumerate() {
            prose.beside_line = places::line_beside(&tokens, at).or(prose.beside_line);
            if let Some(end) = ends::beginning_at(&tokens, at) {
                prose.ends.push((sentence, end));
            }
            match token {
                Token::Stop => sentence += 1,
                Token::Comma
                | Token::Behind(_)
                | Token::Method(_)
                | Token::Path(_)
                | Token::Possessive => {}
                // "Not in `B`, in `A`" names one place.
                Token::Code(_) if is_denied(&tokens, at) => {}
                Token::Code(name) => {
                    let relation = relation_before_name(&tokens, at);
                    if let Some(new) = rest::exchanged_for(&tokens, at) {
                        prose.exchanges.push((name.clone(), new.to_owned()));
                    }
                    if let Some(Token::Word(noun)) = tokens
                        .get(at + 1)
                        .filter(|next| is_word(Some(next), &STATEMENTS))
                    {
                        let (code, noun) = (name.clone(), noun.clone());
                        prose.statements.push(Statement {
                            relation,
                            sentence,
                            code,
                            noun,
                        });
                    }
                    let (opens, clause) = (opens_sentence(&tokens, at), clause_of(&tokens, at));
                    prose.mentions.push(Mention {
                        name: name.clone(),
                        relation,
                        sentence,
                        opens,
                        clause,
                    });
                }
                Token::Word(word) => {
                    prose.plain_words.push((sentence, word.clone()));
                    prose.word(word, &tokens, (at, sentence), known);
                }
            }
        }
        prose.phrases = phrases::read_phrases(&tokens);
        prose.backward = backward::points_back(text, &tokens);
        prose.follows_a_guard = rest::follows_a_guard(&tokens);
        prose.is_for_a_body = rest::is_for_a_body(&tokens);
        prose.adds_the_missing = rest::adds_the_missing(&tokens);
        prose
    }

    /// Returns whether the words keep what a function returns early for, and replace what is below that.
    pub(crate) fn follows_a_guard(&self) -> bool {
        self.follows_a_guard
    }

    /// Returns the same, where "after it" means a name of what was shown last, `shown` on each side; else the last name
    /// spoken of.
    pub(crate) fn beside_shown(mut self, shown: impl Fn(Relation) -> Option<String>) -> Self {
        let Some((relation, sentence)) = self.backward else {
            return self;
        };
        let spoken = || {
            let is_near = |one: &&Mention| one.sentence + 1 >= sentence && one.sentence <= sentence;
            let is_name =
                |one: &&Mention| !one.name.contains('/') && one.relation == Relation::Mention;
            self.mentions
                .iter()
                .rev()
                .filter(is_near)
                .find(is_name)
                .map(|one| one.name.clone())
        };
        if let Some(name) = shown(relation).or_else(spoken) {
            self.phrases
                .push(Phrase::of_code(&name, relation, sentence));
            self.mentions.push(Mention {
                name,
                relation,
                sentence,
                opens: false,
                clause: 0,
            });
        }
        self
    }

    /// Adds the names that stand beside the earlier blocks of the step.
    pub(crate) fn following(mut self, earlier: &Prose) -> Self {
        let beside =
            |mention: &&Mention| !matches!(mention.relation, Relation::After | Relation::Before);
        self.earlier = earlier
            .mentions
            .iter()
            .filter(beside)
            .map(|mention| mention.name.clone())
            .collect();
        self
    }

    /// Marks the last sentence as a replacement where the plan's form says that something is replaced.
    pub(crate) fn replacing(mut self, replacing: bool) -> Self {
        if replacing {
            self.replaces.push(self.last_sentence());
        }
        self
    }

    /// Returns the sentences that speak of an item of this name; all of them where none does.
    fn about(&self, name: &str, siblings: &[&str]) -> Vec<usize> {
        let speaks = |name: &str| -> Vec<usize> {
            self.mentions
                .iter()
                .filter(|mention| {
                    same_name(&mention.name, name)
                        && !matches!(mention.relation, Relation::After | Relation::Before)
                })
                .map(|mention| mention.sentence)
                .collect()
        };
        let own = speaks(name);
        let taken: Vec<usize> = siblings
            .iter()
            .flat_map(|sibling| speaks(sibling))
            .collect();
        (0..=self.last_sentence())
            .filter(|sentence| own.contains(sentence) || !taken.contains(sentence))
            .collect()
    }

    fn last_sentence(&self) -> usize {
        let all = self.mentions.iter().map(|mention| mention.sentence);
        let ends = self.ends.iter().map(|&(sentence, _)| sentence);
        let phrases = self.phrases.iter().map(|phrase| phrase.sentence);
        all.chain(ends)
            .chain(phrases)
            .chain(self.replaces.iter().copied())
            .chain(self.adds.iter().copied())
            .max()
            .unwrap_or(0)
    }

    /// Returns the mentions of one relation in the sentences about an item, nearest to the block first.
    pub(crate) fn related(&self, relation: Relation, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        let found =
            self.mentions.iter().rev().filter(|mention| {
                mention.relation == relation && about.contains(&mention.sentence)
            });
        found
            .map(|mention| mention.name.as_str())
            .filter(|found| !same_name(found, name))
            .collect()
    }

    /// Returns the places that the sentences about an item name in words, nearest to the block first; those behind
    /// which before those in front of which.
    pub(crate) fn phrases(&self, name: &str, siblings: &[&str]) -> Vec<&Phrase> {
        let about = self.about(name, siblings);
        let mut found: Vec<&Phrase> = self
            .phrases
            .iter()
            .rev()
            .filter(|phrase| about.contains(&phrase.sentence))
            .collect();
        found.sort_by_key(|phrase| phrase.relation != Relation::After);
        found
    }

    /// Returns the end of the list at which the sentences about an item want it.
    pub(crate) fn end(&self, name: &str, siblings: &[&str]) -> Option<End> {
        let about = self.about(name, siblings);
        self.ends
            .iter()
            .rev()
            .find(|(sentence, _)| about.contains(sentence))
            .map(|&(_, end)| end)
    }

    /// Returns the sort of that of which the sentences about an item speak at its end or top: "the end of the test".
    pub(crate) fn end_of(&self, name: &str, siblings: &[&str]) -> Option<Sort> {
        let about = self.about(name, siblings);
        self.wholes
            .iter()
            .rev()
            .find(|whole| about.contains(&whole.sentence))
            .and_then(|whole| whole.sort)
    }

    /// Returns whether the sentences about an item say "append".
    pub(crate) fn appends(&self, name: &str, siblings: &[&str]) -> bool {
        let about = self.about(name, siblings);
        self.appends.iter().any(|sentence| about.contains(sentence))
    }

    /// Returns code naming the statement which a sentence about an item says to replace, nearest to the block first.
    pub(crate) fn replaced(&self, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        let meant =
            |one: &&Statement| one.relation == Relation::Replace && about.contains(&one.sentence);
        self.statements
            .iter()
            .rev()
            .filter(meant)
            .map(|one| one.code.as_str())
            .collect()
    }

    /// Returns what the prose calls the statement that it names by this code: "check" for "after the `user.id` check".
    pub(crate) fn noun(&self, relation: Relation, code: &str) -> Option<&str> {
        let mut named = self
            .statements
            .iter()
            .rev()
            .filter(|one| one.relation == relation && one.code == code);
        named.next().map(|one| one.noun.as_str())
    }

    /// Returns whether a sentence about an item says "after all …" of things that have no name.
    pub(crate) fn follows_a_group(&self, name: &str, siblings: &[&str]) -> bool {
        let about = self.about(name, siblings);
        self.groups.iter().any(|sentence| about.contains(sentence))
    }

    /// Returns whether any sentence speaks of the end or the top of what stands.
    pub(crate) fn speaks_of_an_end(&self) -> bool {
        !self.appends.is_empty() || !self.ends.is_empty()
    }

    /// Returns whether a sentence says outright that the item of this name is replaced.
    pub(crate) fn replaces(&self, name: &str) -> bool {
        self.mentions.iter().any(|mention| {
            same_name(&mention.name, name)
                && (mention.relation == Relation::Replace
                    || self.says_replace(mention.sentence)
                        && !self.adds.contains(&mention.sentence))
                && !matches!(
                    mention.relation,
                    Relation::Within | Relation::After | Relation::Before
                )
        })
    }

    /// Returns code that the nearest sentence wants replaced: a line, or the head of a statement.
    /// Where it also says by what, the block must show that.
    pub(crate) fn quotes_replaced<'p>(&'p self, block: &str) -> impl Iterator<Item = &'p str> {
        let nearest = self.last_sentence();
        let block: String = block.split_whitespace().collect();
        let is_other = move |old: &str| {
            let mut news = self.exchanges.iter().filter(|(one, _)| one == old);
            let shown = |new: &str| block.contains(&new.split_whitespace().collect::<String>());
            news.any(|(_, new)| !shown(new))
        };
        let meant = move |one: &&Mention| {
            one.sentence == nearest && one.relation == Relation::Replace && !is_other(&one.name)
        };
        self.mentions
            .iter()
            .filter(meant)
            .map(|one| one.name.as_str())
    }

    /// Returns whether a sentence says of the item of this name that what the block shows is all of it: "replace `A`
    /// with", "change `A` to". "Update `A`" and "extend `A`" say nothing of the rest.
    pub(crate) fn restates(&self, name: &str) -> bool {
        let outright = |sentence: usize| {
            self.replaces.contains(&sentence) || self.restated.contains(&sentence)
        };
        self.mentions.iter().any(|mention| {
            same_name(&mention.name, name)
                && outright(mention.sentence)
                && (mention.relation == Relation::Replace || !self.adds.contains(&mention.sentence))
                && !matches!(
                    mention.relation,
                    Relation::Within | Relation::After | Relation::Before
                )
        })
    }

    /// Returns whether any sentence speaks of replacing.
    pub(crate) fn replaces_something(&self) -> bool {
        !self.replaces.is_empty()
            || self
                .changes
                .iter()
                .any(|sentence| self.says_replace(*sentence))
    }

    fn says_replace(&self, sentence: usize) -> bool {
        self.replaces.contains(&sentence)
            || self.changes.contains(&sentence) && !self.adds.contains(&sentence)
    }

    /// Returns whether the nearest sentence says outright that something is replaced, and of nothing that it is added.
    pub(crate) fn takes_away(&self) -> bool {
        let nearest = self.last_sentence();
        self.replaces.contains(&nearest) && !self.adds.contains(&nearest)
    }

    /// Returns the lines that the prose names, the last mention first: "lines 12-40", "line 7".
    pub(crate) fn lines(&self) -> Option<(usize, usize)> {
        self.lines
    }

    /// Returns whether a sentence says outright that something is replaced, and none that something is added.
    pub(crate) fn only_replaces(&self) -> bool {
        !self.replaces.is_empty() && self.adds.is_empty()
    }

    /// Returns whether any sentence says that something goes.
    pub(crate) fn removes_something(&self) -> bool {
        self.removes
    }

    /// Returns whether any sentence speaks of adding.
    pub(crate) fn adds_something(&self) -> bool {
        !self.adds.is_empty()
    }
}

/// Returns whether nothing of its clause stands behind a word.
fn ends_clause(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), None | Some(Token::Comma | Token::Stop))
}

/// Reads the lines that words name last: "lines 12-40" -> (12, 40), "from line 3 to line 9" -> (3, 9).
fn named_lines(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_lowercase();
    let (head, after) = lower
        .rsplit_once("lines ")
        .or_else(|| lower.rsplit_once("line "))?;
    let from = head
        .rsplit(['\n', '.'])
        .next()
        .and_then(|sentence| sentence.rsplit_once("line "))
        .map(|(_, rest)| rest);
    let after = after.trim_start_matches(['~', '#', ' ']);
    let number = |text: &str| -> Option<usize> {
        text.get(
            ..text
                .find(|one: char| !one.is_ascii_digit())
                .unwrap_or(text.len()),
        )?
        .parse()
        .ok()
    };
    let first = number(after)?;
    let rest = after.trim_start_matches(|one: char| one.is_ascii_digit());
    let second = rest.strip_prefix(['-', '–', '—']).and_then(number);
    let earlier = from.and_then(number).unwrap_or(first);
    let last = second.unwrap_or(first);
    Some((earlier.min(first), last.max(earlier)))
}

/// Returns whether code follows the word within its clause, a few words on.
fn leads_to_code(tokens: &[Token], at: usize) -> bool {
    let rest = tokens.iter().skip(at + 1).take(4);
    rest.take_while(|token| !matches!(token, Token::Comma | Token::Stop))
        .any(|token| matches!(token, Token::Code(_)))
}
