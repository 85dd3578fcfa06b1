//! Notes what the words of a sentence do: replace, change, add, remove, and at which end.
//!
//! ```text
//! "Replace the body"          replaces
//! "Update `A` to"             changes, and states `A` anew: the clause ends with "to"
//! "Add it at the end of x"    adds, at the bottom, of x
//! "remove the check"          removes
//! ```

use std::collections::HashSet;

use super::places::relation_before_name;
use super::words::{
    NOUNS, Token, clause_of, follows_word, is_denied, is_word, looks_like_a_name, opens_sentence,
};
use super::{End, Mention, Prose, Relation, ends_clause, leads_to_code, phrases};

impl Prose {
    /// Notes a word, at a place in a sentence; `known` are names of the file, which count as such where they could be nouns.
    pub(super) fn word(
        &mut self,
        word: &str,
        tokens: &[Token],
        (at, sentence): (usize, usize),
        known: &HashSet<String>,
    ) {
        match word {
            "end" | "bottom" if !follows_word(tokens, at, &["front", "back"]) => {
                self.ends.push((sentence, End::Bottom));
                self.whole(tokens, at, sentence);
            }
            "append" => {
                self.appends.push(sentence);
                self.adds.push(sentence);
            }
            "top" | "beginning" | "start" if follows_word(tokens, at, &["the", "at"]) => {
                self.ends.push((sentence, End::Top));
                self.whole(tokens, at, sentence);
            }
            "replace" | "replaces" | "rewrite" | "overwrite" | "swap" => {
                self.replaces.push(sentence)
            }
            "update" | "change" | "modify" | "edit" | "adjust" => self.changes.push(sentence),
            "to" if self.changes.contains(&sentence) && ends_clause(tokens, at) => {
                self.restated.push(sentence)
            }
            "add" | "insert" | "create" | "new" | "extend" | "include" => self.adds.push(sentence),
            "remove" | "removes" | "removing" | "drop" => self.removes = true,
            // "A delete route" and "the `Drop` handler" are none.
            "delete" | "Delete" | "Drop"
                if at == 0 || matches!(tokens.get(at - 1), Some(Token::Stop | Token::Comma)) =>
            {
                self.removes = true;
            }
            "all" if follows_word(tokens, at, &["after"]) && !leads_to_code(tokens, at) => {
                self.groups.push(sentence)
            }
            // "Before the return" names a statement by its word.
            "return" if relation_before_name(tokens, at) == Relation::Before => {
                self.mentions.push(Mention {
                    name: word.to_owned(),
                    relation: Relation::Before,
                    sentence,
                    opens: false,
                    clause: clause_of(tokens, at),
                });
            }
            _ => {
                self.foreign(&word.to_lowercase(), sentence);
                if is_plain_name(word, tokens, at, known) && !is_denied(tokens, at) {
                    let relation = relation_before_name(tokens, at);
                    self.mentions.push(Mention {
                        name: word.trim_end_matches("()").to_owned(),
                        relation,
                        sentence,
                        opens: opens_sentence(tokens, at),
                        clause: clause_of(tokens, at),
                    });
                }
            }
        }
    }

    /// Keeps what "the end of …" speaks of.
    /// "At the end of the test": the test is what the end belongs to.
    fn whole(&mut self, tokens: &[Token], at: usize, sentence: usize) {
        if is_word(tokens.get(at + 1), &["of"]) {
            self.wholes
                .extend(phrases::read_noun_phrase(tokens, at + 2, sentence));
        }
    }

    /// Notes verbs of languages that don't part their words, or that are not English, by the stems
    /// that all their forms have.
    fn foreign(&mut self, word: &str, sentence: usize) {
        let holds = |words: &[&str]| words.iter().any(|one| word.contains(one));
        if holds(&["修改", "更新", "actualiz", "оновл", "обнов"]) {
            self.changes.push(sentence);
        }
        if holds(&[
            "替换",
            "改为",
            "改成",
            "重写",
            "reemplaza",
            "substitu",
            "remplace",
            "замін",
            "замен",
            "перепи",
        ]) {
            self.replaces.push(sentence);
        }
        if holds(&[
            "entfern", "lösche", "elimin", "quita", "supprim", "remov", "удал", "вида", "删除",
            "移除", "去掉", "削除",
        ]) {
            self.removes = true;
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
}

/// Returns whether a word without signs around it is a name: by its form, by a noun beside it ("the Lead class"), or as one of
/// the file's.
fn is_plain_name(word: &str, tokens: &[Token], at: usize, known: &HashSet<String>) -> bool {
    let noun = |at: Option<usize>| is_word(at.and_then(|at| tokens.get(at)), &NOUNS);
    let titled =
        word.starts_with(char::is_uppercase) && (noun(Some(at + 1)) || noun(at.checked_sub(1)));
    // "Lead" is the file's; "checks" is only where it belongs to something: "the checks of `GateResult`".
    let owned = is_word(tokens.get(at + 1), &["of"])
        || at > 0 && tokens.get(at - 1) == Some(&Token::Possessive);
    let names = known.contains(word) && (word.starts_with(char::is_uppercase) || owned);
    looks_like_a_name(word) || titled || names
}
