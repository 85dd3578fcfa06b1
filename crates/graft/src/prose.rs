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
    appends: Vec<usize>,
    lines: Option<(usize, usize)>,
    /// Sentences that say "replace".
    replaces: Vec<usize>,
    /// Sentences that say "update", "change": they replace only where nothing is added.
    changes: Vec<usize>,
    adds: Vec<usize>,
    /// Code after "replace the" and before "call", "check", "block": part of the statement that goes.
    replaced: Vec<(usize, String)>,
}

/// Nouns that make the code before them part of a statement.
const STATEMENTS: [&str; 8] = ["call", "check", "block", "statement", "condition", "branch", "loop", "line"];

/// Words beside which a capital makes a name.
const NOUNS: [&str; 10] =
    ["class", "model", "interface", "enum", "schema", "serializer", "service", "component", "type", "struct"];

/// Words that open a sentence with a capital and are no names.
const VERBS: [&str; 40] = [
    "add",
    "append",
    "insert",
    "put",
    "place",
    "create",
    "new",
    "replace",
    "replaces",
    "rewrite",
    "overwrite",
    "swap",
    "update",
    "change",
    "modify",
    "edit",
    "adjust",
    "extend",
    "include",
    "in",
    "inside",
    "within",
    "into",
    "to",
    "after",
    "below",
    "following",
    "under",
    "before",
    "above",
    "at",
    "the",
    "this",
    "then",
    "end",
    "bottom",
    "top",
    "also",
    "return",
    "of",
];

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Code(String),
    /// A word that stands behind its name, as in Chinese.
    Behind(Relation),
    Comma,
    Stop,
}

const FILLERS: [&str; 41] = [
    "the",
    "a",
    "an",
    "existing",
    "method",
    "function",
    "class",
    "line",
    "field",
    "route",
    "endpoint",
    "constant",
    "property",
    "its",
    "this",
    "import",
    "block",
    "model",
    "section",
    "test",
    "call",
    "statement",
    "handler",
    "definition",
    "end",
    "bottom",
    "top",
    "decorator",
    "current",
    "our",
    "interface",
    "enum",
    "type",
    "variable",
    "attribute",
    "column",
    "service",
    "last",
    "first",
    "your",
    "where",
];

