//! Where the box's own programs may go, with real packets: the CRM out of its namespace and a program with
//! the admin application's user, to servers behind WAN whose names a resolver there gives out and changes.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::IpAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use host_api::egress::{EgressAsked, EgressName, EgressTold, NameState};
use host_api::{Request, Response};
use settings::{EgressProtocol, EgressUser};

use super::{apply, ask, document, in_crm, learns, out, ready, restart, run, work};

const ADMIN: &str = "906";
/// Where servers of the "internet" are.
const SERVER: &str = "9.9.9.9";
const OTHER: &str = "8.8.4.4";

/// A program that ends with the test, and all that it started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Of a group of its own: a server hands each connection to a child.
        run(&["kill", "-KILL", &format!("-{}", self.0.id())]);
        let _ = self.0.wait();
    }
}

/// The resolver of the provider, and what answers on all addresses behind WAN and in the office.
struct Internet {
    resolver: Running,
    hosts: PathBuf,
    _servers: Vec<Running>,
}

impl Internet {
    fn start() -> Self {
        let [wan, office] = ["WAN", "OFFICE"].map(|name| env::var(name).unwrap());
        for address in [SERVER, OTHER, "169.254.169.254", "10.1.2.3"] {
            out(&["ip", "-n", &wan, "address", "replace", &format!("{address}/32"), "dev", "lo"]);
        }
        out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
        out(&["ip", "-n", &office, "route", "replace", "default", "via", "192.168.10.1"]);
        let hosts = work().join("internet.hosts");
        fs::write(&hosts, "").unwrap();
        let start = |namespace: &str, words: &[&str]| {
            let mut command = Command::new("ip");
            command.args(["netns", "exec", namespace]).args(words);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            Running(command.process_group(0).spawn().unwrap())
        };
        let echo = |namespace: &str, port: &str| {
            start(namespace, &["busybox", "nc", "-ll", "-p", port, "-e", "/bin/cat"])
        };
        let servers = vec![echo(&wan, "7000"), echo(&wan, "7001"), echo(&office, "7000")];
        let file = format!("--addn-hosts={}", hosts.display());
        let resolver = start(
            &wan,
            &[
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file=",
                "--no-resolv",
                "--no-hosts",
                "--local=/#/",
                "--local-ttl=1",
                "--user=root",
                "--listen-address=11.67.0.1",
                "--bind-interfaces",
                "--log-facility=/dev/null",
                &file,
            ],
        );
        // A signal ends a dnsmasq that has not set out yet, and who does not listen refuses.
        let on = |namespace: &str, words: &[&str]| {
            run(&[&["ip", "netns", "exec", namespace], words].concat()).status.success()
        };
        let answers = || on(&wan, &["drill", "-Q", "ready.example", "@11.67.0.1"]);
        until("the provider's resolver answers", 20, answers);
        for (namespace, port) in [(&wan, 7000), (&wan, 7001), (&office, 7000)] {
            let listens = || on(namespace, &["bash", "-c", &script("127.0.0.1", port)]);
            until("a server listens", 20, listens);
        }
        learns(Some("11.67.0.1"));
        Self { resolver, hosts, _servers: servers }
    }

    /// Gives names other addresses from now on.
    fn name(&self, records: &[(&str, &[&str])]) {
        let mut text = String::new();
        for (name, addresses) in records {
            for address in *addresses {
                text.push_str(&format!("{address} {name}\n"));
            }
        }
        fs::write(&self.hosts, text).unwrap();
        out(&["kill", "-HUP", &self.resolver.0.id().to_string()]);
    }
}

impl Drop for Internet {
    fn drop(&mut self) {
        learns(None);
    }
}

/// Runs a program in the box as this user.
fn as_user(user: &str, words: &[&str]) -> std::process::Output {
    let inside = env::var("BOX").unwrap();
    let user = format!("--reuid={user}");
    run(&[&["ip", "netns", "exec", &inside, "setpriv", &user, "--clear-groups"], words].concat())
}

