//! Runs a program by its arguments (never a shell) in the calling thread's namespace.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// The program failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("cannot start {program}")]
    Start {
        /// Program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended with an error.
    #[error("{command} failed: {stderr}")]
    Failed {
        /// Program with arguments.
        command: String,
        /// What it complained of.
        stderr: String,
    },
}

/// Runs a program and gives what it printed.
pub fn run(argv: &[&str]) -> Result<String, CommandError> {
    run_with_input(argv, "")
}

/// The same, with text on its standard input.
pub fn run_with_input(argv: &[&str], input: &str) -> Result<String, CommandError> {
    let (program, arguments) = argv.split_first().unwrap_or((&"", &[]));
    let start = |source| CommandError::Start { program: (*program).to_owned(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading says why on its standard error.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(start)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(CommandError::Failed { command: argv.join(" "), stderr })
    }
}
