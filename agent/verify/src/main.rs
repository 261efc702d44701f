//! `gatehouse-verify EXPORT [--head LINE]… [--parts]`: see `texts::USAGE`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use lexopt::prelude::*;
use verify::{CommandError, Failure, Head, Report, check, texts};

const WHOLE: u8 = 0;
const REFUSED: u8 = 1;
const UNREADABLE: u8 = 2;
const END_NOT_PROVEN: u8 = 3;

fn main() -> ExitCode {
    let (code, text) = match run() {
        Ok(Answer::Help) => (WHOLE, texts::USAGE.to_owned()),
        Ok(Answer::Checked(report)) => {
            let code = if report.proven.is_some() { WHOLE } else { END_NOT_PROVEN };
            (code, format!("{report}\n"))
        }
        Err(error) => {
            let refused = matches!(error.downcast_ref(), Some(Failure::Refused { .. }));
            (if refused { REFUSED } else { UNREADABLE }, sentences(&error))
        }
    };
    let written = if matches!(code, WHOLE | END_NOT_PROVEN) {
        std::io::stdout().write_all(text.as_bytes())
    } else {
        std::io::stderr().write_all(text.as_bytes())
    };
    // An answer that nobody could read is none.
    ExitCode::from(if written.is_ok() { code } else { UNREADABLE })
}

enum Answer {
    Help,
    Checked(Report),
}

fn run() -> Result<Answer> {
    let Some(options) = Options::parse(std::env::args_os().skip(1))? else {
        return Ok(Answer::Help);
    };
    let path = options.export;
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(source) => return Err(CommandError::Open { path, source }.into()),
    };
    let report = check(BufReader::new(file), options.heads, options.parts)?;
    Ok(Answer::Checked(report))
}

struct Options {
    export: PathBuf,
    heads: Vec<Head>,
    parts: bool,
}

impl Options {
    /// `None` when help is asked for.
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let (mut export, mut heads, mut parts) = (None, Vec::new(), false);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("head") => {
                    let line = parser.value()?.string()?;
                    match Head::parse_line(&line) {
                        Ok(head) => heads.push(head),
                        Err(source) => return Err(CommandError::Head { line, source }.into()),
                    }
                }
                Long("parts") => parts = true,
                Long("help") | Short('h') => return Ok(None),
                Value(path) if export.is_none() => export = Some(PathBuf::from(path)),
                other => return Err(other.unexpected().into()),
            }
        }
        let export = export.ok_or(CommandError::NoFile)?;
        Ok(Some(Self { export, heads, parts }))
    }
}

/// The error, and what is behind it, a line each.
fn sentences(error: &anyhow::Error) -> String {
    error.chain().map(|part| format!("{part}\n")).collect()
}
