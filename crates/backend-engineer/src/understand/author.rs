//! Commands that change to the folder of the plan's author: taken back to this repository where that is clear.

use std::path::Path;

/// `script` with absolute paths of the author's machine made relative to this repository, or `None` where one of them
/// can't be told. A path is told by the repository's own name in it, or by its last folders standing here.
pub(crate) fn without_author(script: &str, root: &Path) -> Option<String> {
    let name = root.file_name()?.to_string_lossy().into_owned();
    let mut out = String::new();
    let mut rest = script;
    while let Some(at) = next_absolute(rest) {
        out.push_str(&rest[..at]);
        let end = rest[at..]
            .find([' ', '\t', '\n', ';', '&', '|', '"', '\'', ')'])
            .map_or(rest.len(), |end| at + end);
        out.push_str(&path_in_repository(&rest[at..end], root, &name)?);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Some(out)
}

/// Where the next path of somebody's home begins.
fn next_absolute(text: &str) -> Option<usize> {
    const HOMES: [&str; 7] = [
        "/Users/",
        "/home/",
        "~/",
        "/workspace/",
        "/workspaces/",
        "/root/",
        "/mnt/",
    ];
    let starts_word =
        |at: usize| at == 0 || text[..at].ends_with([' ', '\t', '\n', '"', '\'', '=', '(']);
    HOMES
        .iter()
        .flat_map(|home| text.match_indices(home))
        .map(|(at, _)| at)
        .filter(|at| starts_word(*at))
        .min()
}

fn path_in_repository(path: &str, root: &Path, name: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let inside = match parts.iter().rposition(|part| *part == name) {
        Some(at) => parts[at + 1..].join("/"),
        None => {
            let standing = |from: &usize| root.join(parts[*from..].join("/")).exists();
            let from = (1..parts.len()).find(standing)?;
            parts[from..].join("/")
        }
    };
    let absolute = if inside.is_empty() {
        root.to_owned()
    } else {
        root.join(&inside)
    };
    absolute
        .exists()
        .then(|| absolute.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authors_folder_becomes_this_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shop");
        std::fs::create_dir_all(root.join("backend")).unwrap();
        let backend = root.join("backend").display().to_string();
        let told = |script: &str| without_author(script, &root);
        assert_eq!(
            told("cd /Users/ana/code/shop/backend && pytest").unwrap(),
            format!("cd {backend} && pytest")
        );
        assert_eq!(
            told("cd /home/ana/work/backend && pytest").unwrap(),
            format!("cd {backend} && pytest")
        );
        assert_eq!(
            told("cd ~/shop && pytest").unwrap(),
            format!("cd {} && pytest", root.display())
        );
        assert_eq!(told("cd /Users/ana/other && pytest"), None);
        assert_eq!(told("pytest -q").unwrap(), "pytest -q");
    }
}