fn script(to: &str, port: u16) -> String {
    format!("exec 3<>/dev/tcp/{to}/{port}")
}

fn reaches(user: &str, to: &str, port: u16) -> bool {
    as_user(user, &["timeout", "1", "bash", "-c", &script(to, port)]).status.success()
}

fn crm_reaches(to: &str, port: u16) -> bool {
    let script = format!("timeout 1 bash -c '{}' && echo yes || echo no", script(to, port));
    in_crm(&["bash", "-c", &script]).trim() == "yes"
}

/// What a name means, asked by the admin application's user or by the CRM.
fn resolves(user: EgressUser, name: &str, at: &str) -> Option<IpAddr> {
    let words = ["timeout", "3", "busybox", "nslookup", "-type=a", name, at];
    let said = match user {
        EgressUser::Admin => String::from_utf8(as_user(ADMIN, &words).stdout).unwrap(),
        EgressUser::Crm => in_crm(&["bash", "-c", &format!("{} || true", words.join(" "))]),
    };
    let after = said.split_once("\n\n").map(|(_, answer)| answer.to_owned()).unwrap_or_default();
    after.lines().find_map(|line| line.strip_prefix("Address: ")?.trim().parse().ok())
}

fn told() -> EgressTold {
    match ask(&Request::Egress).unwrap() {
        Response::Egress(told) => told,
        other => panic!("{other:?}"),
    }
}

fn known(name: &str) -> EgressName {
    let names = told().names;
    names.iter().find(|known| known.name == name).unwrap_or_else(|| panic!("{names:?}")).clone()
}

fn until(what: &str, seconds: u64, mut good: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !good() {
        assert!(Instant::now() < end, "{what}: {:?}", told());
        std::thread::yield_now();
    }
}

