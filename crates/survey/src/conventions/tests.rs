//! Where tests lie.

use std::collections::BTreeMap;

use super::{Convention, Ground, Hit, Topic, best};
use crate::documents::{folder_of, name_of};

pub(super) fn read(ground: &Ground<'_>) -> Vec<Convention> {
    let mut places: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    let mut all = 0;
    for (file, found) in ground.sources.files.iter().enumerate().filter(|(_, file)| file.is_test) {
        let name = name_of(&found.path);
        let is_aside = name == "__init__.py"
            || name.starts_with("conftest")
            || name.contains("setup")
            || !is_test_file(name, &found.text);
        if is_aside {
            continue;
        }
        all += 1;
        places.entry(place(&found.path)).or_default().push(Hit { file, line: 1, start: 0 });
    }
    let mut places: Vec<_> = places
        .into_iter()
        .map(|(what, hits)| {
            let folder = |hit: &Hit| folder_of(&ground.sources.files[hit.file].path);
            let first = hits.first().map_or("", folder);
            let is_one = what.starts_with("in a folder") && hits.iter().all(|hit| folder(hit) == first);
            (if is_one { format!("in `{first}/`") } else { what }, hits)
        })
        .collect();
    places.sort_by_key(|(what, hits)| (std::cmp::Reverse(hits.len()), what.clone()));
    let convention = |(what, hits): (String, Vec<Hit>)| Convention {
        topic: Topic::TestPlaces,
        layer: None,
        what,
        count: hits.len(),
        of: Some(all),
        examples: best(ground, &hits),
    };
    places.into_iter().take(4).map(convention).collect()
}

fn is_test_file(name: &str, text: &str) -> bool {
    name.contains("test") || name.contains("spec") || text.contains("test(") || text.contains("describe(")
}

fn place(path: &str) -> String {
    let folders: Vec<&str> = folder_of(path).split('/').collect();
    let is_tests = |folder: &&str| matches!(*folder, "tests" | "test" | "__tests__" | "spec" | "e2e" | "cypress");
    match folders.iter().position(&is_tests) {
        // `tests/` of the whole, below which the code's folders may stand again.
        Some(0) => format!("in `{}/`", folders[0]),
        Some(_) if folders.last().is_some_and(is_tests) => {
            format!("in a folder `{}/` of each part", folders.last().unwrap_or(&""))
        }
        Some(at) => format!("in `{}/`", folders.get(..=at).unwrap_or_default().join("/")),
        None => "beside the code".to_owned(),
    }
}
