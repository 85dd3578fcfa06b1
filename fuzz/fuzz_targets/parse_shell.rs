//! Any text as a script: no panic, and every span lies inside the text, at the beginning of a character.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = shell::read(text);
    let script = &reading.script;
    for invocation in &script.invocations {
        let words = invocation.words.iter().map(|word| &word.span);
        let redirections = invocation.redirections.iter().map(|redirection| &redirection.span);
        for span in words.chain(redirections).chain([&invocation.span]) {
            assert!(text.get(span.clone()).is_some(), "{span:?}");
        }
    }
    for span in script.broken.iter().chain(&script.placeholders) {
        assert!(text.get(span.clone()).is_some(), "{span:?}");
    }
    let _ = (reading.kinds(), reading.decides(), reading.writes(), reading.strict_form(), reading.commit());
});
