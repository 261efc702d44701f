//! Two zones whose devices find each other: real questions and answers of multicast DNS between an office, a
//! printer in a zone of its own, guests and the CRM, passed on by a real avahi-daemon or by nobody.

use std::env;
use std::fs;
use std::time::{Duration, Instant};

use host_api::{Request, Response};
use serde_json::{Value, json};

use super::program::Program;
use super::{ask, document, out, ready, run};

/// Speaks multicast DNS on the one link of its namespace, of both IP versions, and remembers what it heard. On
/// lines of standard input: `ask NAME`, `tell NAME TARGET`, `serve NAME TARGET` (whoever asks for the name is
/// told the target), `unicast ADDRESS NAME`, `heard LABEL SECONDS VERSION` (whether somebody named it within
/// so long, or did so before), `ever LABEL` (whether somebody did so far).
const PEER: &str = r#"
import select, socket, struct, sys, time
index = next(i for i, name in socket.if_nameindex() if name != "lo")
def opened(family):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        way = struct.pack("4s4si", socket.inet_aton("224.0.0.251"), bytes(4), index)
        s.bind(("", 5353))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, way)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, way)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(("::", 5353))
        way = struct.pack("16si", socket.inet_pton(socket.AF_INET6, "ff02::fb"), index)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, way)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    return s
sockets = {"4": opened(socket.AF_INET), "6": opened(socket.AF_INET6)}
group = {"4": ("224.0.0.251", 5353), "6": ("ff02::fb", 5353)}
heard, served = [], {}
def label(text): return bytes([len(text)]) + text.encode()
def name(text): return b"".join(label(part) for part in text.split(".")) + b"\0"
def question(of): return struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name(of) + struct.pack("!2H", 12, 1)
def answer(of, target):
    rest = struct.pack("!2HIH", 12, 1, 120, len(name(target))) + name(target)
    return struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + name(of) + rest
def say(packet, versions="46"):
    for version in versions:
        try: sockets[version].sendto(packet, group[version])
        except OSError as error: print("cannot say", version, error, file=sys.stderr)
def listen(until):
    while True:
        ready, _, _ = select.select([*sockets.values(), sys.stdin], [], [], max(0, until - time.time()))
        for version, s in sockets.items():
            if s in ready:
                packet, sender = s.recvfrom(9000)
                heard.append((version, packet))
                is_question = packet[2] & 0x80 == 0
                for asked, target in served.items():
                    if is_question and name(asked) in packet: say(answer(asked, target), version)
        if not any(s in ready for s in sockets.values()): return sys.stdin in ready
def named(text, versions="46"):
    return any(version in versions and label(text) in packet for version, packet in heard)
print("ready", flush=True)
while True:
    if not listen(time.time() + 3600): continue
    line = sys.stdin.readline()
    if not line: break
    what, *words = line.split()
    told = "done"
    if what == "ask": say(question(words[0]))
    elif what == "tell": say(answer(*words))
    elif what == "serve": served[words[0]] = words[1]
    elif what == "unicast": sockets["4"].sendto(question(words[1]), (words[0], 5353))
    elif what == "forget": heard.clear()
    elif what == "heard":
        end = time.time() + float(words[1])
        while not named(words[0], words[2]) and time.time() < end:
            select.select(list(sockets.values()), [], [], max(0, end - time.time()))
            held, sys.stdin = sys.stdin, open("/dev/null")
            listen(0)
            sys.stdin = held
        told = "yes" if named(words[0], words[2]) else "no"
    elif what == "ever": told = "yes" if named(words[0]) else "no"
    print(told, flush=True)
"#;

/// Somebody on a link.
struct Peer(Program);

impl Peer {
    fn start(words: &[&str]) -> Self {
        let mut peer = Program::started_by(words, PEER);
        assert_eq!(peer.line(), "ready");
        Self(peer)
    }

    fn in_namespace(name: &str) -> Self {
        Self::start(&["ip", "netns", "exec", name])
    }

