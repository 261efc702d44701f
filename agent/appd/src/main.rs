//! The application server: `gatehouse-appd admin` or `gatehouse-appd crm`. One program, run as two
//! units under two users with two stores. It reads its command line, gives up what it does not need,
//! wires the parts together and serves.

mod admin;
mod alerts;
mod bridge;
mod certificates;
mod channel;
mod confine;
mod crm;
mod end;
mod host;
mod limits;
mod listen;
mod lists;
#[cfg(test)]
mod made_up;
mod names;
mod options;
mod plain;
mod rounds;
mod serve;
mod sockets;
mod system;
mod tls;
mod told_names;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

use confine::Places;
use options::{Command, Options, Realm};

fn main() -> ExitCode {
    systemd::log::start();
    let done = match options::read() {
        Ok(Command::Serve(options)) => serve(&options),
        Ok(Command::Print(text)) => {
            std::io::stdout().lock().write_all(text.as_bytes()).map_err(Into::into)
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "wrong arguments, see --help");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "ended");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> anyhow::Result<()> {
    confine::hide_memory()?;
    let handed = sockets::take()?;
    let other = channel::may_speak(match options.realm {
        Realm::Admin => admin::OTHER,
        Realm::Crm => crm::OTHER,
    });
    let names = told_names::directory(&options.run);
    let mut read = vec![options.web.as_path(), options.authorities.as_path()];
    read.push(match options.realm {
        Realm::Admin => &options.machine_key,
        Realm::Crm => &names,
    });
    confine::confine(&Places { write: &[&options.store], read: &read })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    runtime.block_on(async {
        match options.realm {
            Realm::Admin => admin::serve(options, handed, other).await,
            Realm::Crm => crm::serve(options, handed, other).await,
        }
    })
}
