//! The conditions of the table: a few terms that a call's arguments meet or not.
//!
//! | term | met where |
//! |---|---|
//! | `run`, `run\|exec`, `db:*`, `*.sh` | the next positional argument is this word, one of these, or fits the pattern |
//! | `--fix`, `-w\|--write` | an argument is one of these options (also `--fix=…`); a letter inside of `-rw` counts where the row says `clusters` |
//! | `@-c` | one of these stands before the first positional argument |
//! | `!--check` | no argument is |
//! | `+`, `+2` | so many positional arguments follow those that were named |
//! | `=` | none follows |
//! | `^select\|insert` | an argument begins like this, letters' case aside; `+` stands for a blank |
//! | `~drop` | an argument holds this, letters' case aside |
//! | `!^…`, `!~…` | no argument does |
//!
//! `words` of options that take the next argument with them (`values` of a row) are no positional
//! arguments.

/// A condition on arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Condition {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Word(Vec<String>),
    Option {
        names: Vec<String>,
        present: bool,
    },
    Leading(Vec<String>),
    More(usize),
    End,
    Text {
        starts: bool,
        texts: Vec<String>,
        present: bool,
    },
}

/// Arguments, with those that are positional.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    all: &'a [String],
    positional: Vec<usize>,
    clusters: bool,
}

/// Where a condition was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Met {
    /// The last argument that a word of the condition named.
    pub(crate) last: Option<usize>,
    /// The number of positional arguments that were named.
    pub(crate) named: usize,
}

impl<'a> Arguments<'a> {
    /// Finds the positional ones; `values` are the options that take the next argument with them.
    pub(crate) fn new(all: &'a [String], values: &[String], clusters: bool) -> Self {
        let mut positional = Vec::new();
        let mut at = 0;
        let mut only_positional = false;
        while let Some(argument) = all.get(at) {
            if only_positional || !argument.starts_with('-') || argument == "-" {
                positional.push(at);
            } else if argument == "--" {
                only_positional = true;
            } else if values.contains(argument) {
                at += 1;
            }
            at += 1;
        }
        Arguments {
            all,
            positional,
            clusters,
        }
    }

    /// Returns the place of the positional argument with this number.
    pub(crate) fn positional(&self, number: usize) -> Option<usize> {
        self.positional.get(number).copied()
    }

    pub(crate) fn positionals(&self) -> impl Iterator<Item = usize> {
        self.positional.iter().copied()
    }

    /// Returns the value of an option, given as `--name value` or `--name=value`.
    pub(crate) fn value(&self, names: &[String]) -> Option<&'a str> {
        self.all.iter().enumerate().find_map(|(at, argument)| {
            if names.contains(argument) {
                return self.all.get(at + 1).map(String::as_str);
            }
            let (name, value) = argument.split_once('=')?;
            names.iter().any(|one| one == name).then_some(value)
        })
    }

    fn has(&self, name: &str) -> bool {
        let letter = name
            .strip_prefix('-')
            .filter(|rest| rest.len() == 1 && self.clusters);
        if name.contains('=') {
            return self.all.iter().any(|argument| argument == name);
        }
        self.all.iter().any(|argument| {
            let plain = argument
                .split_once('=')
                .map_or(argument.as_str(), |(option, _)| option);
            plain == name
                || letter.is_some_and(|letter| {
                    argument.strip_prefix('-').is_some_and(|letters| {
                        !letters.starts_with('-')
                            && letters.contains(letter)
                            && letters.chars().all(|one| one.is_ascii_alphanumeric())
                    })
                })
        })
    }
}

