//! The program `hullo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hullo::run()
}
