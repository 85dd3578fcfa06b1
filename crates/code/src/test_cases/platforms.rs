//! Conditions on the system that tests run on: `sys.platform == "win32"`, `process.platform === 'darwin'`.
//!
//! A test that is skipped on another system says here what it said before.

/// What names the system, in Python and in node.
const SYSTEMS: [&str; 5] = [
    "sys.platform",
    "os.name",
    "platform.system()",
    "process.platform",
    "os.platform()",
];

/// Returns what a comparison of the system's name comes to on this machine; `None` for everything else.
pub(super) fn truth_on_this_system(condition: &str) -> Option<bool> {
    let condition = condition.trim();
    let asked = SYSTEMS
        .iter()
        .find_map(|name| condition.strip_prefix(name))?;
    let is_joined = [" and ", " or ", "&&", "||", " not "]
        .iter()
        .any(|word| condition.contains(word));
    let quoted: Vec<&str> = asked.split(['"', '\'', '`']).collect();
    let [relation, system, behind] = quoted.as_slice() else {
        return None;
    };
    if is_joined || !matches!(behind.trim(), "" | ")") {
        return None;
    }
    let is_this =
        |fits: &dyn Fn(&str) -> bool| Some(names_of_this_system().iter().any(|own| fits(own)));
    match relation.trim() {
        "==" | "===" => is_this(&|own| own == *system),
        "!=" | "!==" => is_this(&|own| own == *system).map(|same| !same),
        ".startswith(" | ".startsWith(" => is_this(&|own| own.starts_with(system)),
        _ => None,
    }
}

/// Returns the names that this system bears.
fn names_of_this_system() -> &'static [&'static str] {
    if cfg!(target_os = "linux") {
        &["linux", "Linux", "posix"]
    } else if cfg!(target_os = "macos") {
        &["darwin", "Darwin", "posix"]
    } else if cfg!(target_os = "windows") {
        &["win32", "Windows", "nt"]
    } else {
        &[]
    }
}

/// Returns whether a mark or decorator skips its test on other systems only: `@pytest.mark.skipif(sys.platform == "win32")`.
pub(super) fn skips_elsewhere(mark: &str) -> bool {
    let Some((call, arguments)) = mark.split_once('(') else {
        return false;
    };
    let condition = arguments
        .split(',')
        .next()
        .unwrap_or_default()
        .trim_end_matches(')')
        .trim();
    let wanted = match call
        .rsplit('.')
        .next()
        .unwrap_or(call)
        .trim_start_matches('@')
    {
        "skipif" | "skipIf" => false,
        "skipUnless" | "runIf" => true,
        _ => return false,
    };
    truth_on_this_system(condition) == Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn another_system_is_told_from_this_one() {
        for (condition, value) in [
            ("sys.platform == \"win32\"", Some(false)),
            ("sys.platform.startswith('win')", Some(false)),
            ("sys.platform == 'linux'", Some(true)),
            ("sys.platform != 'linux'", Some(false)),
            ("os.name == \"nt\"", Some(false)),
            ("process.platform === \"darwin\"", Some(false)),
            ("sys.platform == 'win32' or True", None),
            ("sys.platform == 'win32' or 'FULL' not in os.environ", None),
            ("os.environ.get('CI') == 'win32'", None),
            ("sys.platform in NAMES", None),
        ] {
            assert_eq!(truth_on_this_system(condition), value, "{condition}");
        }
        for (mark, elsewhere) in [
            (
                "@pytest.mark.skipif(sys.platform == \"win32\", reason=\"no signals\")",
                true,
            ),
            (
                "@unittest.skipUnless(sys.platform.startswith('linux'), 'paths')",
                true,
            ),
            ("@unittest.skipIf(os.name == 'posix', 'slow')", false),
            ("@pytest.mark.skip(reason='slow')", false),
        ] {
            assert_eq!(skips_elsewhere(mark), elsewhere, "{mark}");
        }
    }
}
