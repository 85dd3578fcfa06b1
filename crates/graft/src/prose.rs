//! What the words beside a block say about its place: which names they mention, and in what relation.

/// How a sentence relates the block to a name.
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
}

/// A name in the prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) name: String,
    pub(crate) relation: Relation,
    /// Number of the sentence.
    pub(crate) sentence: usize,
}

/// Where in its list a sentence puts the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Top,
    Bottom,
}

/// The prose beside a block, read once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prose {
    pub(crate) mentions: Vec<Mention>,
    ends: Vec<(usize, End)>,
    replaces: Vec<usize>,
    adds: Vec<usize>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Code(String),
    Comma,
    Stop,
}

const FILLERS: [&str; 42] = [
    "the", "a", "an", "existing", "method", "function", "class", "line", "field", "route", "endpoint", "constant", "property", "its", "this",
    "import", "block", "model", "section", "test", "call", "statement", "handler", "definition", "end", "of", "bottom", "top", "decorator", "current",
    "our", "interface", "enum", "type", "variable", "attribute", "column", "service", "last", "first", "your", "where",
];

impl Prose {
    pub(crate) fn read(text: &str) -> Self {
        let mut prose = Prose::default();
        let tokens = tokens(text);
        let mut sentence = 0;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Stop => sentence += 1,
                Token::Comma => {}
                Token::Code(name) => {
                    let relation = relation(&tokens, at);
                    prose.mentions.push(Mention { name: name.clone(), relation, sentence });
                }
                Token::Word(word) => prose.word(word, &tokens, at, sentence),
            }
        }
        prose
    }

    fn word(&mut self, word: &str, tokens: &[Token], at: usize, sentence: usize) {
        match word {
            "end" | "bottom" if !follows(tokens, at, &["front", "back"]) => self.ends.push((sentence, End::Bottom)),
            "append" => {
                self.ends.push((sentence, End::Bottom));
                self.adds.push(sentence);
            }
            "top" | "beginning" | "start" if follows(tokens, at, &["the", "at"]) => self.ends.push((sentence, End::Top)),
            "replace" | "replaces" | "rewrite" | "overwrite" | "swap" => self.replaces.push(sentence),
            "update" | "change" | "modify" | "edit" => self.replaces.push(sentence),
            "add" | "insert" | "create" | "new" | "extend" | "include" => self.adds.push(sentence),
            _ => {
                let named = looks_like_a_name(word);
                if named {
                    let relation = relation(tokens, at);
                    self.mentions.push(Mention { name: word.trim_end_matches("()").to_owned(), relation, sentence });
                }
            }
        }
    }

    /// The sentences that speak of an item of this name; all of them where none does.
    fn about(&self, name: &str, siblings: &[&str]) -> Vec<usize> {
        let speaks = |name: &str| -> Vec<usize> {
            self.mentions
                .iter()
                .filter(|mention| same_name(&mention.name, name) && !matches!(mention.relation, Relation::After | Relation::Before))
                .map(|mention| mention.sentence)
                .collect()
        };
        let own = speaks(name);
        if !own.is_empty() {
            return own;
        }
        let taken: Vec<usize> = siblings.iter().flat_map(|sibling| speaks(sibling)).collect();
        let last = self.last_sentence();
        (0..=last).filter(|sentence| !taken.contains(sentence)).collect()
    }

    fn last_sentence(&self) -> usize {
        let all = self.mentions.iter().map(|mention| mention.sentence);
        let ends = self.ends.iter().map(|&(sentence, _)| sentence);
        all.chain(ends).chain(self.replaces.iter().copied()).chain(self.adds.iter().copied()).max().unwrap_or(0)
    }

    /// The mentions of one relation in the sentences about an item, nearest to the block first.
    pub(crate) fn related(&self, relation: Relation, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        let found = self.mentions.iter().rev().filter(|mention| mention.relation == relation && about.contains(&mention.sentence));
        found.map(|mention| mention.name.as_str()).filter(|found| !same_name(found, name)).collect()
    }

    /// The end of the list at which the sentences about an item want it.
    pub(crate) fn end(&self, name: &str, siblings: &[&str]) -> Option<End> {
        let about = self.about(name, siblings);
        self.ends.iter().rev().find(|(sentence, _)| about.contains(sentence)).map(|&(_, end)| end)
    }

    /// Whether a sentence says outright that the item of this name is replaced.
    pub(crate) fn replaces(&self, name: &str) -> bool {
        self.mentions.iter().any(|mention| {
            same_name(&mention.name, name)
                && (mention.relation == Relation::Replace || self.replaces.contains(&mention.sentence) && !self.adds.contains(&mention.sentence))
                && !matches!(mention.relation, Relation::Within | Relation::After | Relation::Before)
        })
    }

    /// Whether any sentence speaks of replacing.
    pub(crate) fn replaces_something(&self) -> bool {
        !self.replaces.is_empty()
    }

    /// Whether any sentence speaks of adding.
    pub(crate) fn adds_something(&self) -> bool {
        !self.adds.is_empty()
    }
}

