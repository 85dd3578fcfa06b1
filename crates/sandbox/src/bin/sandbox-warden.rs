//! The warden alone, for this crate's own tests; the real program does the same as the first thing in its `main`.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == sandbox::WARDEN_ARGUMENT) {
        return sandbox::warden_main();
    }
    ExitCode::from(2)
}
