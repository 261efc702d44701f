//! How a target is reached: what an admin typed, checked, and ready to be sealed. Secrets in it are wiped when
//! dropped and never in a log.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use events::Secret;
use serde::{Deserialize, Serialize};
use settings::{DomainName, Egress, EgressProtocol, EgressTarget, EgressUser};

use crate::WebAddress;

/// How a target is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "kebab-case")]
pub enum Way {
    /// By mail, through a relay.
    Mail(Relay),
    /// By a signed webhook.
    Webhook(Webhook),
    /// By syslog over TLS.
    Syslog(SyslogServer),
    /// By a robot of a group chat.
    Robot(Robot),
}

/// A mail relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Where it is.
    pub place: HostPort,
    /// How it is encrypted; in clear nothing is ever sent.
    pub security: RelaySecurity,
    /// Who signs in; nobody if none.
    pub login: Option<Login>,
    /// Who sends.
    pub from: Mailbox,
    /// Who receives, 1 to 20.
    pub to: Vec<Mailbox>,
    /// The authority whose certificates it has; those that the image knows if none.
    pub authority: Option<Authority>,
}

/// How a relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelaySecurity {
    /// From the first byte on (RFC 8314), as at port 465.
    Tls,
    /// After STARTTLS (RFC 3207), as at port 587; refused when the relay does not offer it.
    StartTls,
}

/// Who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The user, 1 to 254 bytes.
    pub user: String,
    /// The password, 1 to 1024 bytes.
    pub password: Secret,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Where it is posted.
    pub address: WebAddress,
    /// `whsec_` and the key in base64, 24 to 64 bytes, as [`crate::webhook::secret`] makes it.
    pub secret: Secret,
    /// The authority whose certificates it has; those that the image knows if none.
    pub authority: Option<Authority>,
}

/// A server of syslog over TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyslogServer {
    /// Where it is; its port is 6514 by the standard.
    pub place: HostPort,
    /// The authority whose certificates it has; those that the image knows if none.
    pub authority: Option<Authority>,
}

/// A robot of a group chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Robot {
    /// Whose.
    pub kind: RobotKind,
    /// Its address, which holds its key.
    pub address: WebAddress,
    /// What messages are signed with, if the robot wants it. WeCom's robots have none.
    pub secret: Option<Secret>,
}

/// Whose robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RobotKind {
    /// WeCom, 企业微信.
    WeCom,
    /// DingTalk, 钉钉.
    DingTalk,
    /// Feishu, 飞书.
    Feishu,
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HostPort {
    /// The host, which its certificate must be for.
    pub host: Host,
    /// The port, never 0.
    pub port: u16,
}

/// A host: by name on the internet, by address on the inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Host {
    /// By name.
    Name(DomainName),
    /// By address.
    Address(IpAddr),
}

/// An address of mail: `local@domain` in ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(String);

/// Certificates of authorities, PEM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Authority(String);

/// Why something of a way cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WayInvalid {
    /// No name or address.
    #[error("this is no name on the internet and no IP address")]
    Host,
    /// Port 0.
    #[error("a port is 1 to 65535")]
    Port,
    /// No `https://…`.
    #[error("this is no https:// address")]
    WebAddress,
    /// No address of mail.
    #[error("this is no address of mail in ASCII")]
    Mailbox,
    /// None, or more than 20.
    #[error("a relay has 1 to 20 recipients")]
    Recipients,
    /// No user or password, too long, or with control characters.
    #[error("user and password are needed, without control characters")]
    Login,
    /// No secret of a webhook or robot.
    #[error("this is no secret")]
    Secret,
    /// No certificates.
    #[error("these are no certificates in PEM; a private key must never be here")]
    Authority,
}

impl Way {
    /// Where it goes, for egress.
    pub fn place(&self) -> &HostPort {
        match self {
            Self::Mail(relay) => &relay.place,
            Self::Webhook(webhook) => webhook.address.place(),
            Self::Syslog(server) => &server.place,
            Self::Robot(robot) => robot.address.place(),
        }
    }

    /// The destination that the admin application, which sends it, has to be allowed.
    pub fn egress(&self) -> Egress {
        let HostPort { host, port } = self.place();
        let to = match host {
            Host::Name(name) => EgressTarget::Name(name.clone()),
            Host::Address(address) => (*address).into(),
        };
        let (user, protocol) = (EgressUser::Admin, EgressProtocol::Tcp);
        Egress { user, to, protocol, port: *port, note: None, reason: None }
    }

    /// The authority that an admin gave.
    pub fn authority(&self) -> Option<&Authority> {
        match self {
            Self::Mail(Relay { authority, .. })
            | Self::Webhook(Webhook { authority, .. })
            | Self::Syslog(SyslogServer { authority, .. }) => authority.as_ref(),
            Self::Robot(_) => None,
        }
    }

