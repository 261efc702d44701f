//! The privileged agent: brings the settings about and keeps them so. `run` is the agent, `console`
//! draws the box's screen. It speaks no HTTP and no TLS; whoever wants something of it uses the unix
//! socket (`host-api`).

mod agent;
mod apply;
mod authority;
mod blocking;
mod clock;
mod console;
mod counts;
mod egress;
mod files;
mod hits;
mod identity;
mod leases;
mod listeners;
mod machine;
mod machine_key;
mod options;
mod rogues;
mod run;
mod running;
mod seen;
mod server;
mod services;
mod setup;
mod setup_code;
mod status;
mod store;
#[cfg(test)]
mod texts;
mod upstream;
mod wan;
mod watch;

use std::process::ExitCode;

use options::Command;

/// Version of the product.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    systemd::log::start();
    let command = match options::read() {
        Ok(command) => command,
        Err(error) => {
            tracing::error!(%error, "wrong arguments, see --help");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Run(options) => run::run(options),
        Command::Console(options) => console::run(&options),
        Command::MachineKey(file) => machine_key::make(&file),
        Command::Print(text) => console::print(&text),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "ended");
            ExitCode::FAILURE
        }
    }
}
