//! Parsing: shapes, spans, and text that is no shell text.

use proptest::prelude::*;
use shell::{Node, RedirectionKind, parse, read};

fn words(text: &str) -> Vec<Vec<String>> {
    parse(text)
        .invocations
        .iter()
        .map(|one| one.words.iter().map(|word| word.value.clone()).collect())
        .collect()
}

#[test]
fn invocations_come_in_order() {
    let cases: &[(&str, &[&[&str]])] = &[
        (
            "a 'b c' | d && e; f",
            &[&["a", "b c"], &["d"], &["e"], &["f"]],
        ),
        ("X=1 a \\\n  b", &[&["a", "b"]]),
        (
            "if a; then b; elif c; then d; else e; fi",
            &[&["a"], &["b"], &["c"], &["d"], &["e"]],
        ),
        ("for i in 1 2; do a $i; done", &[&["a", "$i"]]),
        ("while a; do b; done", &[&["a"], &["b"]]),
        ("(cd x && a); b", &[&["cd", "x"], &["a"], &["b"]]),
        (
            "a \"$(b c)\" <(d)",
            &[&["a", "$(b c)", "<(d)"], &["b", "c"], &["d"]],
        ),
        ("$ a b\nprinted\n$ c", &[&["a", "b"], &["c"]]),
        ("[ -f x ] && a", &[&["[", "-f", "x", "]"], &["a"]]),
        ("export A=1 B=2", &[&["export", "A=1", "B=2"]]),
        ("a <file-name> # why", &[&["a", "<file-name>"]]),
        ("! a -q b", &[&["a", "-q", "b"]]),
        ("a &\nb", &[&["a"], &["b"]]),
        ("{ a; b; } > c", &[&["a"], &["b"]]),
    ];
    for (text, expected) in cases {
        assert_eq!(words(text), *expected, "{text}");
    }
}

#[test]
fn here_documents_belong_to_their_command() {
    let script = parse("cat > a.py <<'EOF' && b\nx = 1\nEOF\n");
    assert_eq!(
        words("cat > a.py <<'EOF' && b\nx = 1\nEOF\n"),
        [vec!["cat"], vec!["b"]]
    );
    let kinds: Vec<_> = script.invocations[0]
        .redirections
        .iter()
        .map(|one| (one.kind, one.target.trim()))
        .collect();
    assert!(
        kinds.contains(&(RedirectionKind::Output, "a.py")),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&(RedirectionKind::Document, "x = 1")),
        "{kinds:?}"
    );
    assert!(matches!(script.root, Node::And(..)), "{:?}", script.root);
    assert!(script.is_sound());
}

#[test]
fn a_document_can_be_piped_on() {
    let script = parse("cat <<EOF | grep x\nx\nEOF");
    assert!(
        matches!(&script.root, Node::Pipe(members) if members.len() == 2),
        "{:?}",
        script.root
    );
}

#[test]
fn folders_hold_for_what_follows() {
    let folders = |text: &str| {
        parse(text)
            .invocations
            .iter()
            .map(|one| one.folder.clone())
            .collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        folders("cd a && b; cd ../c\nd"),
        [None, some("a"), some("a"), some("c")]
    );
    assert_eq!(folders("(cd a && b) && c"), [None, some("a"), None]);
    assert_eq!(
        folders("pushd a; b; popd; c"),
        [None, some("a"), some("a"), None]
    );
    assert_eq!(folders("cd a; b \"$(c)\""), [None, some("a"), some("a")]);
}

#[test]
fn comments_and_broken_text_are_said() {
    let script = parse("a # expected: 1\n");
    assert_eq!(script.comments[0].text, "expected: 1");
    for text in [
        "a 'b",
        "if a; then",
        "a && ",
        "The user can (optionally do it.",
    ] {
        assert!(!parse(text).is_sound(), "{text}");
    }
}

#[test]
fn deep_nesting_and_long_text_end() {
    assert!(!parse(&"(".repeat(3000)).is_sound());
    assert!(!parse(&"a ".repeat(200_000)).is_sound());
    assert!(!read(&"$(".repeat(2000)).script.is_sound());
}

proptest! {
    #[test]
    fn spans_lie_inside(text in "[a-z$ '\"|&;()<>{}#\\\\\n=é-]{0,60}") {
        let reading = read(&text);
        let script = &reading.script;
        prop_assert_eq!(script.text.len(), text.len());
        for invocation in &script.invocations {
            let span = invocation.span.clone();
            prop_assert!(text.get(span.clone()).is_some(), "{:?}", span);
            for word in &invocation.words {
                prop_assert!(text.get(word.span.clone()).is_some());
            }
            for redirection in &invocation.redirections {
                prop_assert!(text.get(redirection.span.clone()).is_some());
            }
        }
        for span in script.broken.iter().chain(&script.placeholders) {
            prop_assert!(text.get(span.clone()).is_some());
        }
        let _ = (reading.kind(), reading.decides(), reading.writes(), reading.strict_form(), reading.commit());
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        let _ = read(&text).kinds();
    }
}