impl Prose {
    pub(crate) fn read(text: &str) -> Self {
        let mut prose = Prose::default();
        let tokens = tokens(text);
        prose.lines = named_lines(text);
        let mut sentence = 0;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Stop => sentence += 1,
                Token::Comma | Token::Behind(_) => {}
                Token::Code(name) => {
                    let relation = relation(&tokens, at);
                    if relation == Relation::Replace && is_word(tokens.get(at + 1), &STATEMENTS) {
                        prose.replaced.push((sentence, name.clone()));
                    }
                    prose.mentions.push(Mention { name: name.clone(), relation, sentence });
                }
                Token::Word(word) => prose.word(word, &tokens, at, sentence),
            }
        }
        prose
    }

    /// The same, where the plan's form says that something is replaced.
    pub(crate) fn replacing(mut self, replacing: bool) -> Self {
        if replacing {
            self.replaces.push(self.last_sentence());
        }
        self
    }

    fn word(&mut self, word: &str, tokens: &[Token], at: usize, sentence: usize) {
        match word {
            "end" | "bottom" if !follows(tokens, at, &["front", "back"]) => self.ends.push((sentence, End::Bottom)),
            "append" => {
                self.appends.push(sentence);
                self.adds.push(sentence);
            }
            "top" | "beginning" | "start" if follows(tokens, at, &["the", "at"]) => {
                self.ends.push((sentence, End::Top))
            }
            "replace" | "replaces" | "rewrite" | "overwrite" | "swap" => self.replaces.push(sentence),
            "update" | "change" | "modify" | "edit" | "adjust" => self.changes.push(sentence),
            "add" | "insert" | "create" | "new" | "extend" | "include" => self.adds.push(sentence),
            "return" if relation(tokens, at) == Relation::Before => {
                self.mentions.push(Mention { name: word.to_owned(), relation: Relation::Before, sentence });
            }
            _ => {
                self.foreign(&word.to_lowercase(), sentence);
                let noun = |at: Option<usize>| is_word(at.and_then(|at| tokens.get(at)), &NOUNS);
                let titled = word.starts_with(char::is_uppercase) && (noun(Some(at + 1)) || noun(at.checked_sub(1)));
                if looks_like_a_name(word) || titled {
                    let relation = relation(tokens, at);
                    self.mentions.push(Mention { name: word.trim_end_matches("()").to_owned(), relation, sentence });
                }
            }
        }
    }

    /// Verbs of languages that don't part their words, or that are not English.
    fn foreign(&mut self, word: &str, sentence: usize) {
        let holds = |words: &[&str]| words.iter().any(|one| word.contains(one));
        if holds(&["修改", "更新", "actualiz", "оновл", "обнов"]) {
            self.changes.push(sentence);
        }
        if holds(&["替换", "改为", "改成", "重写", "reemplaza", "substitu", "remplace", "замін", "замен", "перепи"])
        {
            self.replaces.push(sentence);
        }
        if holds(&["追加", "末尾", "结尾"]) {
            self.appends.push(sentence);
        }
        if holds(&[
            "添加",
            "新增",
            "增加",
            "追加",
            "插入",
            "加入",
            "agrega",
            "añad",
            "adicion",
            "ajoute",
            "дода",
            "добав",
        ]) {
            self.adds.push(sentence);
        }
        if holds(&["顶部", "开头"]) {
            self.ends.push((sentence, End::Top));
        }
    }

    /// The sentences that speak of an item of this name; all of them where none does.
    fn about(&self, name: &str, siblings: &[&str]) -> Vec<usize> {
        let speaks = |name: &str| -> Vec<usize> {
            self.mentions
                .iter()
                .filter(|mention| {
                    same_name(&mention.name, name) && !matches!(mention.relation, Relation::After | Relation::Before)
                })
                .map(|mention| mention.sentence)
                .collect()
        };
        let own = speaks(name);
        let taken: Vec<usize> = siblings.iter().flat_map(|sibling| speaks(sibling)).collect();
        (0..=self.last_sentence()).filter(|sentence| own.contains(sentence) || !taken.contains(sentence)).collect()
    }

    fn last_sentence(&self) -> usize {
        let all = self.mentions.iter().map(|mention| mention.sentence);
        let ends = self.ends.iter().map(|&(sentence, _)| sentence);
        all.chain(ends).chain(self.replaces.iter().copied()).chain(self.adds.iter().copied()).max().unwrap_or(0)
    }

    /// The mentions of one relation in the sentences about an item, nearest to the block first.
    pub(crate) fn related(&self, relation: Relation, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        let found = self
            .mentions
            .iter()
            .rev()
            .filter(|mention| mention.relation == relation && about.contains(&mention.sentence));
        found.map(|mention| mention.name.as_str()).filter(|found| !same_name(found, name)).collect()
    }

    /// The end of the list at which the sentences about an item want it.
    pub(crate) fn end(&self, name: &str, siblings: &[&str]) -> Option<End> {
        let about = self.about(name, siblings);
        self.ends.iter().rev().find(|(sentence, _)| about.contains(sentence)).map(|&(_, end)| end)
    }

    /// Whether the sentences about an item say "append".
    pub(crate) fn appends(&self, name: &str, siblings: &[&str]) -> bool {
        let about = self.about(name, siblings);
        self.appends.iter().any(|sentence| about.contains(sentence))
    }

    /// Code that names the statement which a sentence about an item says to replace, nearest to the block first.
    pub(crate) fn replaced(&self, name: &str, siblings: &[&str]) -> Vec<&str> {
        let about = self.about(name, siblings);
        self.replaced.iter().rev().filter(|one| about.contains(&one.0)).map(|one| one.1.as_str()).collect()
    }

    /// Whether any sentence speaks of the end or the top of what stands.
    pub(crate) fn speaks_of_an_end(&self) -> bool {
        !self.appends.is_empty() || !self.ends.is_empty()
    }

    /// Whether a sentence says outright that the item of this name is replaced.
    pub(crate) fn replaces(&self, name: &str) -> bool {
        self.mentions.iter().any(|mention| {
            same_name(&mention.name, name)
                && (mention.relation == Relation::Replace
                    || self.says_replace(mention.sentence) && !self.adds.contains(&mention.sentence))
                && !matches!(mention.relation, Relation::Within | Relation::After | Relation::Before)
        })
    }

    /// Whether any sentence speaks of replacing.
    pub(crate) fn replaces_something(&self) -> bool {
        !self.replaces.is_empty() || self.changes.iter().any(|sentence| self.says_replace(*sentence))
    }

    fn says_replace(&self, sentence: usize) -> bool {
        self.replaces.contains(&sentence) || self.changes.contains(&sentence) && !self.adds.contains(&sentence)
    }

    /// The lines that the prose names, the last mention first: "lines 12-40", "line 7".
    pub(crate) fn lines(&self) -> Option<(usize, usize)> {
        self.lines
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
    for word in [
        "export default ",
        "export ",
        "async ",
        "def ",
        "function ",
        "class ",
        "const ",
        "let ",
        "interface ",
        "type ",
        "enum ",
    ] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let flat = crate::languages::flat(rest);
    let bare = flat.strip_suffix("()").or_else(|| flat.strip_suffix("(...)")).unwrap_or(&flat);
    bare.trim_start_matches("self.").trim_start_matches("this.").to_owned()
}

