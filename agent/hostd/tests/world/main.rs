//! The real hostd in throw-away namespaces (`dev/world`): what it does when it is killed, asked, or
//! finds its files broken, and when a card comes. Needs root; the tests marked `ignored` are run
//! inside the world by the first one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test"
)]

mod blocking;
mod egress;
mod names;
mod probe;
mod program;
mod publish;
mod relay;
mod resolver;
mod rules;
mod seen;
mod trial;
mod typed;

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;
use std::time::{Duration, Instant};

use host_api::{HEADER, Request, Response, SettingsSource, SetupTried, State, Status};

#[test]
fn in_a_world_of_namespaces() {
    let tools = [
        "ip",
        "nft",
        "dnsmasq",
        "unbound",
        "avahi-daemon",
        "drill",
        "openssl",
        "nsenter",
        "busybox",
    ];
    let absent: Vec<_> =
        tools.iter().filter(|tool| Command::new(tool).arg("-V").output().is_err()).collect();
    let root = fs::read_to_string("/proc/self/status").unwrap().contains("\nUid:\t0\t");
    let rounds = env::var("GATEHOUSE_ROUNDS").ok();
    if !root || !absent.is_empty() {
        assert!(rounds.is_none(), "{rounds:?} rounds need root and {tools:?}, absent: {absent:?}");
        eprintln!("left out: needs root and {tools:?}, absent: {absent:?}");
        return;
    }
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("dev/world");
    let output = Command::new(world)
        .arg(env!("CARGO_BIN_EXE_gatehouse-hostd"))
        .arg(env::current_exe().unwrap())
        .args(["--ignored", "--test-threads=1", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("37 passed"), "{said}\n{told}");
    let counted: Vec<_> = told.lines().filter(|line| line.contains("breaking changes")).collect();
    eprintln!("{}", counted.join("\n"));
    // Nobody is to believe that so many were tried when they were not.
    let asked = rounds.unwrap_or_else(|| "2".to_owned());
    assert!(counted.iter().any(|line| line.starts_with(&format!("{asked} "))), "{asked}: {told}");
}

fn work() -> PathBuf {
    PathBuf::from(env::var_os("WORK").expect("runs inside dev/world only"))
}

/// What networkd writes on the box of the provider's name server, or that there is none any more.
fn learns(server: Option<&str>) {
    let links = "/run/systemd/netif/links";
    let index = out(&["ip", "-n", &env::var("BOX").unwrap(), "-o", "link", "show", "wan0"]);
    let index = index.split(':').next().unwrap().trim();
    let does = match server {
        Some(server) => format!("mkdir -p {links}; echo DNS={server} >{links}/{index}"),
        None => format!("rm -rf {links}"),
    };
    let keeper = env::var("KEEPER").unwrap();
    out(&["nsenter", "-t", &keeper, "-m", "-r", "sh", "-c", &does]);
}

fn run(words: &[&str]) -> Output {
    Command::new(words[0]).args(&words[1..]).output().unwrap()
}

fn out(words: &[&str]) -> String {
    let output = run(words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program in the box's namespace.
fn on_box(words: &[&str]) -> String {
    let name = env::var("BOX").unwrap();
    out(&[&["ip", "netns", "exec", &name], words].concat())
}

/// Runs a program in the CRM's namespace, which only hostd's keeper sees.
fn in_crm(words: &[&str]) -> String {
    let keeper = env::var("KEEPER").unwrap();
    out(&[&["nsenter", "-t", &keeper, "-m", "-r", "ip", "netns", "exec", "crm"], words].concat())
}

fn ask(request: &Request) -> std::io::Result<Response> {
    let mut stream = UnixStream::connect(work().join("run/hostd.sock"))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(&host_api::encode(request).unwrap())?;
    let mut header = [0; HEADER];
    stream.read_exact(&mut header)?;
    let mut text = vec![0; host_api::length(header).unwrap()];
    stream.read_exact(&mut text)?;
    Ok(host_api::decode(&text).unwrap())
}

/// Has the settings applied.
fn apply(document: String) {
    assert_eq!(ask(&Request::Apply { document }).unwrap(), Response::Accepted);
}

/// Asks until the answer is as wanted; hostd may be starting.
fn wait(what: &str, good: impl Fn(&Status) -> bool) -> Status {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let asked = ask(&Request::Status);
        if let Ok(Response::Status(status)) = &asked
            && good(status)
        {
            return (**status).clone();
        }
        assert!(Instant::now() < end, "{what}: {asked:?}");
        std::thread::yield_now();
    }
}

/// When a test fails it says what hostd said up to then, not what it says when all is over.
fn quote_hostd() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |failed| {
            usual(failed);
            let said = fs::read_to_string(work().join("hostd.log")).unwrap_or_default();
            let last: Vec<_> = said.lines().rev().take(25).collect();
            for line in last.iter().rev() {
                eprintln!("hostd: {line}");
            }
        }));
    });
}

