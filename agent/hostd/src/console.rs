//! `gatehouse-hostd console`: draws the screen on its terminal, again whenever the status changes.
//! What is typed is read and thrown away; no key does anything.

mod screen;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use nix::unistd::ttyname;
use tokio::io::AsyncReadExt;

use crate::options::ConsoleOptions;
use crate::status;
use crate::watch::Watch;

use screen::Look;

/// Erases the screen and starts at its top.
const CLEAR: &str = "\x1b[2J\x1b[H";
/// Hides the cursor: there is nothing to type.
const HIDE_CURSOR: &str = "\x1b[?25l";

/// Draws for ever.
pub fn run(options: &ConsoleOptions) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let drawn = runtime.block_on(draw(&options.run));
    // A thread may still wait for a key.
    runtime.shutdown_background();
    drawn
}

/// Prints a text, for `--help` and `--version`.
pub fn print(text: &str) -> anyhow::Result<()> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

async fn draw(run: &Path) -> anyhow::Result<()> {
    silence().context("the terminal cannot be silenced")?;
    let look = look();
    let above = run.parent().unwrap_or(run).to_owned();
    let watch = Watch::new(vec![above, run.to_owned()]).context("the status cannot be watched")?;
    tokio::spawn(discard_input());
    let mut drawn = String::new();
    loop {
        let screen = screen::text(&status::read(run), look);
        if screen != drawn {
            let mut out = io::stdout().lock();
            out.write_all(format!("{HIDE_CURSOR}{CLEAR}{screen}").as_bytes())?;
            out.flush()?;
            drawn = screen;
        }
        watch.changed().await?;
    }
}

/// The kernel's own terminal has no Chinese glyphs; a serial line's other end has.
fn look() -> Look {
    let name = ttyname(io::stdin()).unwrap_or_default();
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = name.strip_prefix("tty").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    if number { Look::Screen } else { Look::Serial }
}

/// No echo, no line to edit, no key that sends a signal.
fn silence() -> nix::Result<()> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(());
    }
    let mut settings = tcgetattr(&stdin)?;
    settings.local_flags.remove(
        LocalFlags::ECHO
            | LocalFlags::ECHONL
            | LocalFlags::ICANON
            | LocalFlags::ISIG
            | LocalFlags::IEXTEN,
    );
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &settings)
}

async fn discard_input() {
    let mut buffer = [0; 256];
    let mut stdin = tokio::io::stdin();
    while stdin.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
