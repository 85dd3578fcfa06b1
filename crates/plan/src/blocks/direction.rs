//! Words behind a block that say where it goes: "Place it inside the `try` block, after `connect()`."

use crate::changes::Asking;
use crate::inline::one_line;
use crate::rows::{Row, RowKind};
use crate::vocabulary::{Use, entry_at_start};

/// Returns the paragraph right behind a block, within its step, where it says where the block goes and leads to no
/// other one.
pub(super) fn direction_behind(
    asking: &Asking<'_, '_>,
    row: usize,
    starts: &[usize],
) -> Option<String> {
    let (text, leads_on) = words_below(asking, row, starts);
    (!leads_on && is_direction(&text)).then_some(text)
}

/// Returns the paragraph right behind a block, within its step; empty where there is none.
pub(super) fn paragraph_below(asking: &Asking<'_, '_>, row: usize, starts: &[usize]) -> String {
    words_below(asking, row, starts).0
}

/// Returns the paragraph right behind a block, and whether the next block follows it.
fn words_below(asking: &Asking<'_, '_>, row: usize, starts: &[usize]) -> (String, bool) {
    let step = starts.get(row);
    let lines: Vec<&Row> = asking
        .rows
        .iter()
        .enumerate()
        .skip(row + 1)
        .take_while(|(at, seen)| {
            starts.get(*at) == step
                && matches!(seen.kind, RowKind::Line(first) if first == (*at == row + 1) && !seen.boxed)
        })
        .map(|(_, seen)| seen)
        .collect();
    let next = asking.rows.get(row + 1 + lines.len());
    let leads_on = next.is_some_and(|next| matches!(next.kind, RowKind::Code(_)));
    let text = lines
        .iter()
        .map(|seen| one_line(asking.document.slice(&seen.span)))
        .collect::<Vec<_>>()
        .join(" ");
    (text, leads_on)
}

/// Returns whether the row is of a paragraph that speaks of the block right above it.
pub(super) fn speaks_of_the_last(asking: &Asking<'_, '_>, row: usize, starts: &[usize]) -> bool {
    let first = (1..=row).rev().find(|at| {
        matches!(
            asking.rows[*at].kind,
            RowKind::Line(true) | RowKind::Code(_)
        )
    });
    let Some(first) = first.filter(|first| matches!(asking.rows[*first].kind, RowKind::Line(_)))
    else {
        return false;
    };
    let above = &asking.rows[first - 1];
    matches!(above.kind, RowKind::Code(_)) && direction_behind(asking, first - 1, starts).is_some()
}

/// Labels of a place within a file.
const LABELS: [&str; 11] = [
    "position",
    "location",
    "placement",
    "place",
    "where",
    "位置",
    "posición",
    "ubicación",
    "posição",
    "emplacement",
    "stelle",
];

/// Returns whether a text is a label and words of place: "Position: before `listen`."
pub(crate) fn is_labelled_place(text: &str) -> bool {
    let bare = |words: &str| {
        words
            .trim_matches(|letter: char| "*_ \u{a0}".contains(letter))
            .to_lowercase()
    };
    let Some((label, rest)) = text.split_once([':', '：']) else {
        return false;
    };
    LABELS.contains(&bare(label).as_str()) && entry_at_start(&bare(rest), Use::Place).is_some()
}

fn is_direction(text: &str) -> bool {
    if is_labelled_place(text) {
        return !text.trim_end().ends_with([':', '：']);
    }
    let lower = text.trim_start_matches(['(', '*', '_']).to_lowercase();
    let mut words = lower.split_whitespace();
    let (first, second, third) = (
        words.next().unwrap_or(""),
        words.next().unwrap_or(""),
        words.next().unwrap_or(""),
    );
    let block = matches!(second, "it" | "this" | "these" | "them");
    let told = matches!(first, "place" | "put" | "insert" | "position") && block;
    let goes = matches!(first, "it" | "this" | "these" | "they")
        && (matches!(second, "goes" | "go" | "belongs" | "belong")
            || second == "must" && third == "go");
    (told || goes) && !text.trim_end().ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::is_direction;

    fn prose(plan: &str) -> Vec<String> {
        let plan = crate::read(plan.as_bytes()).expect("a plan");
        plan.phases()
            .iter()
            .flat_map(|phase| phase.blocks.iter().map(|block| block.prose.clone()))
            .collect()
    }

    #[test]
    fn words_behind_a_block_that_place_it_are_its_own() {
        let plan = "## Phase 1: Sync\n\n**File**: `src/sync.ts`\n\nIn `sync`, add:\n\n```ts\ncheck();\n```\n\n\
                    Place it inside the `try` block\nafter `connect()`.\n\nThen add:\n\n```ts\nclose();\n```\n";
        let found = prose(plan);
        assert!(
            found[0].ends_with("Place it inside the `try` block after `connect()`."),
            "{found:?}"
        );
        assert!(
            !found[1].contains("Place it") && found[1].ends_with("Then add:"),
            "{found:?}"
        );
    }

    #[test]
    fn words_that_lead_to_the_next_block_stay_with_it() {
        let plan = "## Phase 1: Sync\n\n**File**: `src/sync.ts`\n\nIn `sync`, add:\n\n```ts\ncheck();\n```\n\n\
                    Place this after `connect()`:\n\n```ts\nclose();\n```\n";
        let found = prose(plan);
        assert!(
            !found[0].contains("Place this") && found[1].contains("Place this"),
            "{found:?}"
        );
    }

    #[test]
    fn a_place_in_one_file_is_none_for_a_block_of_another() {
        for (first, second) in [
            (
                "In `src/ctl.ts`, below `a`, add:",
                "In `src/router.ts` add:",
            ),
            (
                "在 `src/ctl.ts` 的 `a` 之后添加：",
                "在 `src/router.ts` 中注册：",
            ),
            (
                "1. `src/ctl.ts`, under `a`:",
                "   Then wire it in `src/router.ts`:",
            ),
        ] {
            let margin = if first.starts_with("1.") { "   " } else { "" };
            let plan = format!(
                "## Phase 1: Sync\n\n{first}\n\n{margin}```ts\n{margin}b() {{}}\n{margin}```\n\n{second}\n\n{margin}```ts\n\
                 {margin}route(b);\n{margin}```\n"
            );
            let found = prose(&plan);
            assert!(
                found[0].contains("`a`") && !found[1].contains("`a`"),
                "{found:?}"
            );
        }
        let plan = "## Phase 1: Sync\n\nIn `src/ctl.ts`, class `Ctl`, add:\n\n```ts\na() {}\n```\n\nand:\n\n```ts\nb() {}\n```\n";
        let found = prose(plan);
        assert!(found[1].contains("`Ctl`"), "{found:?}");
    }

    #[test]
    fn only_words_about_a_place_are_directions() {
        assert!(is_direction("(Put this above `run`.)"));
        assert!(is_direction("This goes after the imports."));
        assert!(is_direction("Position: before `useGlobalPipes`."));
        assert!(is_direction("**Where:** inside `run`, after `open()`"));
        assert!(is_direction("位置：在 `useGlobalPipes` 之前。"));
        assert!(is_direction("Posición: antes de `listen`."));
        assert!(!is_direction("Location: `app/cart.py`"));
        assert!(!is_direction("Position: after `x`, add:"));
        assert!(!is_direction("This makes the test pass."));
        assert!(!is_direction("Add this to `b.ts`:"));
    }
}