fn ready() -> Status {
    quote_hostd();
    wait("ready", |status| status.state == State::Ready)
}

fn hostd() -> String {
    let keeper = env::var("KEEPER").unwrap();
    let children = fs::read_to_string(format!("/proc/{keeper}/task/{keeper}/children")).unwrap();
    children.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Kills hostd and waits until another one is ready.
fn restart() -> Status {
    let former = hostd();
    out(&["kill", "-KILL", &former]);
    let end = Instant::now() + Duration::from_secs(20);
    while [former.as_str(), ""].contains(&hostd().as_str()) {
        assert!(Instant::now() < end, "it is not started again");
        std::thread::yield_now();
    }
    ready()
}

/// Asks for the sockets of the admin pages.
fn listeners(have: Vec<IpAddr>) -> (Vec<SocketAddr>, Vec<TcpListener>) {
    let mut stream = UnixStream::connect(work().join("run/hostd.sock")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(&host_api::encode(&Request::Listeners { have }).unwrap()).unwrap();
    let mut sockets = Vec::new();
    let header = [(); HEADER].map(|()| host_api::receive_byte(&stream, &mut sockets).unwrap());
    let mut text = vec![0; host_api::length(header).unwrap()];
    stream.read_exact(&mut text).unwrap();
    let Response::Listeners { addresses } = host_api::decode(&text).unwrap() else { panic!() };
    (addresses, sockets.into_iter().map(TcpListener::from).collect())
}

fn document() -> String {
    match ask(&Request::Settings).unwrap() {
        Response::Settings { document: Some(document), .. } => document,
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "runs inside dev/world"]
fn a_comes_up_as_the_setup_file_says() {
    let status = ready();
    assert_eq!(status.settings, SettingsSource::Confirmed);
    assert!(status.notices.is_empty(), "{status:?}");
    let tables = on_box(&["nft", "list", "tables"]);
    assert_eq!(tables, "table inet gatehouse\ntable bridge gatehouse\n", "the lock is lifted");
    assert_eq!(on_box(&["cat", "/proc/sys/net/ipv4/ip_forward"]), "1\n");
    assert!(in_crm(&["ip", "-br", "address"]).contains("192.168.30.10/24"));
    let mode = |file: &str| out(&["stat", "-c", "%a", work().join(file).to_str().unwrap()]);
    for secret in ["state/setup-code", "run/status.json", "state/settings/confirmed.1.json"] {
        assert_eq!(mode(secret), "600\n", "{secret}");
    }
}

#[test]
#[ignore = "runs inside dev/world"]
fn b_killed_and_started_again_changes_nothing() {
    ready();
    let rules = || on_box(&["nft", "-a", "list", "ruleset"]);
    let links = || on_box(&["ip", "-o", "link"]) + &in_crm(&["ip", "-o", "address"]);
    // Handles are the kernel's, and new for a rule that was loaded again. Whether a card has a carrier
    // is its far end's doing, and settles late.
    let still = |text: String| -> Vec<String> {
        let words = text.split_whitespace().map(str::to_owned);
        let settled = |word: &String| {
            word.parse::<u64>().is_err()
                && !word.starts_with('<')
                && !matches!(word.as_str(), "UP" | "DOWN" | "LOWERLAYERDOWN" | "UNKNOWN")
        };
        words.filter(settled).collect()
    };
    let handles = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| Some(line.rsplit_once("# handle ")?.1.to_owned())).collect()
    };
    let (before, links_before) = (rules(), still(links()));
    let stopped = hostd();
    out(&["kill", "-STOP", &stopped]);
    assert_eq!(handles(&rules()), handles(&before));
    restart();
    assert_eq!(handles(&rules()), handles(&before), "a restart loaded the rules again");
    assert_eq!(still(links()), links_before);
}

#[test]
#[ignore = "runs inside dev/world"]
fn c_asked_for_other_settings() {
    ready();
    let former = document();
    let Response::Refused { problems } =
        ask(&Request::Apply { document: former.replace("\"vlan\": 20", "\"vlan\": 10") }).unwrap()
    else {
        panic!("two zones on one VLAN were accepted")
    };
    assert_eq!((problems[0].code.as_str(), problems.len()), ("vlan_used", 1));
    assert_eq!(document(), former);

    let other = former.replace("192.168.20.", "192.168.21.");
    assert_eq!(ask(&Request::Check { document: other.clone() }).unwrap(), Response::Accepted);
    assert_eq!(document(), former, "a check changed something");
    apply(other.clone());
    assert_eq!(document(), other);
    let guest = on_box(&["ip", "-br", "address", "show", "z-guest"]);
    assert!(guest.contains("192.168.21.1/24") && !guest.contains("192.168.20."), "{guest}");
    assert_eq!(restart().settings, SettingsSource::Confirmed);
    assert_eq!(document(), other, "not kept");
}

#[test]
#[ignore = "runs inside dev/world"]
fn d_finds_its_settings_broken() {
    ready();
    let confirmed = work().join("state/settings/confirmed.1.json");
    let whole = fs::read(&confirmed).unwrap();
    fs::write(&confirmed, &whole[..200]).unwrap();
    let status = restart();
    assert_eq!(status.settings, SettingsSource::Previous);
    assert_eq!(status.notices[0].code, "previous_used");
    let former = document();
    assert!(former.contains("192.168.20.1/24"), "not the former settings");
    apply(former);
    assert_eq!(ready().settings, SettingsSource::Confirmed);
}

#[test]
#[ignore = "runs inside dev/world"]
fn e_sees_cards_come_and_go() {
    ready();
    let name = env::var("BOX").unwrap();
    let ip = |words: &[&str]| out(&[&["ip", "-n", &name], words].concat());
    ip(&["link", "delete", "lan1"]);
    wait("gone", |status| {
        status.ports.iter().any(|port| port.name == "guest" && port.interface.is_none())
    });
    ip(&[
        "link",
        "add",
        "new7",
        "address",
        "52:54:00:67:00:03",
        "type",
        "veth",
        "peer",
        "name",
        "peer7",
    ]);
    // The other end of this pair stays in the box: it is a card that no settings name.
    wait("back", |status| {
        status.ports.iter().any(|port| port.interface.as_deref() == Some("new7"))
            && status.unknown.iter().any(|port| port.interface == "peer7")
    });
    let links = ip(&["-o", "link", "show", "master", "z-guest"]);
    assert!(links.contains(": new7@") && !links.contains(": peer7"), "{links}");

    // The cable as it was, for the tests that follow.
    ip(&["link", "delete", "new7"]);
    let guest = env::var("GUEST").unwrap();
    let (card, far) = (["address", "52:54:00:67:00:03"], ["peer", "name", "eth0", "netns", &guest]);
    ip(&[&["link", "add", "lan1"], &card[..], &["type", "veth"], &far[..]].concat());
    out(&["ip", "-n", &guest, "link", "set", "eth0", "up"]);
    wait("as before", |status| {
        status.ports.iter().any(|port| port.interface.as_deref() == Some("lan1"))
    });
}

#[test]
#[ignore = "runs inside dev/world"]
fn bb_hands_over_sockets_on_the_management_addresses_alone() {
    ready();
    let (addresses, sockets) = listeners(Vec::new());
    let (office, guest) = (env::var("OFFICE").unwrap(), env::var("GUEST").unwrap());
    let v4: IpAddr = "192.168.10.1".parse().unwrap();
    let places: Vec<SocketAddr> = sockets.iter().map(|s| s.local_addr().unwrap()).collect();
    assert_eq!(places, addresses);
    assert_eq!(addresses.len(), 4, "{addresses:?}");
    for port in [80, 443] {
        assert!(addresses.contains(&SocketAddr::new(v4, port)));
        let v6 = addresses.iter().any(|place| place.is_ipv6() && place.port() == port);
        assert!(v6, "{addresses:?}");
    }
    // A second set beside the first: hostd or the admin application was started again.
    let (again, others) = listeners(Vec::new());
    assert_eq!(again, addresses);
    drop(sockets);

    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &guest, "address", "replace", "192.168.20.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &guest, "route", "replace", "default", "via", "192.168.20.1"]);
    let connect = |namespace: &str| {
        let script = "exec 3<>/dev/tcp/192.168.10.1/443";
        run(&["ip", "netns", "exec", namespace, "timeout", "3", "bash", "-c", script])
    };
    assert!(connect(&office).status.success());
    let at_443 = others.iter().find(|s| s.local_addr().unwrap() == SocketAddr::new(v4, 443));
    let (_, peer) = at_443.unwrap().accept().unwrap();
    assert_eq!(peer.ip(), "192.168.10.50".parse::<IpAddr>().unwrap());
    assert!(!connect(&guest).status.success(), "a guest reaches the admin page");

    // Told again as soon as the settings have other addresses.
    let have: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).step_by(2).collect();
    let waiting = std::thread::spawn(move || listeners(have));
    let former = document();
    let other = former.replace("\"192.168.10.", "\"192.168.11.");
    apply(other);
    let (addresses, _) = waiting.join().unwrap();
    assert!(addresses.contains(&"192.168.11.1:443".parse().unwrap()), "{addresses:?}");
    apply(former);
}