    fn tell(&mut self, what: &str) -> String {
        self.0.tell(what)
    }

    fn heard(&mut self, label: &str) -> bool {
        self.tell(&format!("ever {label}")) == "yes"
    }

    /// Asks as a client does, again after a second, until it is told.
    fn finds(&mut self, name: &str, label: &str, version: u8) {
        let end = Instant::now() + Duration::from_secs(20);
        self.tell("forget");
        loop {
            self.tell(&format!("ask {name}"));
            if self.tell(&format!("heard {label} 1 {version}")) == "yes" {
                return;
            }
            assert!(Instant::now() < end, "{name} is not found over IPv{version}");
        }
    }
}

/// A card of the box, and the namespace at its other end, for a zone of devices.
struct Devices(String);

impl Devices {
    fn new() -> Self {
        let (of_box, name) = (env::var("BOX").unwrap(), env::var("BOX").unwrap() + "-devices");
        out(&["ip", "netns", "add", &name]);
        let card = ["address", "52:54:00:67:00:04", "type", "veth", "peer", "name", "eth0"];
        let add = ["ip", "-n", &of_box, "link", "add", "lan2"];
        out(&[&add[..], &card, &["netns", &name]].concat());
        let dad = "/proc/sys/net/ipv6/conf/eth0/accept_dad";
        out(&["ip", "netns", "exec", &name, "sh", "-c", &format!("echo 0 >{dad}")]);
        out(&["ip", "-n", &name, "link", "set", "eth0", "up"]);
        out(&["ip", "-n", &name, "address", "add", "192.168.40.20/24", "dev", "eth0"]);
        Self(name)
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        run(&["ip", "-n", &env::var("BOX").unwrap(), "link", "delete", "lan2"]);
        run(&["ip", "netns", "delete", &self.0]);
    }
}

fn with(former: &str, relays: &Value) -> String {
    let mut value: Value = serde_json::from_str(former).unwrap();
    value["ports"]["devices"] =
        json!({"match": {"mac": "52:54:00:67:00:04"}, "role": {"access": "devices"}});
    value["zones"]["devices"] =
        json!({"vlan": 40, "ipv4": {"address": "192.168.40.1/24"}, "ipv6": "automatic"});
    value["relays"] = relays.clone();
    settings::parse(value.to_string().as_bytes()).unwrap().to_json()
}

fn apply(document: String) {
    assert_eq!(ask(&Request::Apply { document }).unwrap(), Response::Accepted);
}

/// Numbers of the relays' processes.
fn relays() -> Vec<String> {
    let all = out(&["ip", "netns", "pids", &env::var("BOX").unwrap()]);
    let is_relay = |pid: &&str| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "avahi-daemon\n")
    };
    all.split_whitespace().filter(is_relay).map(str::to_owned).collect()
}

