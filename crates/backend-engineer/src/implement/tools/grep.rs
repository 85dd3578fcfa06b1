//! `Grep`: ripgrep's own libraries over the files of the repository, with what is staged laid over them.
//!
//! A call: pattern, glob and type are compiled, and a wrong one is told with its reason → files
//! that git would not ignore, with what is staged in their place → hits in the form that is asked
//! for → the part from `offset`, at most `head_limit` lines, with a word on what is left.

use agent::{Tool, ToolError, ToolOutput};
use globset::GlobMatcher;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkMatch};
use ignore::types::{Types, TypesBuilder};
use llm::{LocalFuture, ToolSpec};
use serde_json::{Value, json};

use super::input::{Parameter, input};
use super::tool_context::{ToolEffects, cut_text, tool_with_context};
use super::walk::{Entry, WalkRoot, newest_first, run_blocking};

/// The form in which hits are shown: paths, lines, or numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OutputMode {
    /// The files that have any.
    #[default]
    FilesWithMatches,
    /// The lines.
    Content,
    /// The number of hits in each file.
    Count,
}

impl Parameter for OutputMode {
    fn schema() -> Value {
        json!({ "type": "string", "enum": ["files_with_matches", "content", "count"] })
    }
}

input! {
    /// Searches file contents with a regular expression (ripgrep). What git ignores is left out.
    "Grep" GrepInput {
        "pattern" pattern: String,
        /// File or folder [the root]
        "path" path: Option<String>,
        /// Such as *.{ts,tsx}
        "glob" glob: Option<String>,
        /// Such as py, ts
        "type" kind: Option<String>,
        /// [files_with_matches]
        "output_mode" output_mode: Option<OutputMode>,
        "-A" after: Option<u64>,
        "-B" before: Option<u64>,
        "-C" around: Option<u64>,
        /// Line numbers [true]
        "-n" numbers: Option<bool>,
        /// Ignore case
        "-i" ignore_case: Option<bool>,
        /// Matching parts only
        "-o" only_matching: Option<bool>,
        /// Match across lines
        "multiline" multiline: Option<bool>,
        /// Lines or files shown [100]; 0 is all
        "head_limit" head_limit: Option<u64>,
        /// Lines or files skipped
        "offset" offset: Option<u64>,
    }
}

/// Lines or files that are shown unless told otherwise.
/// A model narrows the search, or pages on, for less than reading what it doesn't need.
const LINES: usize = 100;

/// The most bytes that are shown.
const BYTES: usize = 30_000;

/// The most bytes of one line that are shown.
/// A minified file is one line.
const LINE: usize = 500;

/// Lines that are looked for in all, so that a pattern which fits everything comes to an end.
/// Beyond it the count in "N more lines" is too low, which no model needs exactly.
const GATHERED: usize = 50_000;

tool_with_context!(Grep, GrepInput);

impl Tool for Grep<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        true
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = GrepInput::read(arguments)?;
            let search = Search::from_input(&input)?;
            let place = self
                .context
                .work()
                .await
                .resolve_walk_root(input.path.as_deref())?;
            let found = run_blocking(move || search.search_files(&place)).await?;
            Ok(self
                .context
                .work()
                .await
                .output(&found, &ToolEffects::default()))
        })
    }

    fn restore(&self, _: &Value) -> Result<(), ToolError> {
        Ok(())
    }
}

/// A search that is understood.
struct Search {
    matcher: RegexMatcher,
    searcher: Searcher,
    types: Option<Types>,
    glob: Option<GlobMatcher>,
    mode: OutputMode,
    numbers: bool,
    only_matching: bool,
    skip: usize,
    limit: usize,
}

