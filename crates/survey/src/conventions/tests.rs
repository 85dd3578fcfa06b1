//! Where tests lie.
//!
//! ```text
//! tests/orders.py                   in `tests/`
//! src/orders/__tests__/a.test.ts    in a folder `__tests__/` of each part
//! src/orders/orders.test.ts         beside the code
//! ```

use std::collections::BTreeMap;

use code::paths;

use super::{Convention, ConventionContext, Hit, Topic, best_examples};
use crate::documents::{folder_of, name_of};

/// Returns the places of tests by how many lie there, four at most: a project with more has no habit.
pub(super) fn read_test_locations(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let mut places: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    let mut all = 0;
    for (file, found) in ground
        .sources
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.is_test)
    {
        // Set-ups, fixtures and the like lie beside tests and follow another rule.
        let is_aside = !paths::holds_tests(&found.path) && !found.text.contains("describe(");
        if is_aside {
            continue;
        }
        all += 1;
        places
            .entry(location_of_test(&found.path))
            .or_default()
            .push(Hit {
                file,
                line: 1,
                start: 0,
            });
    }
    let mut places: Vec<_> = places
        .into_iter()
        .map(|(what, hits)| {
            // The same folder each time is named by its path instead of "of each part".
            let folder = |hit: &Hit| folder_of(&ground.sources.files[hit.file].path);
            let first = hits.first().map_or("", folder);
            let is_one =
                what.starts_with("in a folder") && hits.iter().all(|hit| folder(hit) == first);
            (
                if is_one {
                    format!("in `{first}/`")
                } else {
                    what
                },
                hits,
            )
        })
        .collect();
    places.sort_by_key(|(what, hits)| (std::cmp::Reverse(hits.len()), what.clone()));
    let convention = |(what, hits): (String, Vec<Hit>)| Convention {
        topic: Topic::TestPlaces,
        layer: None,
        what,
        count: hits.len(),
        of: Some(all),
        examples: best_examples(ground, &hits),
    };
    places.into_iter().take(4).map(convention).collect()
}

/// Returns where a test lies, in words; the folder of tests is found by `code::paths`.
fn location_of_test(path: &str) -> String {
    match paths::test_folder(path) {
        // `tests/` of the whole, below which the code's folders may stand again.
        Some(home) if !home.contains('/') => format!("in `{home}/`"),
        Some(home) if home == folder_of(path) => {
            format!("in a folder `{}/` of each part", name_of(home))
        }
        Some(home) => format!("in `{home}/`"),
        None => "beside the code".to_owned(),
    }
}
