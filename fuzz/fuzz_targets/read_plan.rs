//! Any text as a plan: no panic; the passages of each unit cover it exactly, its sentences lie in order inside it,
//! and what is ticked changes one character.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plan::{Mark, Phase, Ticking};

fuzz_target!(|text: &str| {
    let Ok(plan) = plan::read(text.as_bytes()) else { return };
    assert_eq!(plan.text(), text);
    plan.all().for_each(|unit| covered(text, unit));
    for one in plan.checkboxes() {
        let heading = one.phase.and_then(|id| plan.phase(id)).map_or(String::new(), |phase| phase.label.clone());
        let line = plan.location(one.mark_span.start).line;
        let wanted = [Ticking { text: one.text.clone(), line, to: Mark::Ticked, heading }];
        if let Ok(after) = plan::tick(text, &wanted) {
            assert_eq!(after.chars().count(), text.chars().count());
            assert!(after.chars().zip(text.chars()).filter(|(new, old)| new != old).count() <= 1);
        }
    }
});

fn covered(text: &str, unit: &Phase) {
    let mut at = unit.span.start;
    for passage in &unit.passages {
        assert_eq!(passage.span.start, at);
        assert!(passage.span.end > at && text.get(passage.span.clone()).is_some());
        at = passage.span.end;
    }
    assert_eq!(at, unit.span.end.max(unit.span.start));
    let mut before = unit.span.start;
    for sentence in &unit.sentences {
        assert!(sentence.span.start >= before && sentence.span.end <= unit.span.end);
        before = sentence.span.end;
    }
}
