//! Narrows a command that runs tests to some of their files: "pytest -q" and `tests/test_cart.py` make
//! "pytest -q tests/test_cart.py".

use code::paths::belongs_to_tests;

use crate::check::{self, Request, files_of_test};
use crate::unit_work::UnitWork;

/// Returns the form of a command that runs some files of its tests, by their paths from the root; none where it has no such
/// form.
pub(super) fn narrow_to_files(
    work: &UnitWork<'_>,
    request: &Request,
    files: &[String],
) -> Option<Request> {
    let Request { script, folder, .. } = request;
    let paths: Vec<&str> = files.iter().map(String::as_str).collect();
    let commands = work.survey.code.commands();
    let kept = commands.iter().find(|command| {
        command.script == *script && command.folder == folder.trim_end_matches('/')
    });
    let script = kept
        .and_then(|command| command.for_files(&paths))
        .or_else(|| by_its_call(work, request, &paths))?;
    Some(Request {
        script,
        ..request.clone()
    })
}

/// Returns the same from the one call that the command is.
fn by_its_call(work: &UnitWork<'_>, request: &Request, files: &[&str]) -> Option<String> {
    let folder = request.folder.trim_end_matches('/');
    let reading = check::read_command(work, &request.script, folder);
    let (calls, outer) = (reading.calls(), reading.outer_calls());
    let ([call], [written]) = (calls.as_slice(), outer.as_slice()) else {
        return None;
    };
    if call != written || call.runner().is_none() || call.folder.is_some() {
        return None;
    }
    let form = call.for_one_file()?;
    let inside = |file: &&str| match folder {
        "" => Some((*file).to_owned()),
        folder => file
            .strip_prefix(folder)?
            .strip_prefix('/')
            .map(str::to_owned),
    };
    let paths: Vec<String> = files.iter().map(inside).collect::<Option<_>>()?;
    let modules: Vec<String> = paths
        .iter()
        .map(|path| path.trim_end_matches(".py").replace('/', "."))
        .collect();
    let quoted: Vec<String> = paths
        .iter()
        .map(|path| shell::quote(path).to_string())
        .collect();
    let filled = form
        .replace("{file}", &quoted.join(" "))
        .replace("{module}", &modules.join(" "));
    Some(
        format!("{} {filled}", call.prefix.join(" "))
            .trim()
            .to_owned(),
    )
}

/// Returns the file of the tree that a test stands in.
pub(super) fn file_of_test(work: &UnitWork<'_>, test: &str, folder: &str) -> Option<String> {
    let named = files_of_test(test)
        .into_iter()
        .map(|path| join_path(folder, &path));
    named
        .into_iter()
        .find(|path| work.run.files.path_exists(path) && belongs_to_tests(path))
}

/// Returns the path from the root of one from a folder.
pub(super) fn join_path(folder: &str, path: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}
