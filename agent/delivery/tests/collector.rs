//! Syslog over TLS, against rsyslog.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bench;

use std::time::Duration;

use bench::{Bench, Certified, NAME, Server, device, syslog};
use notify::{Failure, Way};
use tokio::process::Command;

/// rsyslog, and its port. `anon` wants no certificate of ours, `x509/certvalid` does.
async fn rsyslog(bench: &Bench, certified: &Certified, mode: &str) -> (Server, u16) {
    let place = bench.place.path();
    let (config, port) = (place.join("rsyslog.conf"), place.join("port"));
    let text = format!(
        r#"
global(workDirectory="{place}" defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="{place}/authorities.pem"
  defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="{mode}")
template(name="told" type="list" option.jsonf="on") {{
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="id" name="msgid" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="facility" name="syslogfacility" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}}
ruleset(name="out") {{ action(type="omfile" file="/dev/stdout" template="told") }}
input(type="imtcp" port="0" address="127.0.0.1" listenPortFileName="{port}" ruleset="out")
"#,
        place = place.display(),
        certificate = certified.certificate.display(),
        key = certified.key.display(),
        port = port.display(),
    );
    std::fs::write(&config, text).unwrap();
    let server = Server::start(
        Command::new("/usr/sbin/rsyslogd")
            .args(["-n", "-i", "NONE", "-f"])
            .arg(&config)
            .env("TMPDIR", place),
    );
    // It writes its port when it listens.
    let mut look = tokio::time::interval(Duration::from_millis(20));
    loop {
        look.tick().await;
        let said = std::fs::read_to_string(&port).unwrap_or_default();
        if let Ok(port) = said.trim().parse() {
            return (server, port);
        }
    }
}

#[tokio::test]
async fn a_message_arrives_whole() {
    let bench = Bench::new();
    let certified = bench.certified(NAME);
    let (mut server, port) = rsyslog(&bench, &certified, "anon").await;
    let message = device();
    bench.carry(&Way::Syslog(syslog(port)), &message).await.unwrap();
    let told = server.told().await;
    let of =
        |name: &str| told[name].as_str().unwrap_or_else(|| panic!("{name}: {told}")).to_owned();
    assert_eq!(
        (of("host"), of("app"), of("id")),
        ("1".into(), "gatehouse".into(), "new-device".into())
    );
    assert_eq!((of("severity"), of("facility")), ("info".into(), "13".into()));
    assert_eq!(of("time"), "2026-11-30T11:00:00.000Z");
    let data = of("data");
    assert!(
        data.starts_with(&format!("[gatehouse@32473 id=\"{}\" count=\"1\"", message.id.as_str())),
        "{data}"
    );
    assert!(data.contains(r#" value.device="周-Laptop \"\]\\" value.mac="#), "{data}");
    assert!(of("text").contains("第一次在“访客”看到"), "{}", of("text"));
}

#[tokio::test]
async fn a_collector_that_is_not_believed_or_wants_more_is_told() {
    let bench = Bench::new();
    let other = bench.certified("other.example.net");
    let (_server, port) = rsyslog(&bench, &other, "anon").await;
    let way = Way::Syslog(syslog(port));
    assert_eq!(bench.carry(&way, &device()).await, Err(Failure::CertificateName));
    let stranger = Bench::new();
    assert_eq!(stranger.carry(&way, &device()).await, Err(Failure::CertificateAuthority));
}
