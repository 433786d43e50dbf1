//! The program `registry`: parse the command, run it.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::cli::main()
}
