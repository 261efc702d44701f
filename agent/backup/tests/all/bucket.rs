//! An object store (moto: `tests/s3/server`) that checks signatures and rights, its certificate of an authority
//! that the admin's own is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use backup::{Clock, S3, S3Address, S3Fields, S3Keys, S3Style, Trust};
use tempfile::TempDir;

use crate::nas::{Authority, NAME};

pub const PREFIX: &str = "box/crm";

/// The wall's.
pub fn wall() -> Arc<Clock> {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::try_from(since.as_millis()).unwrap()
    })
}

/// At this port of this machine.
pub fn at(fields: S3Fields<'_>, keys: S3Keys, authority: &str, clock: Arc<Clock>) -> S3 {
    let here = Arc::new(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    let trust = Trust::These(authority.to_owned());
    S3::new(S3Address::new(fields).unwrap(), keys, trust, here, clock).unwrap()
}

/// The server; it ends with this.
pub struct Store {
    place: TempDir,
    pub authority: Authority,
    pub port: u16,
    keys: BTreeMap<String, [String; 2]>,
    child: Child,
}

#[derive(serde::Deserialize)]
struct Started {
    port: u16,
    keys: BTreeMap<String, [String; 2]>,
}

impl Store {
    pub fn start(arguments: &[&str]) -> Self {
        let (place, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        let names = [NAME, "127.0.0.1", "copies.s3.amazonaws.com"];
        let (certificate, key) = authority.certify(&names, |_| {});
        std::fs::write(place.path().join("public_key"), certificate.pem()).unwrap();
        std::fs::write(place.path().join("private_key"), key.serialize_pem()).unwrap();
        std::fs::write(place.path().join("authority"), &authority.pem).unwrap();
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/s3/server");
        let mut child = Command::new(server)
            .arg(place.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Started { port, keys } = serde_json::from_str(&line).expect("it ended");
        Self { place, authority, port, keys, child }
    }

    /// Id and secret.
    pub fn key_of(&self, user: &str) -> [String; 2] {
        self.keys[user].clone()
    }

    pub fn keys(&self, user: &str) -> S3Keys {
        let [id, secret] = self.key_of(user);
        S3Keys::new(id, secret).unwrap()
    }

    pub fn wrong_secret(&self, user: &str) -> S3Keys {
        S3Keys::new(self.keys[user][0].clone(), "hunter2".to_owned()).unwrap()
    }

    /// As somebody, in a bucket.
    pub fn target_of(&self, user: &str, bucket: &str) -> S3 {
        let endpoint = &format!("{NAME}:{}", self.port);
        let (region, prefix, style) = ("us-east-1", PREFIX, S3Style::Path);
        let fields = S3Fields { endpoint, region, bucket, prefix, style };
        at(fields, self.keys(user), &self.authority.pem, wall())
    }

    pub fn target(&self, bucket: &str) -> Arc<S3> {
        Arc::new(self.target_of("box", bucket))
    }

    /// Stock restic at the bucket; its output, if it ends well.
    pub fn restic(&self, bucket: &str, password: &str, arguments: &[&str]) -> String {
        let repository = format!("s3:https://127.0.0.1:{}/{bucket}/{PREFIX}", self.port);
        let [id, secret] = &self.keys["box"];
        let output = Command::new("restic")
            .args(["--no-cache", "--repo", &repository, "--cacert"])
            .arg(self.place.path().join("authority"))
            .args(["-o", "s3.bucket-lookup=path", "-o", "s3.region=us-east-1"])
            .args(arguments)
            .env("RESTIC_PASSWORD", password)
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(output.status.success(), "restic {arguments:?}: {text}");
        text
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Its standard input goes with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