/// Compiles what a call asks for. Fails with words for the model: the last line of the library's
/// error, and that signs of a pattern need a backslash, the usual mistake.
impl Search {
    fn from_input(input: &GrepInput) -> Result<Self, ToolError> {
        let wrong = |what: &str, error: String| {
            let error = error.lines().last().unwrap_or_default().to_owned();
            ToolError::Tell(format!(
                "`{what}`: {error}. Literal {{, (, [, . and \\ need a backslash."
            ))
        };
        let across = input.multiline.unwrap_or(false);
        let mut builder = RegexMatcherBuilder::new();
        builder
            .case_insensitive(input.ignore_case.unwrap_or(false))
            .multi_line(true)
            .dot_matches_new_line(across);
        // With a line terminator ripgrep searches whole blocks; across lines it can't.
        if !across {
            builder.line_terminator(Some(b'\n'));
        }
        let matcher = builder
            .build(&input.pattern)
            .map_err(|error| wrong(&input.pattern, error.to_string()))?;
        let number = |wanted: Option<u64>| {
            wanted.map(|wanted| usize::try_from(wanted).unwrap_or(usize::MAX))
        };
        let mode = input.output_mode.unwrap_or_default();
        let around = number(input.around).unwrap_or(0);
        let shows = mode == OutputMode::Content;
        let searcher = SearcherBuilder::new()
            .binary_detection(BinaryDetection::quit(0))
            // Line numbers are always counted; whether they are shown is decided when a hit is
            // written.
            .line_number(true)
            .multi_line(across)
            // Surroundings would be counted as hits in the other modes.
            .before_context(if shows {
                number(input.before).unwrap_or(around)
            } else {
                0
            })
            .after_context(if shows {
                number(input.after).unwrap_or(around)
            } else {
                0
            })
            .build();
        let glob = input.glob.as_deref().map(compile_glob).transpose()?;
        let types = input.kind.as_deref().map(select_file_types).transpose()?;
        Ok(Search {
            matcher,
            searcher,
            types,
            glob,
            mode,
            numbers: input.numbers.unwrap_or(true),
            only_matching: input.only_matching.unwrap_or(false),
            skip: number(input.offset).unwrap_or(0),
            limit: number(input.head_limit).unwrap_or(LINES),
        })
    }

    /// Searches the files of a place and returns the text for the model.
    fn search_files(mut self, place: &WalkRoot) -> String {
        let mut entries = place.files(self.types.as_ref());
        if let Some(glob) = &self.glob {
            entries.retain(|entry| {
                glob.is_match(&entry.path)
                    // `*.py` means files anywhere; `app/*.py` is a path.
                    || entry
                        .path
                        .rsplit('/')
                        .next()
                        .is_some_and(|name| glob.is_match(name))
            });
        }
        // Files alone come with the newest first, which are likely what the model works on; lines
        // in the order of paths, so that a page goes on where the last one ended.
        newest_first(&mut entries);
        if self.mode != OutputMode::FilesWithMatches {
            entries.sort_by(|one, other| one.path.cmp(&other.path));
        }
        let mut lines = Vec::new();
        for entry in &entries {
            if lines.len() >= GATHERED {
                break;
            }
            self.search(place, entry, &mut lines);
        }
        self.format_hits(&lines)
    }

    /// Searches one file: the staged text where it has one, else that on disk.
    fn search(&mut self, place: &WalkRoot, entry: &Entry, lines: &mut Vec<String>) {
        let mut hits = Hits {
            search: self.settings(),
            path: &entry.path,
            lines,
            count: 0,
        };
        // A file that can't be read has nothing to show; ripgrep goes on too.
        let _ = match &entry.staged {
            Some(bytes) => self.searcher.search_slice(&self.matcher, bytes, &mut hits),
            None => {
                self.searcher
                    .search_path(&self.matcher, place.root.join(&entry.path), &mut hits)
            }
        };
        let count = hits.count;
        // Lines were added by the sink as they were found.
        match self.mode {
            OutputMode::FilesWithMatches if count > 0 => lines.push(entry.path.clone()),
            OutputMode::Count if count > 0 => lines.push(format!("{}:{count}", entry.path)),
            _ => {}
        }
    }

    fn settings(&self) -> OutputOptions {
        OutputOptions {
            mode: self.mode,
            numbers: self.numbers,
            parts: self.only_matching.then(|| self.matcher.clone()),
        }
    }