/// Chinese and Japanese say "after" and "before" behind the name.
fn behind(rest: &str) -> Option<Relation> {
    let mut rest = rest.trim_start();
    for word in ["函数", "方法", "类", "定义", "字段", "这一行", "一行", "行", "常量", "路由", "语句", "的"]
    {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    if starts(&["之后", "后面", "后", "以后", "下方", "下面", "の後"]) {
        Some(Relation::After)
    } else if starts(&["之前", "前面", "前", "以前", "上方", "上面", "の前"]) {
        Some(Relation::Before)
    } else if starts(&["中", "里", "内", "里面"]) {
        Some(Relation::Within)
    } else {
        None
    }
}

fn looks_like_a_name(word: &str) -> bool {
    let inner = word.trim_end_matches("()");
    let snake = inner.contains('_') && inner.chars().all(|one| one.is_alphanumeric() || one == '_' || one == '.');
    let camel = inner.chars().skip(1).any(char::is_uppercase)
        && inner.chars().any(char::is_lowercase)
        && inner.chars().all(|one| one.is_alphanumeric() || one == '.');
    snake || camel || word.ends_with("()")
}

fn follows(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    at > 0 && is_word(tokens.get(at - 1), words)
}

fn is_word(token: Option<&Token>, words: &[&str]) -> bool {
    matches!(token, Some(Token::Word(word)) if words.contains(&word.as_str()))
}

fn relation(tokens: &[Token], at: usize) -> Relation {
    if let Some(Token::Behind(relation)) = tokens.get(at + 1) {
        return *relation;
    }
    let mut back = at;
    let mut steps = 0;
    while back > 0 && steps < 7 {
        back -= 1;
        steps += 1;
        match tokens.get(back) {
            Some(Token::Word(word)) => match word.as_str() {
                "after" | "below" | "beneath" | "following" | "under" | "underneath" | "después" | "depois"
                | "après" | "nach" | "после" | "після" => {
                    return Relation::After;
                }
                "before" | "above" | "preceding" | "antes" | "avant" | "vor" | "перед" => return Relation::Before,
                "instead" => return Relation::Mention,
                "in" | "inside" | "within" | "into" | "to" | "of" | "en" | "dentro" | "dans" | "в" | "у" => {
                    return Relation::Within;
                }
                "replace" | "update" | "change" | "modify" | "rewrite" | "edit" | "extend" | "reemplazar"
                | "substituir" | "remplacer" | "замени" | "заменить" => {
                    return Relation::Replace;
                }
                other if FILLERS.contains(&other) || other.ends_with("ing") => {}
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
                tokens.extend(behind(rest).map(Token::Behind));
                continue;
            }
        }
        if character.is_alphanumeric() || character == '_' {
            let length = rest
                .find(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '.' | '(' | ')')))
                .unwrap_or(rest.len());
            let raw = rest.get(..length).unwrap_or_default();
            let word = raw.trim_end_matches('.').trim_end_matches(|one| one == ')' && !raw.contains("()"));
            let titled = word.starts_with(char::is_uppercase)
                && !word.ends_with(char::is_uppercase)
                && !VERBS.contains(&word.to_lowercase().as_str());
            tokens.push(Token::Word(if looks_like_a_name(word) || titled {
                word.to_owned()
            } else {
                word.to_lowercase()
            }));
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

/// "lines 12-40", "line 7", "L12", the last of them.
fn named_lines(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_lowercase();
    let (head, after) = lower.rsplit_once("lines ").or_else(|| lower.rsplit_once("line "))?;
    let from = head.rsplit(['\n', '.']).next().and_then(|sentence| sentence.rsplit_once("line ")).map(|(_, rest)| rest);
    let after = after.trim_start_matches(['~', '#', ' ']);
    let number = |text: &str| -> Option<usize> {
        text.get(..text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len()))?.parse().ok()
    };
    let first = number(after)?;
    let rest = after.trim_start_matches(|one: char| one.is_ascii_digit());
    let second = rest.strip_prefix(['-', '–', '—']).and_then(number);
    let earlier = from.and_then(number).unwrap_or(first);
    let last = second.unwrap_or(first);
    Some((earlier.min(first), last.max(earlier)))
}

/// Whether the line after a line end opens a paragraph, an item of a list or a heading.
fn starts_a_line_of_its_own(rest: &str) -> bool {
    let next = rest.trim_start_matches(['\n', ' ', '\r']);
    rest.starts_with("\n\n")
        || next.starts_with(['-', '*', '#', '>', '|'])
        || next.starts_with(|one: char| one.is_ascii_digit())
}