#[test]
#[ignore = "runs inside dev/world"]
fn f_the_setup_code_dies_with_the_set_up() {
    let status = ready();
    assert!(status.setup_code.is_none() && !status.set_up, "a client is told the code");
    let code = fs::read_to_string(work().join("state/setup-code")).unwrap().trim().to_owned();
    let try_from = |code: &str, last: u8| {
        let from = [192, 168, 10, last].into();
        match ask(&Request::TrySetupCode { code: code.to_owned(), from }).unwrap() {
            Response::SetupTried(tried) => tried,
            other => panic!("{other:?}"),
        }
    };
    let try_code = |code: &str| try_from(code, 20);
    for left in (0..5).rev() {
        assert_eq!(try_from("0000-0000-0000", 66), SetupTried::Wrong { left });
    }
    assert!(matches!(try_from(&code, 66), SetupTried::Wait { .. }));
    assert_eq!(try_code(&code), SetupTried::Right);
    let fingerprint = vec!["AB"; 32].join(":");
    assert_eq!(
        ask(&Request::CaFingerprint { fingerprint: fingerprint.clone() }).unwrap(),
        Response::Accepted
    );
    assert!(fs::read_to_string(work().join("run/ca.txt")).unwrap().contains(&fingerprint));
    let nonsense = Request::CaFingerprint { fingerprint: "AB:\u{1b}".to_owned() };
    assert!(matches!(ask(&nonsense).unwrap(), Response::Failed(_)));

    assert_eq!(ask(&Request::SetupDone).unwrap(), Response::Accepted);
    assert_eq!(try_code(&code), SetupTried::SetUp);
    assert!(restart().set_up);
    assert_eq!(try_code(&code), SetupTried::SetUp);
    assert!(!work().join("state/setup-code").exists());

    assert_eq!(ask(&Request::AdminsLost).unwrap(), Response::Accepted);
    let status = restart();
    assert!(!status.set_up && status.notices.iter().any(|it| it.code == "admins_lost"));
    assert!(matches!(try_code(&code), SetupTried::Wrong { .. }), "the former code");
    let code = fs::read_to_string(work().join("state/setup-code")).unwrap().trim().to_owned();
    assert_eq!(try_code(&code), SetupTried::Right);
    assert_eq!(ask(&Request::SetupDone).unwrap(), Response::Accepted);
}
