//! The command line's entry.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    if arguments
        .nth(1)
        .is_some_and(|first| first == sandbox::SUPERVISOR_ARGUMENT)
    {
        return sandbox::supervisor_main();
    }
    backend_engineer::run_command_line(std::env::args_os())
}
