//! `gatehouse-probe`: what the tests in `tests/vm` see and do inside a booted box.
//! It reads one JSON request a line from a virtio-serial port and answers each with one line.
//! It is never part of an image: the harness attaches it on a disk of its own.

mod capture;
mod exec;
mod namespace;
mod protocol;
mod send;
mod serve;
mod session;

use std::fs::OpenOptions;
use std::io::BufReader;
use std::process::ExitCode;

use session::Session;

/// Where the kernel puts the port that QEMU names `org.gatehouse.probe`.
const PORT: &str = "/dev/virtio-ports/org.gatehouse.probe";

fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| PORT.into());
    // The kernel lets a port be opened once.
    let Ok(input) = OpenOptions::new().read(true).write(true).open(path) else {
        return ExitCode::FAILURE;
    };
    let Ok(output) = input.try_clone() else {
        return ExitCode::FAILURE;
    };
    match Session::new(output).run(BufReader::new(input)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
