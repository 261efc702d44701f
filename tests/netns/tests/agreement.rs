//! The simulator against the kernel: random packets for each of several documents, drawn so that every rule
//! decides. By itself 800, and each rule once; `GATEHOUSE_PACKETS=10000` sends so many, and each rule decides 20
//! times. `GATEHOUSE_SEED` brings a run back, `GATEHOUSE_RESULTS` names the file where its numbers go.

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use libtest_mimic::{Arguments, Failed, Trial};
use netns_tests::Reach;
use netns_tests::agreement::{self, Agreed, Amount, NEVER};

/// Documents, and how many of ten packets are sent for each.
const DOCUMENTS: [(&str, Reach, usize); 4] = [
    ("two zones and the CRM", Reach::Both, 2),
    ("the CRM over IPv4 only", Reach::V4Only, 2),
    ("zones that reach each other", Reach::Neighbours, 2),
    ("rules of every kind", Reach::Ruled, 4),
];

/// Document, what was seen with it, and seconds.
type Row = (&'static str, Agreed, u64);

fn main() -> io::Result<()> {
    let arguments = Arguments::from_args();
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let seed = number("GATEHOUSE_SEED").unwrap_or(1) as u64;
    let all = number("GATEHOUSE_PACKETS");
    let amount = move |tenths: usize| match all {
        Some(all) => Amount { packets: all * tenths / 10, each: 20, seed },
        None => Amount { packets: 80 * tenths, each: 1, seed },
    };
    let seen: Arc<Mutex<Vec<Row>>> = Arc::default();
    let mut trials: Vec<Trial> = DOCUMENTS
        .into_iter()
        .map(|(name, reach, tenths)| {
            let seen = seen.clone();
            Trial::test(format!("agrees::{name}"), move || {
                let start = Instant::now();
                let agreed = agreement::agrees(reach, amount(tenths)).map_err(Failed::from)?;
                let mut seen = seen.lock().map_err(|error| Failed::from(error.to_string()))?;
                seen.push((name, agreed, start.elapsed().as_secs()));
                Ok(())
            })
        })
        .collect();
    trials.push(Trial::test("a_rule_that_is_missing_is_noticed", move || {
        let amount = Amount { packets: 2_000, each: 1, seed };
        match agreement::agrees_with_another(Reach::Both, amount) {
            Ok(_) => Err(Failed::from("rules that differ agree")),
            Err(_) => Ok(()),
        }
    }));
    libtest_mimic::run(&arguments, trials).exit_if_failed();
    if let Ok(file) = std::env::var("GATEHOUSE_RESULTS") {
        let seen = seen.lock().map_err(|error| io::Error::other(error.to_string()))?;
        std::fs::write(file, report(&seen, seed))?;
    }
    Ok(())
}

fn report(seen: &[Row], seed: u64) -> String {
    let packets: usize = seen.iter().map(|(_, agreed, _)| agreed.packets).sum();
    let seconds: u64 = seen.iter().map(|(.., seconds)| seconds).sum();
    let mut text = format!(
        "# The simulator and the kernel\n\n\
         Last run: {packets} random packets in {seconds} s, seed {seed}. Each was judged by \
         `firewall::simulate` and by the\nkernel: the verdict and the deciding rule of every base chain on \
         its way, as nftables' trace names them, whether\nthe packet arrives, and how the answer to a refused \
         one begins its way. All agreed.\n\n\
         | document | packets | of IPv6 | in fragments | of no connection | rules and ends of chains | \
         decided least often | no packet can meet |\n|---|---|---|---|---|---|---|---|\n"
    );
    for (name, it, _) in seen {
        let Agreed { packets, v6, cut, invalid, deciders, least, never } = it;
        let _ = writeln!(
            text,
            "| {name} | {packets} | {v6} | {cut} | {invalid} | {deciders} | {least} times | {never} |"
        );
    }
    text.push_str(
        "\nNo packet can meet these, and none did; a packet for each is sent all the same:\n\n",
    );
    for (rule, why) in NEVER {
        let _ = writeln!(text, "- `{rule}`: {why}.");
    }
    text
}
