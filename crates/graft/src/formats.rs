//! Files that are data or documents rather than code: one file a format, each proven by its own rules.
//!
//! ```text
//! check the file  →  place the block  →  check the result  →  place the block again: nothing may be left to do
//! ```
//!
//! A file that does not parse as it stands is refused: nobody can say what an edit of it does.

mod wording;

mod anchors;

mod list;

mod data;

mod json;

mod toml;

mod yaml;

mod env;

mod ignore;

mod requirements;

mod dockerfile;

mod schema;

mod template;

mod markdown;

use crate::fuzzy;
use crate::prose::Prose;
use crate::splice::{edits_between, refuse_graft};
use crate::{Applied, Context, Edit, File, Graft, Reason, Snippet};

use data::Syntax;
use wording::Wording;

/// The input of a format: all texts with `\n` line ends and without a byte order mark.
#[derive(Debug, Clone, Copy)]
struct Request<'a> {
    path: &'a str,
    text: &'a str,
    snippet: &'a str,
    wording: &'a Wording<'a>,
}

/// Places a request's block.
type ApplyFn = fn(&Request<'_>) -> Graft;
/// Returns an error where a text is not well formed.
type CheckFn = fn(&str) -> Result<(), String>;

/// The way in which a format's snippets are placed.
#[derive(Clone, Copy)]
enum Format {
    /// Values by key, which one engine merges.
    Data(&'static Syntax),
    /// A way of its own to place the snippet by a splice of the request's text, and whether a text is well formed.
    Own(ApplyFn, CheckFn),
}

impl Format {
    /// Places a block in the way of the format.
    fn apply_request(self, request: &Request<'_>) -> Graft {
        match self {
            Format::Data(syntax) => data::apply_to_data(request, syntax),
            Format::Own(place, _) => place(request),
        }
    }

    /// Returns an error where a text is not well formed by the format; some formats have no check.
    fn check(self, text: &str) -> Result<(), String> {
        match self {
            Format::Data(syntax) => data::check_data_syntax(text, syntax),
            Format::Own(_, check) => check(text),
        }
    }
}

/// Counts the entries of a file of data that bear the name which `written` means: `praw` of `praw==7.7.1`, `@nestjs/cache` of
/// `"@nestjs/cache": "^1"`. Keys count at any depth, and in lists the packages and variables that their texts name. None where
/// the file is no data, or is none of its format.
///
/// ```
/// assert_eq!(graft::count_entries("pyproject.toml", "dependencies = [\"praw>=7\", \"httpx\"]", "praw==7.7.1"), Some(1));
/// ```
pub fn count_entries(path: &str, text: &str, written: &str) -> Option<usize> {
    let Format::Data(syntax) = format_of(path) else {
        return None;
    };
    let name = entry_name(written);
    let even = data::parse_package(name).map_or_else(String::new, |(package, _)| package);
    let found = data::list_entries(&normalize_line_ends(text), syntax)?;
    Some(
        found
            .iter()
            .filter(|entry| !name.is_empty() && (entry.as_str() == name || **entry == even))
            .count(),
    )
}

/// Returns the name that an entry of data bears, as words write it: up to the sign that ends a key or a package.
///
/// `"@nestjs/cache": "^1"` -> `@nestjs/cache`, `praw==7.7.1` -> `praw`. A sign at the very front
/// belongs to the name.
pub fn entry_name(written: &str) -> &str {
    let bare = written.trim().trim_matches(['"', '\'']);
    let is_part = |letter: char| letter.is_alphanumeric() || "-_./".contains(letter);
    let end = bare
        .char_indices()
        .find(|(at, letter)| *at > 0 && !is_part(*letter));
    end.map_or(bare, |(end, _)| &bare[..end])
}

/// Puts the snippet into a file of one of the formats, chosen by the path; anything else by exact anchors.
pub(crate) fn apply_by_format(
    file: File<'_>,
    snippet: Snippet<'_>,
    context: &Context<'_>,
) -> Graft {
    let Some(original) = file.text else {
        return refuse_graft(Reason::Missing, format!("{} is not there", file.path));
    };
    let (text, block) = (
        normalize_line_ends(original),
        normalize_line_ends(snippet.text),
    );
    let block = block.trim_matches('\n');
    let format = format_of(file.path);
    if speaks_another(snippet.language, file.path) {
        let message = format!(
            "the block is {}, not content of {}",
            snippet.language, file.path
        );
        return refuse_graft(Reason::Unclear, message);
    }
    if let Err(error) = format.check(&text) {
        return refuse_graft(
            Reason::Syntax,
            format!("{} doesn't parse as it stands: {error}", file.path),
        );
    }
    let wording = Wording::new(context.prose);
    let request = Request {
        path: file.path,
        text: &text,
        snippet: block,
        wording: &wording,
    };
    match format.apply_request(&request) {
        // "Replace the unknowns with:" over lines of which the first few stand: what is meant was not found.
        // Data is merged by its keys, so that adding there is no sign of a miss.
        Graft::Applied(applied)
            if !matches!(format, Format::Data(_)) && only_adds(&text, &applied, context) =>
        {
            let message = "the block is to replace something, what it replaces was not found, and it would only be added";
            refuse_graft(Reason::NotFound, message)
        }
        Graft::Applied(applied) => match check_format_result(format, &request, &applied.text) {
            Ok(()) => in_original(original, &text, applied),
            Err(refusal) => refusal,
        },
        answer => answer,
    }
}

/// Returns whether words that replace something took nothing away.
fn only_adds(text: &str, applied: &Applied, context: &Context<'_>) -> bool {
    let kept = |edit: &Edit| {
        text.get(edit.old.clone())
            .is_none_or(|old| old.trim().is_empty())
    };
    Prose::read(context.prose).takes_away() && applied.edits.iter().all(kept)
}

/// Returns a text with `\n` line ends and without a byte order mark.
fn normalize_line_ends(text: &str) -> String {
    text.strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n")
}

/// Returns the format of a file by its name; the last one takes whatever is left.
fn format_of(path: &str) -> Format {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let unchecked: CheckFn = |_| Ok(());
    match ending {
        // Names before endings: `.env.json` is a list of variables, and `Dockerfile.dev` has no
        // ending of its own.
        _ if name == ".env" || name.starts_with(".env.") || ending == "env" => {
            Format::Data(&env::SYNTAX)
        }
        _ if name.starts_with("dockerfile")
            || ending == "dockerfile"
            || name == "containerfile" =>
        {
            Format::Own(dockerfile::apply_to_dockerfile, unchecked)
        }
        "txt" | "in" if name.contains("requirements") || name.contains("constraints") => {
            Format::Data(&requirements::SYNTAX)
        }
        _ if name.starts_with('.') && name.ends_with("ignore") => Format::Data(&ignore::SYNTAX),
        "json" | "jsonc" | "json5" | "webmanifest" => Format::Data(&json::SYNTAX),
        _ if name == ".prettierrc" || name == ".babelrc" || name == ".eslintrc" => {
            Format::Data(&json::SYNTAX)
        }
        "toml" => Format::Data(&toml::SYNTAX),
        "yml" | "yaml" => Format::Data(&yaml::SYNTAX),
        "prisma" => Format::Own(schema::apply_to_prisma, schema::check_prisma),
        "graphql" | "gql" | "graphqls" => {
            Format::Own(schema::apply_to_graphql, schema::check_graphql)
        }
        "sql" => Format::Own(apply_to_sql, unchecked),
        "html" | "htm" | "jinja" | "jinja2" | "j2" | "njk" | "twig" => {
            Format::Own(template::apply_to_template, template::check_template_blocks)
        }
        "md" | "markdown" | "mdx" => Format::Own(markdown::apply_to_markdown, unchecked),
        _ => Format::Own(anchors::apply_by_anchors, unchecked),
    }
}

/// Returns whether the fence names a language that a file of this name can't hold.
///
/// An unknown language, as none, is no contradiction. A known language in a file of unknown ending
/// is one for plain lists only.
///
/// `python` for `a.toml` and `json` for `.env` -> true; `js` for `a.json` and `bash` for any file
/// -> false.
fn speaks_another(language: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let kin: [&[&str]; 9] = [
        &["json", "jsonc", "json5", "js", "javascript"],
        &["yaml", "yml"],
        &["toml"],
        &["prisma"],
        &["graphql", "gql", "graphqls"],
        &["sql"],
        &[
            "html", "jinja", "jinja2", "htm", "j2", "njk", "twig", "django",
        ],
        &["markdown", "md", "mdx"],
        &[
            "python",
            "py",
            "typescript",
            "ts",
            "tsx",
            "jsx",
            "go",
            "rust",
            "java",
            "css",
        ],
    ];
    let language = language.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let of = |word: &str| kin.iter().position(|kin| kin.contains(&word));
    // The last row is languages that are no format of this module: no file here is of that kind.
    let known = of(ending).filter(|&kind| kind < kin.len() - 1);
    let plain_list = name.starts_with(".env")
        || name.ends_with("ignore")
        || ending == "txt"
        || name.starts_with("dockerfile");
    match (of(&language), known) {
        (Some(shown), Some(own)) => shown != own,
        (Some(_), None) => plain_list,
        (None, _) => false,
    }
}

/// Places no snippet in a migration: one that stands is history, and only new files are added.
fn apply_to_sql(request: &Request<'_>) -> Graft {
    let lines = |text: &str| {
        let kept: Vec<String> = text
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        kept.join("\n")
    };
    if lines(request.text).contains(&lines(request.snippet)) {
        return Graft::AlreadyApplied;
    }
    refuse_graft(
        Reason::Exists,
        format!(
            "{} stands, and SQL that may have run is never edited: give the change a file of its own",
            request.path
        ),
    )
}

/// Refuses a result that is not well formed, that holds an elision of the snippet, or in which
/// something is left to be done.
fn check_format_result(format: Format, request: &Request<'_>, result: &str) -> Result<(), Graft> {
    if let Err(error) = format.check(result) {
        return Err(refuse_graft(
            Reason::Unproven,
            format!("the result would not parse: {error}"),
        ));
    }
    // An elision in the result is a part of the file that the block would have cut out.
    let elisions = |text: &str| {
        text.lines()
            .filter(|line| wording::is_elision_line(line))
            .count()
    };
    if elisions(result) > elisions(request.text) {
        return Err(refuse_graft(
            Reason::Unproven,
            "the result would hold a marker of the block",
        ));
    }
    match format.apply_request(&Request {
        text: result,
        ..*request
    }) {
        Graft::AlreadyApplied => Ok(()),
        Graft::Applied(_) => Err(refuse_graft(
            Reason::Unproven,
            "placing the block again would change its own result",
        )),
        Graft::Refused(refusal) => Err(refuse_graft(
            Reason::Unproven,
            format!("the result would not be known again: {}", refusal.message),
        )),
    }
}

/// Carries the changed lines over to the file as it is on disk, with its line ends and its byte order mark.
fn in_original(original: &str, text: &str, applied: Applied) -> Graft {
    if original == text {
        return Graft::Applied(applied);
    }
    // Offsets are of the normal text; the original has a mark before it, and its lines end with one
    // byte more.
    let end = fuzzy::line_end(original);
    let mark = original.len() - original.strip_prefix('\u{feff}').unwrap_or(original).len();
    let mut starts = vec![mark];
    starts.extend(original.match_indices('\n').map(|(at, _)| at + 1));
    let offset = |at: usize| {
        let before = &text[..at];
        let line = before.matches('\n').count();
        let column = at - before.rfind('\n').map_or(0, |newline| newline + 1);
        starts
            .get(line)
            .map_or(original.len(), |start| start + column)
            .min(original.len())
    };
    let mut edits = Vec::new();
    let mut out = String::with_capacity(original.len() + 256);
    let mut from = 0;
    for edit in edits_between(text, &applied.text) {
        let old = offset(edit.old.start)..if edit.old.end == text.len() {
            original.len()
        } else {
            offset(edit.old.end)
        };
        let new = if end == "\n" {
            edit.new
        } else {
            edit.new.replace('\n', end)
        };
        out.push_str(&original[from..old.start]);
        out.push_str(&new);
        from = old.end;
        edits.push(Edit { old, new });
    }
    out.push_str(&original[from..]);
    Graft::Applied(Applied {
        text: out,
        edits,
        evidence: applied.evidence,
    })
}