fn wait_until(what: &str, seconds: u64, is: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !is() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

const IPP: &str = "_ipp._tcp.local";

#[test]
#[ignore = "runs inside dev/world"]
fn devices_of_two_zones_find_each_other_and_nobody_else_does() {
    ready();
    let former = document();
    let devices = Devices::new();
    let (office, guest) = (env::var("OFFICE").unwrap(), env::var("GUEST").unwrap());
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &guest, "address", "replace", "192.168.20.50/24", "dev", "eth0"]);
    let both = json!([{"zones": ["devices", "office"]}]);
    apply(with(&former, &both));
    let mut printer = Peer::in_namespace(&devices.0);
    printer.tell(&format!("serve {IPP} Printer-1.{IPP}"));
    let (mut pc, mut visitor) = (Peer::in_namespace(&office), Peer::in_namespace(&guest));
    let keeper = env::var("KEEPER").unwrap();
    let mut crm =
        Peer::start(&["nsenter", "-t", &keeper, "-m", "-r", "ip", "netns", "exec", "crm"]);

    pc.finds(IPP, "Printer-1", 4);
    pc.finds(IPP, "Printer-1", 6);

    // Whoever is in neither zone asks in vain, and hears nothing; so does who asks the box itself. What came
    // before the office's question would have been heard before it.
    visitor.tell("ask _of-guest._tcp.local");
    visitor.tell("unicast 192.168.20.1 _of-guest-to-box._tcp.local");
    pc.tell("unicast 192.168.10.1 _of-office-to-box._tcp.local");
    crm.tell("ask _of-crm._tcp.local");
    pc.tell("ask gatehouse.local");
    pc.tell("ask _of-office._tcp.local");
    assert_eq!(printer.tell("heard _of-office 10 4"), "yes");
    for label in ["_of-guest", "_of-guest-to-box", "_of-office-to-box", "_of-crm"] {
        assert!(!printer.heard(label), "{label}");
    }
    printer.tell(&format!("tell {IPP} Printer-2.{IPP}"));
    assert_eq!(pc.tell("heard Printer-2 10 4"), "yes");
    assert!(!visitor.heard("Printer-1") && !visitor.heard("Printer-2"), "guests find the printer");
    assert!(!crm.heard("Printer-1") && !crm.heard("Printer-2"), "the CRM finds the printer");
    assert!(!visitor.heard("_of-office") && !crm.heard("_of-office"));
    assert!(!pc.heard("gatehouse"), "the box tells what it is called");

    // One that is killed comes back: hostd looks after its children twice a minute, and starts them at the next look.
    let killed = relays();
    assert_eq!(killed.len(), 1, "{killed:?}");
    out(&["kill", "-KILL", &killed[0]]);
    wait_until("it does not come back", 80, || relays().len() == 1 && relays() != killed);
    pc.finds(IPP, "Printer-1", 4);

    // Nothing that changed: it is the same process. Then printers only, in another one.
    let kept = relays();
    apply(with(&former, &both).replace("192.168.20.", "192.168.21."));
    assert_eq!(relays(), kept, "started again for nothing");
    let printing = json!([{"zones": ["office", "devices"], "services": "printing"}]);
    apply(with(&former, &printing));
    wait_until("it is not started again", 20, || relays().len() == 1 && relays() != kept);
    pc.finds(IPP, "Printer-1", 4);
    printer.tell("tell _airplay._tcp.local Screen-1._airplay._tcp.local");
    printer.tell(&format!("tell {IPP} Printer-3.{IPP}"));
    assert_eq!(pc.tell("heard Printer-3 10 4"), "yes");
    assert!(!pc.heard("Screen-1"), "a screen is found where printers are to be");

    // Two relays of one zone are not one: guests find the office, and not what is beyond.
    let chain = json!([{"zones": ["devices", "office"]}, {"zones": ["office", "guest"]}]);
    apply(with(&former, &chain));
    pc.tell(&format!("serve {IPP} Printer-9.{IPP}"));
    visitor.finds(IPP, "Printer-9", 4);
    visitor.finds(IPP, "Printer-9", 6);
    pc.finds(IPP, "Printer-1", 4);
    visitor.tell("ask _of-guest-again._tcp.local");
    assert_eq!(pc.tell("heard _of-guest-again 10 46"), "yes");
    pc.finds(IPP, "Printer-1", 6);
    assert!(!printer.heard("_of-guest-again") && !visitor.heard("Printer-1"), "two relays are one");

    // Taken away: nothing more from that moment on, and no process is left.
    apply(with(&former, &json!([])));
    pc.tell("forget");
    pc.tell("ask _of-office-late._tcp.local");
    printer.tell(&format!("tell {IPP} Printer-4.{IPP}"));
    assert_eq!(pc.tell("heard Printer-4 1 46"), "no");
    assert!(!printer.heard("_of-office-late"));
    wait_until("a relay that nobody wants", 20, || relays().is_empty());

    apply(former);
    out(&["ip", "-n", &office, "address", "delete", "192.168.10.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &guest, "address", "delete", "192.168.20.50/24", "dev", "eth0"]);
}
