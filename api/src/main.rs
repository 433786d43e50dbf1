//! The program `registry`: parse the command, run it.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request is thousands of small pieces of memory, taken by one thread and given back by another.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    api::cli::main()
}
