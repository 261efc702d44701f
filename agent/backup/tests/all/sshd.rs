//! A NAS with Debian's OpenSSH server, as docs/backup.md sets one up: users of `sftp` alone, shut in below one
//! directory. It has a root of its own for what it looks up (users, passwords), listens on loopback alone, and ends
//! with the test. Only root may look passwords up and shut somebody in, which the builder root's tests are.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use backup::{BoxKey, HostKey, Password, Sftp, SftpAddress, SignIn, SshLogin};
use tempfile::TempDir;

use crate::nas::NAME;

pub const PASSWORD: &str = "hunter2";
/// Of it, as `openssl passwd -6 -salt gatehouse` writes it.
const SHADOW: &str = "$6$gatehouse$vRoTpiT6pwvS7oXXtky2hHYjbU69g2Ex/8ONg.b.Y2l.e5Jj0Mk5PGvSgI2VZLexwstMjj2MoSZrIKF4J76Jz/";
/// Below the top of what its users see.
pub const FOLDER: &str = "/copies/crm";
/// Of all its users: they differ in what they may do.
const USER: u32 = 1_500;

/// With everything that is not a test's own.
const CONFIG: &str = "
ListenAddress 127.0.0.1
PidFile none
UsePAM no
StrictModes no
PerSourcePenalties no
MaxStartups 200
LogLevel VERBOSE
KbdInteractiveAuthentication no
AllowTcpForwarding no
Subsystem sftp internal-sftp
ChrootDirectory /mnt
Match User reader
    ForceCommand internal-sftp -R
Match User adder
    ForceCommand internal-sftp -P remove,rmdir
Match User talker
    ForceCommand /bin/false
";

