//! The program: hands its arguments to [`midwatch::cli::main`] and ends with its status.

use std::process::ExitCode;

fn main() -> ExitCode {
    midwatch::cli::main(std::env::args_os())
}