    /// Returns the part of the hits that is asked for, and a word on the rest.
    ///
    /// Cut at whole lines; an offset beyond the end is told, since an empty page would mean no
    /// hits.
    fn format_hits(&self, lines: &[String]) -> String {
        if lines.is_empty() {
            return "Nothing found.".to_owned();
        }
        let limit = if self.limit == 0 {
            usize::MAX
        } else {
            self.limit
        };
        let mut text = String::new();
        let mut count = 0;
        for line in lines.iter().skip(self.skip).take(limit) {
            if text.len() + line.len() > BYTES {
                break;
            }
            text.push_str(line);
            text.push('\n');
            count += 1;
        }
        let left = lines.len().saturating_sub(self.skip + count);
        if count == 0 {
            return format!(
                "Nothing at offset {}: there are {} in all.",
                self.skip,
                lines.len()
            );
        }
        if left > 0 {
            let what = if self.mode == OutputMode::Content {
                "lines"
            } else {
                "files"
            };
            text.push_str(&format!(
                "[{left} more {what}; narrow the search, or go on with offset {}]\n",
                self.skip + count
            ));
        }
        text
    }
}

/// Options for writing hits.
struct OutputOptions {
    mode: OutputMode,
    numbers: bool,
    /// Finds the parts that alone are shown.
    parts: Option<RegexMatcher>,
}

/// Gathers the hits of one file.
struct Hits<'a> {
    search: OutputOptions,
    path: &'a str,
    lines: &'a mut Vec<String>,
    count: usize,
}

impl Hits<'_> {
    /// Adds a line as ripgrep prints it: `path:12:text` for a hit, `path-12-text` beside one.
    fn push_line(&mut self, number: Option<u64>, sign: char, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let number = number
            .filter(|_| self.search.numbers)
            .map(|number| format!("{number}{sign}"))
            .unwrap_or_default();
        self.lines.push(format!(
            "{}{sign}{number}{}",
            self.path,
            cut_text(text.trim_end_matches(['\n', '\r']), LINE)
        ));
    }
}

impl Sink for Hits<'_> {
    type Error = std::io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, std::io::Error> {
        // One hit is enough to name the file; the search of it ends.
        self.count += 1;
        match self.search.mode {
            OutputMode::FilesWithMatches => return Ok(false),
            OutputMode::Count => return Ok(true),
            OutputMode::Content => {}
        }
        let first = found.line_number();
        // Taken out for the time, as the lines are added to the same struct.
        if let Some(matcher) = self.search.parts.take() {
            let mut parts = Vec::new();
            let gather = |part: grep_matcher::Match| {
                parts.push(found.bytes()[part].to_vec());
                true
            };
            let _ = grep_matcher::Matcher::find_iter(&matcher, found.bytes(), gather);
            parts
                .iter()
                .for_each(|part| self.push_line(first, ':', part));
            self.search.parts = Some(matcher);
        } else {
            for (index, line) in (0..).zip(found.lines()) {
                self.push_line(first.map(|first| first + index), ':', line);
            }
        }
        Ok(self.lines.len() < GATHERED)
    }

    fn context(&mut self, _: &Searcher, found: &SinkContext<'_>) -> Result<bool, std::io::Error> {
        self.push_line(found.line_number(), '-', found.bytes());
        Ok(true)
    }

    fn context_break(&mut self, _: &Searcher) -> Result<bool, std::io::Error> {
        self.lines.push("--".to_owned());
        Ok(true)
    }
}

/// Compiles a glob. Without a slash `*` also fits one, so that `*.py` fits in every folder.
fn compile_glob(pattern: &str) -> Result<GlobMatcher, ToolError> {
    let built = globset::GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(pattern.contains('/'))
        .build();
    let built = built
        .map_err(|error| ToolError::Tell(format!("`{pattern}` is no glob: {}.", error.kind())))?;
    Ok(built.compile_matcher())
}

/// Returns the file types that a name of ripgrep's selects (`py`, `ts`), or what to write instead.
fn select_file_types(name: &str) -> Result<Types, ToolError> {
    let mut builder = TypesBuilder::new();
    builder.add_defaults().select(name);
    builder.build().map_err(|_| {
        ToolError::Tell(format!(
            "there is no file type `{name}`; use glob, such as \"*.{name}\"."
        ))
    })
}