/// In a mount namespace of its own; ends as the server.
const BEGIN: &str = "
set -e
for file in passwd group shadow; do mount --bind \"$1/$file\" \"/etc/$file\"; done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd
mount --bind \"$1/top\" /mnt
if [ -n \"$3\" ]; then mount -t tmpfs -o \"size=$3,uid=1500,mode=700\" tmpfs /mnt/copies; fi
exec /usr/sbin/sshd -D -e -f \"$1/config\" -p \"$2\"
";

/// The server; it ends with this.
pub struct Sshd {
    pub place: TempDir,
    pub port: u16,
    child: Child,
}

impl Sshd {
    pub fn start() -> Self {
        Self::with("", "")
    }

    /// With more lines of its configuration first; and a disk of this size.
    pub fn with(config: &str, size: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let at = place.path();
        let users = ["box", "reader", "adder", "talker"];
        let lines = |line: &dyn Fn(&str) -> String| -> String {
            users.iter().map(|user| line(user)).collect()
        };
        let passwd = lines(&|user| format!("{user}:x:{USER}:{USER}::/:/usr/sbin/nologin\n"));
        let own = "root:x:0:0:root:/root:/bin/sh\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n";
        fs::write(at.join("passwd"), format!("{own}{passwd}")).unwrap();
        fs::write(at.join("group"), format!("root:x:0:\nnogroup:x:65534:\nbox:x:{USER}:\n"))
            .unwrap();
        let shadow = lines(&|user| format!("{user}:{SHADOW}:20000:0:99999:7:::\n"));
        fs::write(
            at.join("shadow"),
            format!("root:*:20000:0:99999:7:::\nsshd:!:20000::::::\n{shadow}"),
        )
        .unwrap();
        for kind in ["ed25519", "ecdsa"] {
            let key = at.join(kind);
            run(Command::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-f"]).arg(&key));
        }
        run(Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-t", "ed25519", "-f"])
            .arg(at.join("owner")));
        fs::copy(at.join("owner.pub"), at.join("authorized_keys")).unwrap();
        let all = format!(
            "{config}\nHostKey {0}/ecdsa\nHostKey {0}/ed25519\nAuthorizedKeysFile {0}/authorized_keys\n{CONFIG}",
            at.display()
        );
        fs::write(at.join("config"), all).unwrap();
        fs::create_dir_all(at.join("top/copies")).unwrap();
        fs::set_permissions(at.join("top"), fs::Permissions::from_mode(0o755)).unwrap();
        chown(at.join("top/copies"), Some(USER), Some(USER)).unwrap();
        // Nobody gives it back and says which it was: whoever else takes it meanwhile fails to be the right server.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = begin(at, port, size);
        Self { place, port, child }
    }

    /// A line of the key that it is known by.
    pub fn host_key(&self) -> String {
        fs::read_to_string(self.place.path().join("ed25519.pub")).unwrap()
    }

    /// The fingerprint of its other key.
    pub fn other_fingerprint(&self) -> String {
        let mut command = Command::new("ssh-keygen");
        run(command.arg("-lf").arg(self.place.path().join("ecdsa.pub")))
    }

    /// Lets a key of the box's in.
    pub fn authorize(&self, key: &BoxKey) {
        let path = self.place.path().join("authorized_keys");
        let before = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{before}{}\n", key.public_line())).unwrap();
    }

    /// Where a repository lies.
    pub fn folder(&self, below: &str) -> PathBuf {
        self.place.path().join("top").join(below.trim_start_matches('/'))
    }

    pub fn target(&self) -> Arc<Sftp> {
        Arc::new(self.target_of("box"))
    }

    /// As somebody.
    pub fn target_of(&self, user: &str) -> Sftp {
        at(self.port, FOLDER, &self.host_key(), login(user, PASSWORD))
    }

    /// Makes its disk as large as this.
    pub fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        let mut command = Command::new("nsenter");
        command.args([
            "-m",
            "-r",
            "-t",
            &self.child.id().to_string(),
            "mount",
            "-o",
            &options,
            "/mnt/copies",
        ]);
        run(&mut command);
    }

    /// Stock restic over OpenSSH's own client; its output, if it ends well.
    pub fn restic(&self, password: &str, arguments: &[&str]) -> String {
        let (at, port) = (self.place.path(), self.port);
        let known = at.join("known_hosts");
        fs::write(&known, format!("[127.0.0.1]:{port} {}", self.host_key())).unwrap();
        let ssh = format!(
            "ssh -F none -i {}/owner -p {port} -o BatchMode=yes -o UserKnownHostsFile={} box@127.0.0.1 -s sftp",
            at.display(),
            known.display()
        );
        let mut command = Command::new("restic");
        command
            .args(["--no-cache", "--repo", &format!("sftp:box@nas:{FOLDER}"), "-o"])
            .arg(format!("sftp.command={ssh}"))
            .args(arguments)
            .env("RESTIC_PASSWORD", password);
        run(&mut command)
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// Somebody with a password.
pub fn login(user: &str, password: &str) -> SshLogin {
    SshLogin::new(user.to_owned(), SignIn::Password(Password::new(password.to_owned()))).unwrap()
}

/// At this port of this machine.
pub fn at(port: u16, folder: &str, host_key: &str, login: SshLogin) -> Sftp {
    let address = SftpAddress::new(&format!("{NAME}:{port}"), folder).unwrap();
    let here = Arc::new(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    Sftp::new(address, HostKey::parse(host_key).unwrap(), login, here).unwrap()
}

fn begin(at: &Path, port: u16, size: &str) -> Child {
    let mut child = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", BEGIN, "sh"])
        .arg(at)
        .args([&port.to_string(), size])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut before = Vec::new();
    loop {
        let line = said.next().unwrap_or_else(|| panic!("it ended: {before:?}")).unwrap();
        if line.starts_with("Server listening on 127.0.0.1") {
            break;
        }
        before.push(line);
    }
    // It must go on having somebody to talk to.
    let log = fs::File::create(at.join("log")).unwrap();
    thread::spawn(move || {
        for line in said.map_while(Result::ok) {
            let _ = std::io::Write::write_all(&mut &log, format!("{line}\n").as_bytes());
        }
    });
    child
}

fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}: {text}");
    text
}
