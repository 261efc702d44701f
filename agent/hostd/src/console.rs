//! `gatehouse-hostd console`: draws the screen on its terminal, again whenever the status changes. Two keys
//! lead on: to the settings that were kept before, and to the end of a trial (`menu`). Everything is asked of
//! the agent.

mod ask;
mod keys;
mod menu;
mod pages;
mod screen;

use std::future::pending;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use host_api::Status;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use nix::unistd::ttyname;
use systemd::log::chain;

use crate::options::ConsoleOptions;
use crate::status;
use crate::watch::Watch;

use menu::{May, Menu};
use screen::Look;

/// Erases the screen and starts at its top.
const CLEAR: &str = "\x1b[2J\x1b[H";
/// Hides the cursor.
const HIDE_CURSOR: &str = "\x1b[?25l";
/// How long a page stays without a key.
const LEFT_ALONE: Duration = Duration::from_secs(120);

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
    let above = run.parent().unwrap_or(run).to_owned();
    let watch = Watch::new(vec![above, run.to_owned()]).context("the status cannot be watched")?;
    let mut keys = keys::read();
    let mut terminal = Terminal { look: look(), drawn: String::new() };
    let mut menu = Menu::Screen;
    loop {
        let status = status::read(run);
        terminal.show(&menu, &status)?;
        tokio::select! {
            changed = watch.changed() => changed?,
            Some(key) = keys.recv() => {
                let language = terminal.language(&status);
                if let Some(request) = menu.key(key, May::of(&status), &language) {
                    terminal.show(&menu, &status)?;
                    let answer = ask::ask(run, &request).await.map_err(|error| {
                        tracing::warn!(error = chain(&error), "the agent does not answer");
                    });
                    menu.answered(&request, answer.ok());
                    // What was typed meanwhile was meant for another page.
                    while keys.try_recv().is_ok() {}
                }
            }
            () = left_alone(&menu) => menu = Menu::Screen,
        }
    }
}

/// Until a page has been there for long; for ever on the screen.
async fn left_alone(menu: &Menu) {
    match menu {
        Menu::Screen => pending().await,
        _ => tokio::time::sleep(LEFT_ALONE).await,
    }
}

struct Terminal {
    look: Look,
    drawn: String,
}

impl Terminal {
    fn show(&mut self, menu: &Menu, status: &Status) -> io::Result<()> {
        let page = pages::text(menu, self.look, &status.language);
        let text = page.unwrap_or_else(|| screen::text(status, self.look));
        if text != self.drawn {
            let mut out = io::stdout().lock();
            out.write_all(format!("{HIDE_CURSOR}{CLEAR}{text}").as_bytes())?;
            out.flush()?;
            self.drawn = text;
        }
        Ok(())
    }

    fn language(&self, status: &Status) -> String {
        screen::language(self.look, &status.language).tag().to_owned()
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