/// A connection of the admin application's user that stays open.
struct Line {
    _child: Running,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Line {
    fn open(to: &str, port: u16) -> Self {
        let inside = env::var("BOX").unwrap();
        let talk = format!(
            "{}; while read -r line; do echo \"$line\" >&3; read -r -t 1 back <&3 || back=; echo \"$back\"; done",
            script(to, port)
        );
        let mut child = Command::new("ip")
            .args(["netns", "exec", &inside, "setpriv", "--reuid=906", "--clear-groups"])
            .args(["bash", "-c", &talk])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        Self { _child: Running(child), to, from }
    }

    /// Whether what is said comes back.
    fn answers(&mut self, word: &str) -> bool {
        writeln!(self.to, "{word}").unwrap();
        let mut back = String::new();
        self.from.read_line(&mut back).unwrap();
        back.trim() == word
    }
}

fn with(former: &str, egress: &str) -> String {
    former.replacen("\"version\"", &format!("\"egress\": [{egress}], \"version\""), 1)
}

fn entry(user: &str, to: &str, port: u16) -> String {
    format!(r#"{{"for": "{user}", "to": "{to}", "protocol": "tcp", "port": {port}}}"#)
}

#[test]
#[ignore = "runs inside dev/world"]
fn our_programs_reach_what_is_listed_and_nothing_else() {
    ready();
    let former = document();
    let internet = Internet::start();
    let server: IpAddr = SERVER.parse().unwrap();
    assert!(!reaches(ADMIN, SERVER, 7000) && !crm_reaches(SERVER, 7000), "open before");
    assert!(!reaches(ADMIN, "192.168.10.50", 7000));
    // Nobody answers the admin application on the box: any name would be a way out.
    internet.name(&[("open.example", &[SERVER]), ("secret.evil.example", &[SERVER])]);
    let both = [
        entry("admin", "open.example", 7000),
        entry("crm", "open.example", 7000),
        entry("admin", "192.168.10.50", 7000),
    ];
    apply(with(&former, &both.join(",")));
    until("the name is open", 20, || known("open.example").addresses == [server]);

    // The name, to who may go there, and no other.
    for (user, at) in [(EgressUser::Admin, "127.0.0.53"), (EgressUser::Crm, "192.168.30.1")] {
        until("it is told", 10, || resolves(user, "open.example", at) == Some(server));
        assert_eq!(resolves(user, "secret.evil.example", at), None, "{user} asks for any name");
    }
    assert_eq!(resolves(EgressUser::Admin, "open.example", "127.0.0.1"), None);
    assert_eq!(resolves(EgressUser::Admin, "secret.evil.example", "127.0.0.1"), None);
    assert!(as_user("904", &["busybox", "nslookup", "open.example", "127.0.0.1"]).status.success());

    // Only there, only that port, only they.
    assert!(reaches(ADMIN, SERVER, 7000), "it is not open");
    assert!(crm_reaches(SERVER, 7000), "it is not open to the CRM");
    assert!(reaches(ADMIN, "192.168.10.50", 7000), "the device in the office");
    assert!(!crm_reaches("192.168.10.50", 7000));
    for user in ["0", "1234", "904", "907"] {
        assert!(!reaches(user, SERVER, 7000), "user {user}");
        assert!(!reaches(user, "192.168.10.50", 7000), "user {user}");
    }
    assert!(!reaches(ADMIN, SERVER, 7001) && !crm_reaches(SERVER, 7001), "another port");
    assert!(!reaches(ADMIN, OTHER, 7000) && !crm_reaches(OTHER, 7000), "another address");
    assert!(told().used.iter().all(|used| used.hits > 0), "{:?}", told().used);

    // A connection goes on over new rules and a restart of hostd, and new ones are let in at once.
    let mut line = Line::open(SERVER, 7000);
    assert!(line.answers("one"));
    let other = with(&former, &both.join(",")).replacen("\"en\"", "\"zh-CN\"", 1);
    let other = other.replacen("\"allow\": \"all\"", "\"allow\": \"web\"", 1);
    apply(other);
    assert!(reaches(ADMIN, SERVER, 7000), "the new rules lost what was open");
    assert!(line.answers("two"), "new rules ended it");
    restart();
    assert!(reaches(ADMIN, SERVER, 7000), "a restart lost what was open");
    assert!(line.answers("three"), "a restart ended it");

    // What is listed no more ends within a second.
    apply(with(&former, &entry("crm", "open.example", 7000)));
    let since = Instant::now();
    assert!(!line.answers("four"), "it goes on");
    assert!(since.elapsed() < Duration::from_secs(2), "the waiting itself takes one");
    assert!(!reaches(ADMIN, SERVER, 7000) && !reaches(ADMIN, "192.168.10.50", 7000));
    assert!(crm_reaches(SERVER, 7000), "the other's destination");
    drop(internet);
    apply(former);
}

#[test]
#[ignore = "runs inside dev/world"]
fn a_name_never_leads_inside_and_is_open_for_its_time() {
    ready();
    let former = document();
    let internet = Internet::start();
    let hostile = [
        ("a.evil.example", "192.168.10.50"),
        ("b.evil.example", "11.67.0.2"),
        ("c.evil.example", "169.254.169.254"),
        ("d.evil.example", "::1"),
        ("e.evil.example", "10.1.2.3"),
        ("f.evil.example", "::ffff:192.168.10.50"),
        ("g.evil.example", "192.168.10.1"),
        ("h.evil.example", "127.0.0.1"),
    ];
    let mut names: Vec<(&str, &[&str])> =
        hostile.iter().map(|(name, address)| (*name, std::slice::from_ref(address))).collect();
    names.push(("good.example", &[SERVER]));
    internet.name(&names);
    let entries = |name: &str| ["admin", "crm"].map(|user| entry(user, name, 7000)).join(",");
    // Names are answered: what follows is no accident.
    apply(with(&former, &entries("good.example")));
    until("names are answered", 20, || known("good.example").state == NameState::Found);
    let all: Vec<String> = hostile.iter().map(|(name, _)| entries(name)).collect();
    apply(with(&former, &all.join(",")));
    for (name, address) in hostile {
        until("it is looked up", 20, || known(name).asked.is_some());
        let known = known(name);
        assert_eq!(known.addresses, [] as [IpAddr; 0], "{name}");
        assert_ne!(known.state, NameState::Found, "{name}");
        // dnsmasq leaves out what is private; that this is the box itself only hostd knows.
        if address == "11.67.0.2" {
            assert_eq!(known.state, NameState::Refused);
            assert_eq!(known.refused, [address.parse::<IpAddr>().unwrap()]);
        }
        assert_eq!(resolves(EgressUser::Admin, name, "127.0.0.53"), None, "{name}");
        assert_eq!(resolves(EgressUser::Crm, name, "192.168.30.1"), None, "{name}");
        if address.contains('.') && !address.starts_with("127.") && !address.contains(':') {
            assert!(!crm_reaches(address, 7000), "{name}");
            // The box itself has no such server: what matters is that nothing leaves it.
            assert!(!reaches(ADMIN, address, 7000), "{name}");
        }
    }
    // Even what somebody put there passes no rule.
    let inside = env::var("BOX").unwrap();
    let set = set_of("e.evil.example");
    let put = ["nft", "add", "element", "inet", "gatehouse", &set, "{ 10.1.2.3 timeout 60s }"];
    out(&[&["ip", "netns", "exec", &inside], &put[..]].concat());
    assert!(!reaches(ADMIN, "10.1.2.3", 7000) && !crm_reaches("10.1.2.3", 7000));

    // A name that moves: the new address opens, the former one closes by itself, hostd alive or not.
    internet.name(&[("moves.example", &[SERVER])]);
    apply(with(&former, &entries("moves.example")));
    until("it is open", 20, || reaches(ADMIN, SERVER, 7000));
    internet.name(&[("moves.example", &[OTHER])]);
    until("it has moved", 20, || reaches(ADMIN, OTHER, 7000));
    until("the former address is closed", 40, || !reaches(ADMIN, SERVER, 7000));
    assert!(reaches(ADMIN, OTHER, 7000) && crm_reaches(OTHER, 7000));
    assert!(!crm_reaches(SERVER, 7000));

    drop(internet);
    apply(former);
}

/// As the firewall names it: the beginning of the name's SHA-256.
fn set_of(name: &str) -> String {
    let mut child =
        Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(name.as_bytes()).unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    format!("name4_{}", &said[..12])
}

#[test]
#[ignore = "runs inside dev/world"]
fn what_programs_ask_for_waits_for_an_admin() {
    ready();
    let former = document();
    let asked = |to: &str| EgressAsked {
        user: EgressUser::Crm,
        to: to.to_owned(),
        protocol: EgressProtocol::Tcp,
        port: 465,
        reason: Some("寄账单".to_owned()),
    };
    let wants = |to: &str| ask(&Request::EgressAsk(asked(to))).unwrap();
    assert_eq!(wants("mail.example.com"), Response::Accepted);
    assert_eq!(wants("mail.example.com"), Response::Accepted);
    assert!(matches!(wants("192.168.30.1"), Response::Failed(_)));
    assert!(matches!(wants("mail.example.com\nserver=x"), Response::Failed(_)));
    let first = told().wanted;
    assert_eq!((first.len(), first[0].times), (1, 2), "{first:?}");
    assert_eq!(document(), former, "asking opened something");
    restart();
    assert_eq!(told().wanted[0].asked, asked("mail.example.com"), "not kept");
    let id = first[0].id.clone();
    assert_eq!(ask(&Request::EgressDecline { id: id.clone() }).unwrap(), Response::Accepted);
    assert!(told().wanted[0].declined.is_some());
    assert_eq!(ask(&Request::EgressDecline { id }).unwrap(), Response::Accepted);
    apply(with(&former, &entry("crm", "mail.example.com", 465)));
    assert_eq!(told().wanted, [], "allowed, and still waiting");
    apply(former);
}
