//! Names asked over TLS and checked: of a real server on the WAN, with a certificate and a signed domain of
//! its own, by a real client in the office.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use host_api::{Request, Response};

use super::{apply, ask, document, learns, out, ready, run, work};

/// The server on the WAN; it ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const NAME: &str = "dns.example.net";

/// Serves a signed domain in which one record was changed after it was signed, another without any
/// signature, and the time servers' names.
fn serve() -> Server {
    let place = work().join("upstream");
    fs::create_dir(&place).unwrap();
    let at = |name: &str| place.join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (at("key.pem"), at("certificate.pem"));
    out(&[
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=gatehouse test",
        "-addext",
        &format!("subjectAltName=DNS:{NAME}"),
        "-keyout",
        &key,
        "-out",
        &certificate,
    ]);
    fs::copy(&certificate, work().join("authorities.pem")).unwrap();
    let zone = at("zone");
    let records = "@ 300 IN SOA ns admin 1 3600 600 86400 300\n@ 300 IN NS ns\nns 300 IN A 11.67.0.1\n\
                   good 300 IN A 11.67.1.1\nbad 300 IN A 11.67.1.2\n";
    fs::write(&zone, format!("$ORIGIN signed.example.\n{records}")).unwrap();
    let inside = place.to_str().unwrap();
    let sign = "cd \"$0\" && key=$(ldns-keygen -a ECDSAP256SHA256 -k signed.example) && \
                ldns-signzone -o signed.example zone \"$key\" && cat \"$key.key\"";
    let anchor = out(&["sh", "-c", sign, inside]);
    fs::write(work().join("root.key"), anchor).unwrap();
    let signed = fs::read_to_string(at("zone.signed")).unwrap();
    assert!(signed.contains("RRSIG") && signed.contains("11.67.1.2"), "{signed}");
    fs::write(at("zone.signed"), signed.replace("11.67.1.2", "11.67.1.66")).unwrap();
    let configuration = format!(
        "server:\n interface: 11.67.0.1@53\n interface: 11.67.0.1@853\n tls-port: 853\n \
         tls-service-key: \"{key}\"\n tls-service-pem: \"{certificate}\"\n chroot: \"\"\n username: \"\"\n \
         directory: \"\"\n pidfile: \"\"\n use-syslog: no\n access-control: 0.0.0.0/0 allow\n \
         module-config: \"iterator\"\n local-zone: \"plain.example.\" static\n \
         local-data: \"www.plain.example. A 11.67.1.3\"\n local-zone: \"pool.ntp.org.\" static\n \
         local-data: \"2.debian.pool.ntp.org. A 11.67.1.9\"\n \
         local-zone: \"root-servers.net.\" static\n \
         local-data: \"a.root-servers.net. A 198.41.0.4\"\n\
         auth-zone:\n name: \"signed.example.\"\n zonefile: \"{}\"\n for-downstream: yes\n for-upstream: no\n",
        at("zone.signed")
    );
    fs::write(at("conf"), configuration).unwrap();
    start()
}

/// Starts what was written down before.
fn start() -> Server {
    let file = work().join("upstream/conf");
    let wan = std::env::var("WAN").unwrap();
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &wan, "unbound", "-d", "-p", "-c", file.to_str().unwrap()]);
    Server(command.stdin(Stdio::null()).spawn().unwrap())
}

/// Waits until it is told, or told no more, that the servers do not answer.
fn told_unanswered(is_told: bool) {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let Response::Status(status) = ask(&Request::Status).unwrap() else { panic!("no status") };
        if status.notices.iter().any(|notice| notice.code == "names_unanswered") == is_told {
            return;
        }
        assert!(Instant::now() < end, "{:?}", status.notices);
        std::thread::yield_now();
    }
}

/// What a client in the office is told: the code of the answer, and all of it.
fn asked(name: &str) -> (String, String) {
    let office = std::env::var("OFFICE").unwrap();
    let said =
        run(&["ip", "netns", "exec", &office, "drill", "-D", "-a", name, "@192.168.10.1", "A"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let code = said.split_once("rcode: ").and_then(|(_, rest)| rest.split(',').next());
    (code.unwrap_or("no answer").to_owned(), said)
}

fn wait_for(name: &str, code: &str, holds: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (told, said) = asked(name);
        if told == code && said.contains(holds) {
            return;
        }
        assert!(Instant::now() < end, "{name} was to be {code} {holds}: {said}");
        std::thread::yield_now();
    }
}

fn apply_dns(former: &str, dns: &str) {
    let with = former.replacen("\"language\"", &format!("\"dns\": {dns}, \"language\""), 1);
    apply(with);
}

#[test]
#[ignore = "runs inside dev/world"]
fn o_names_are_asked_over_tls_and_checked() {
    ready();
    let office = std::env::var("OFFICE").unwrap();
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let former = document();
    let server = serve();
    learns(Some("11.67.0.1"));
    let tls = |name: &str, dnssec: bool| {
        format!(
            r#"{{"upstream": {{"tls": [{{"address": "11.67.0.1", "name": "{name}"}}]}}, "dnssec": {dnssec}}}"#
        )
    };

    apply_dns(&former, &tls(NAME, true));
    wait_for("good.signed.example", "NOERROR", "11.67.1.1");
    assert!(asked("good.signed.example").1.contains(" ad"), "it is told that it was checked");
    wait_for("bad.signed.example", "SERVFAIL", "");
    wait_for("www.plain.example", "NOERROR", "11.67.1.3");
    wait_for("none.signed.example", "NXDOMAIN", "");

    // Without the check the forged answer is let through: it was the check that refused it.
    apply_dns(&former, &tls(NAME, false));
    wait_for("bad.signed.example", "NOERROR", "11.67.1.66");

    // It falls silent, is told of, and is tried again until it answers.
    told_unanswered(false);
    drop(server);
    told_unanswered(true);
    let _server = start();
    told_unanswered(false);
    wait_for("www.plain.example", "NOERROR", "11.67.1.3");

    // Somebody else at the server's address is told nothing, and nobody else is asked; but for the time.
    apply_dns(&former, &tls("other.example.net", false));
    wait_for("2.debian.pool.ntp.org", "NOERROR", "11.67.1.9");
    wait_for("www.plain.example", "SERVFAIL", "");

    // The provider's answers are checked as well.
    apply_dns(&former, r#"{"dnssec": true}"#);
    wait_for("good.signed.example", "NOERROR", "11.67.1.1");
    wait_for("bad.signed.example", "SERVFAIL", "");

    let file = work().join("run/resolver.conf");
    assert!(file.exists());
    apply(former);
    wait_for("bad.signed.example", "NOERROR", "11.67.1.66");
    assert!(!file.exists(), "a resolver that nobody wants");
    learns(None);
    out(&["ip", "-n", &office, "address", "delete", "192.168.10.50/24", "dev", "eth0"]);
}