/// Whether a name in the prose means an item of this name: `create`, `create()`, `UserService.create`, `def create`.
pub(crate) fn same_name(mentioned: &str, name: &str) -> bool {
    if mentioned.is_empty() || name.is_empty() {
        return false;
    }
    let mentioned = plain(mentioned);
    mentioned == name || mentioned.rsplit('.').next() == Some(name)
}

/// A mentioned name without the words and signs that people put around it.
pub(crate) fn plain(mentioned: &str) -> String {
    let mut rest = mentioned.trim().trim_end_matches([';', ':', '{', ',']).trim();
    for word in ["export default ", "export ", "async ", "def ", "function ", "class ", "const ", "let ", "interface ", "type ", "enum "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let flat = crate::languages::flat(rest);
    let bare = flat.strip_suffix("()").or_else(|| flat.strip_suffix("(...)")).unwrap_or(&flat);
    bare.trim_start_matches("self.").trim_start_matches("this.").to_owned()
}

fn looks_like_a_name(word: &str) -> bool {
    let inner = word.trim_end_matches("()");
    let snake = inner.contains('_') && inner.chars().all(|one| one.is_alphanumeric() || one == '_' || one == '.');
    let camel = inner.chars().skip(1).any(char::is_uppercase) && inner.chars().any(char::is_lowercase) && inner.chars().all(|one| one.is_alphanumeric() || one == '.');
    snake || camel || word.ends_with("()")
}

fn follows(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    at > 0 && matches!(tokens.get(at - 1), Some(Token::Word(word)) if words.contains(&word.as_str()))
}

fn relation(tokens: &[Token], at: usize) -> Relation {
    let mut back = at;
    let mut steps = 0;
    while back > 0 && steps < 7 {
        back -= 1;
        steps += 1;
        match tokens.get(back) {
            Some(Token::Word(word)) => match word.as_str() {
                "after" | "below" | "beneath" | "following" | "under" | "underneath" => return Relation::After,
                "before" | "above" | "preceding" => return Relation::Before,
                "in" | "inside" | "within" | "into" | "to" => return Relation::Within,
                "replace" | "update" | "change" | "modify" | "rewrite" | "edit" => return Relation::Replace,
                other if FILLERS.contains(&other) => {}
                _ => break,
            },
            _ => break,
        }
    }
    Relation::Mention
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if character == '`' {
            let body = rest.get(1..).unwrap_or_default();
            if let Some(end) = body.find('`') {
                tokens.push(Token::Code(body.get(..end).unwrap_or_default().trim().to_owned()));
                rest = body.get(end + 1..).unwrap_or_default();
                continue;
            }
        }
        if character.is_alphanumeric() || character == '_' {
            let length = rest.find(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '.' | '(' | ')'))).unwrap_or(rest.len());
            let raw = rest.get(..length).unwrap_or_default();
            let word = raw.trim_end_matches('.').trim_end_matches(|one| one == ')' && !raw.contains("()"));
            tokens.push(Token::Word(if looks_like_a_name(word) { word.to_owned() } else { word.to_lowercase() }));
            if raw.ends_with('.') {
                tokens.push(Token::Stop);
            }
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        match character {
            '.' | '!' | '?' => tokens.push(Token::Stop),
            '\n' if starts_a_line_of_its_own(rest) => tokens.push(Token::Stop),
            ',' | ';' | ':' | '(' | ')' => tokens.push(Token::Comma),
            _ => {}
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    tokens
}

/// Whether the line after a line end opens a paragraph, an item of a list or a heading.
fn starts_a_line_of_its_own(rest: &str) -> bool {
    let next = rest.trim_start_matches(['\n', ' ', '\r']);
    rest.starts_with("\n\n") || next.starts_with(['-', '*', '#', '>', '|']) || next.starts_with(|one: char| one.is_ascii_digit())
}