    /// Checks what the types of the parts leave open.
    pub fn check(&self) -> Result<(), WayInvalid> {
        if self.place().port == 0 {
            return Err(WayInvalid::Port);
        }
        match self {
            Self::Mail(relay) if !(1..=Relay::MAX_RECIPIENTS).contains(&relay.to.len()) => {
                Err(WayInvalid::Recipients)
            }
            Self::Mail(Relay { login: Some(login), .. })
                if !Login::is_user(&login.user) || !Login::is_password(&login.password) =>
            {
                Err(WayInvalid::Login)
            }
            Self::Webhook(webhook) if crate::webhook::key(&webhook.secret).is_none() => {
                Err(WayInvalid::Secret)
            }
            Self::Robot(Robot { secret: Some(secret), .. }) if !Robot::is_secret(secret) => {
                Err(WayInvalid::Secret)
            }
            _ => Ok(()),
        }
    }
}

impl Relay {
    /// Most recipients.
    pub const MAX_RECIPIENTS: usize = 20;
}

impl Login {
    /// Whether it can be a user.
    pub fn is_user(text: &str) -> bool {
        is_plain(text, 254)
    }

    /// Whether it can be a password.
    pub fn is_password(password: &Secret) -> bool {
        is_plain(password.reveal(), 1024)
    }
}

impl Robot {
    /// Whether messages can be signed with it.
    pub fn is_secret(secret: &Secret) -> bool {
        is_plain(secret.reveal(), 256)
    }
}

fn is_plain(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && !text.chars().any(char::is_control)
}

impl Authority {
    /// Most bytes.
    pub const MAX: usize = 64 << 10;

    /// The certificates, PEM.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Mailbox {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Host {
    type Err = WayInvalid;

    fn from_str(text: &str) -> Result<Self, WayInvalid> {
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(Self::Address(address)),
            Err(_) => text.parse().map(Self::Name).map_err(|_| WayInvalid::Host),
        }
    }
}

impl FromStr for Mailbox {
    type Err = WayInvalid;

    fn from_str(text: &str) -> Result<Self, WayInvalid> {
        let fits =
            |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let parts = text.rsplit_once('@').filter(|(local, domain)| {
            (1..=64).contains(&local.len())
                && local.bytes().all(fits)
                && !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && domain.to_ascii_lowercase().parse::<DomainName>().is_ok()
        });
        let fits = parts.is_some() && text.len() <= 254;
        if fits { Ok(Self(text.to_owned())) } else { Err(WayInvalid::Mailbox) }
    }
}

impl FromStr for Authority {
    type Err = WayInvalid;

    fn from_str(text: &str) -> Result<Self, WayInvalid> {
        let fits = text.len() <= Self::MAX
            && text.contains("-----BEGIN CERTIFICATE-----")
            && !text.contains("PRIVATE KEY");
        if fits { Ok(Self(text.to_owned())) } else { Err(WayInvalid::Authority) }
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = WayInvalid;

            fn try_from(text: String) -> Result<Self, WayInvalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(it: $name) -> Self {
                it.to_string()
            }
        }
    )*};
}

as_text! { Host Mailbox Authority }

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay() -> Relay {
        Relay {
            place: HostPort { host: "smtp.example.net".parse().unwrap(), port: 465 },
            security: RelaySecurity::Tls,
            login: Some(Login {
                user: "box".to_owned(),
                password: Secret::new("hunter2".to_owned()),
            }),
            from: "box@example.net".parse().unwrap(),
            to: vec!["Owner@Example.net".parse().unwrap()],
            authority: None,
        }
    }

    #[test]
    fn comes_back_from_what_is_stored_and_hides_its_password() {
        let way = Way::Mail(relay());
        let stored = serde_json::to_string(&way).unwrap();
        assert_eq!(serde_json::from_str::<Way>(&stored).unwrap(), way);
        assert!(stored.contains("hunter2") && !format!("{way:?}").contains("hunter2"));
        assert_eq!(way.check(), Ok(()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let with = |change: fn(&mut Relay)| {
            let mut relay = relay();
            change(&mut relay);
            Way::Mail(relay).check()
        };
        assert_eq!(with(|relay| relay.to.clear()), Err(WayInvalid::Recipients));
        assert_eq!(with(|relay| relay.place.port = 0), Err(WayInvalid::Port));
        let login = |user: &str, password: &str| {
            Some(Login { user: user.to_owned(), password: Secret::new(password.to_owned()) })
        };
        let mut bad = relay();
        for (user, password) in [("", "x"), ("x", ""), ("x\r\nDATA", "x"), ("x", "\0")] {
            bad.login = login(user, password);
            assert_eq!(Way::Mail(bad.clone()).check(), Err(WayInvalid::Login));
        }
        for bad in [
            "",
            "@",
            "a@",
            "a@b",
            "a b@example.net",
            "a@example.net\r\nBcc: x@example.net",
            "<a@example.net>",
            "a..b@example.net",
            "老板@example.net",
            "a@192.168.1.1",
        ] {
            assert_eq!(bad.parse::<Mailbox>(), Err(WayInvalid::Mailbox), "{bad}");
        }
        let key = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----";
        assert_eq!(key.parse::<Authority>(), Err(WayInvalid::Authority));
    }
}
