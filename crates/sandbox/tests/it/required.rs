//! Which backends the tests must find on this machine: those that the environment variable
//! `SANDBOX_REQUIRED` names, separated by commas. A test that lacks another one is skipped, and
//! says so.

use std::fmt::Display;

/// The names that `SANDBOX_REQUIRED` knows.
pub(crate) const BACKENDS: [&str; 4] = ["bubblewrap", "namespaces", "landlock", "none"];

/// Prints that a test is skipped for lack of a backend.
///
/// # Panics
/// Where `SANDBOX_REQUIRED` names the backend, or anything that is none: a typing error must not
/// turn tests off.
#[track_caller]
pub(crate) fn skip(backend: impl Display, reason: impl Display) {
    let backend = match backend.to_string() {
        off if off == "off" => "none".to_owned(),
        other => other,
    };
    let required = required(&std::env::var("SANDBOX_REQUIRED").unwrap_or_default());
    assert!(
        !required.contains(&backend),
        "SANDBOX_REQUIRED names {backend}, which this machine lacks: {reason}"
    );
    println!("skipped, for this machine lacks {backend}: {reason}");
}

/// Reads the value of `SANDBOX_REQUIRED`.
fn required(value: &str) -> Vec<String> {
    let names: Vec<String> = value
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    for name in &names {
        assert!(
            BACKENDS.contains(&name.as_str()),
            "SANDBOX_REQUIRED names {name:?}; known are {BACKENDS:?}"
        );
    }
    names
}

#[test]
fn the_variable_names_backends_and_nothing_else() {
    assert_eq!(required(""), [""; 0]);
    assert_eq!(required("namespaces, none,"), ["namespaces", "none"]);
    assert!(std::panic::catch_unwind(|| required("namespace")).is_err());
}
