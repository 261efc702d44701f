//! Writes every target's seeds into DIRECTORY/TARGET/N and prints the targets' names.

use std::io::Write;
use std::path::PathBuf;

use fuzz_tests::TARGETS;

fn main() -> std::io::Result<()> {
    let directory = PathBuf::from(std::env::args_os().nth(1).unwrap_or_default());
    for target in TARGETS {
        let own = directory.join(target.name);
        std::fs::create_dir_all(&own)?;
        for (n, seed) in (target.seeds)().into_iter().enumerate() {
            std::fs::write(own.join(n.to_string()), seed)?;
        }
        writeln!(std::io::stdout(), "{}", target.name)?;
    }
    Ok(())
}