impl Condition {
    /// Reads a condition as the table has it.
    pub(crate) fn parse(written: &str) -> Self {
        let names = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<String>>();
        let lower = |text: &str| names(&text.to_lowercase());
        let terms = written.split_whitespace().map(|term| {
            let (present, bare) = term
                .strip_prefix('!')
                .map_or((true, term), |bare| (false, bare));
            if let Some(options) = bare.strip_prefix('@') {
                return Term::Leading(names(options));
            }
            if let Some(texts) = bare.strip_prefix('^') {
                return Term::Text {
                    starts: true,
                    texts: lower(texts),
                    present,
                };
            }
            if let Some(texts) = bare.strip_prefix('~') {
                return Term::Text {
                    starts: false,
                    texts: lower(texts),
                    present,
                };
            }
            match bare {
                "+" => Term::More(1),
                "=" => Term::End,
                _ if bare.starts_with('-') => Term::Option {
                    names: names(bare),
                    present,
                },
                _ => match bare.strip_prefix('+').and_then(|count| count.parse().ok()) {
                    Some(count) => Term::More(count),
                    None => Term::Word(names(bare)),
                },
            }
        });
        Condition {
            terms: terms.collect(),
        }
    }

    /// Tells where the condition is met; `None` where it is not.
    pub(crate) fn met(&self, arguments: &Arguments<'_>) -> Option<Met> {
        let mut met = Met {
            last: None,
            named: 0,
        };
        for term in &self.terms {
            let holds = match term {
                Term::Word(words) => {
                    let at = arguments.positional(met.named)?;
                    let value = arguments.all.get(at)?;
                    met = Met {
                        last: Some(at),
                        named: met.named + 1,
                    };
                    words.iter().any(|word| matches_pattern(word, value))
                }
                Term::Option { names, present } => {
                    names.iter().any(|name| arguments.has(name)) == *present
                }
                Term::Leading(names) => {
                    let end = arguments.positional(0).unwrap_or(arguments.all.len());
                    let leading = Arguments {
                        all: &arguments.all[..end],
                        positional: Vec::new(),
                        ..*arguments
                    };
                    names.iter().any(|name| leading.has(name))
                }
                Term::More(count) => arguments.positional.len() >= met.named + count,
                Term::End => arguments.positional.len() == met.named,
                Term::Text {
                    starts,
                    texts,
                    present,
                } => {
                    let found = arguments.all.iter().any(|argument| {
                        // Several blanks are one to a database; a blank at the end tells a whole word.
                        let ends = if argument.ends_with(' ') { " " } else { "" };
                        let words: Vec<&str> = argument.split_whitespace().collect();
                        let argument = words.join(" ").to_lowercase() + ends;
                        texts.iter().any(|text| {
                            let text = text.replace('+', " ");
                            if *starts {
                                argument.starts_with(&text)
                            } else {
                                argument.contains(&text)
                            }
                        })
                    });
                    found == *present
                }
            };
            if !holds {
                return None;
            }
        }
        Some(met)
    }
}

/// Compares with a word of the table: `*` at one of its ends stands for anything.
pub(crate) fn matches_pattern(pattern: &str, value: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => value.ends_with(end),
        (_, Some(start)) => value.starts_with(start),
        _ => pattern == value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(condition: &str, arguments: &str) -> Option<(Option<usize>, usize)> {
        let all: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        let values = ["--prefix".to_owned(), "-C".to_owned()];
        let met = Condition::parse(condition).met(&Arguments::new(&all, &values, true))?;
        Some((met.last, met.named))
    }

    #[test]
    fn conditions_are_met_by_words_and_options() {
        let cases = [
            ("run", "run build", Some((Some(0), 1))),
            ("run", "--prefix web run build", Some((Some(2), 1))),
            ("run +", "run", None),
            ("install =", "install -D", Some((Some(0), 1))),
            ("install =", "install x", None),
            ("check|format --fix", "check . --fix", Some((Some(0), 1))),
            ("check !--fix", "check . --fix", None),
            ("-c", "-rc x", Some((None, 0))),
            ("--fix", "--fix=all", Some((None, 0))),
            ("*.sh", "scripts/a.sh", Some((Some(0), 1))),
            ("@-c", "-c x", Some((None, 0))),
            ("@-c", "x -c y", None),
            ("+2", "run -- a b", Some((None, 0))),
        ];
        for (condition, arguments, met) in cases {
            assert_eq!(
                meets(condition, arguments),
                met,
                "{condition} on {arguments}"
            );
        }
    }
}
