//! A target as an admin typed it, field by field: what is wrong is told of all of them at once. A password or key
//! that was left out stays the former one, but never goes to another place than the one that it was typed for.

use events::Secret;
use notify::{
    Authority, Chosen, Host, HostPort, Login, Mailbox, Name, Quiet, Relay, RelaySecurity, Robot,
    RobotKind, Severity, SyslogServer, Target, Way, WebAddress, Webhook, webhook,
};

use crate::problem::{Field, Problem};
use crate::reply::broken;
use crate::shape::alerts::AlertSeverity;
use crate::shape::targets::{AlertQuiet, AlertSecurity, AlertTargetGiven, AlertWay};
use crate::time_of_day::{clock, minutes};

/// Most messages within an hour.
const MAX_PER_HOUR: u32 = 60;

/// Which field says where a target is.
pub(super) enum Reached {
    Host,
    Address,
}

impl Reached {
    pub(super) fn of(way: &Way) -> Self {
        match way {
            Way::Mail(_) | Way::Syslog(_) => Self::Host,
            Way::Webhook(_) | Way::Robot(_) => Self::Address,
        }
    }
}

/// What was given, and what of it is refused.
struct Given {
    given: AlertTargetGiven,
    refused: Vec<Field>,
}

/// The target, and a webhook's secret if it is new.
pub(super) fn chosen(
    given: AlertTargetGiven,
    former: Option<&Chosen>,
) -> Result<(Chosen, Option<Secret>), Problem> {
    let mut given = Given { given, refused: Vec::new() };
    let target = given.target();
    let former = former.map(|former| &former.way);
    given.refuse_others();
    let mut new = None;
    let way = match given.given.way {
        AlertWay::Mail => given.relay(former).map(Way::Mail),
        AlertWay::Syslog => given
            .place()
            .map(|place| Way::Syslog(SyslogServer { place, authority: given.authority() })),
        AlertWay::Webhook => {
            let (webhook, secret) = given.webhook(former)?;
            new = secret;
            webhook.map(Way::Webhook)
        }
        AlertWay::Wecom => given.robot(RobotKind::WeCom, former).map(Way::Robot),
        AlertWay::Dingtalk => given.robot(RobotKind::DingTalk, former).map(Way::Robot),
        AlertWay::Feishu => given.robot(RobotKind::Feishu, former).map(Way::Robot),
    };
    let (Some(target), Some(way), true) = (target, way, given.refused.is_empty()) else {
        return Err(Problem::fields_refused(given.refused));
    };
    // What was refused above is all that it refuses; nothing else is ever kept.
    way.check().map_err(|error| broken(&error))?;
    Ok((Chosen { target, way }, new))
}

impl Given {
    fn refuse(&mut self, pointer: &str, code: &'static str) {
        self.refused.push(Field::new(pointer, code));
    }

    /// What belongs to another way is no mistake to pass over: somebody meant something by it.
    fn refuse_others(&mut self) {
        let it = &self.given;
        let (mail, webhook) = (it.way == AlertWay::Mail, it.way == AlertWay::Webhook);
        let (host, robot) =
            (mail || it.way == AlertWay::Syslog, it.way != AlertWay::Syslog && !mail && !webhook);
        let signs = robot && it.way != AlertWay::Wecom;
        let others = [
            ("/host", it.host.is_some() && !host),
            ("/port", it.port.is_some() && !host),
            ("/security", it.security.is_some() && !mail),
            ("/user", it.user.is_some() && !mail),
            ("/password", it.password.is_some() && !mail),
            ("/sender", it.sender.is_some() && !mail),
            ("/recipients", it.recipients.is_some() && !mail),
            ("/address", it.address.is_some() && host),
            ("/secret", it.secret.is_some() && !signs),
            ("/newSecret", it.new_secret && !webhook),
            ("/authority", it.authority.is_some() && robot),
        ];
        for (pointer, is_other) in others {
            if is_other {
                self.refuse(pointer, "other-way");
            }
        }
    }

    fn target(&mut self) -> Option<Target> {
        let typed = self.given.name.trim().to_owned();
        let name = Name::new(&typed);
        if typed.is_empty() {
            self.refuse("/name", "empty");
        } else if typed.chars().count() > Name::MAX {
            self.refused.push(Field::new("/name", "too-long").with("most", Name::MAX));
        } else if name.as_str() != typed {
            self.refuse("/name", "unseen");
        }
        let most = self.given.per_hour;
        if !(1..=MAX_PER_HOUR).contains(&most) {
            self.refused.push(Field::new("/perHour", "limit").with("most", MAX_PER_HOUR));
        }
        let quiet = self.given.quiet.take();
        let quiet = match quiet {
            None => None,
            Some(AlertQuiet { from, to, critical }) => {
                let read = [("/quiet/from", from), ("/quiet/to", to)].map(|(pointer, text)| {
                    let minutes = minutes(&text);
                    if minutes.is_none() {
                        self.refuse(pointer, "time-of-day");
                    }
                    minutes
                });
                let [from, to] = read;
                if from.is_some() && from == to {
                    self.refuse("/quiet/to", "no-time");
                }
                Some(Quiet { from: from?, to: to?, critical })
            }
        };
        Some(Target {
            name,
            language: self.given.language.into(),
            from: match self.given.from {
                AlertSeverity::Info => Severity::Info,
                AlertSeverity::Warning => Severity::Warning,
                AlertSeverity::Critical => Severity::Critical,
            },
            quiet,
            heads: self.given.heads,
            per_hour: u8::try_from(most).ok()?,
        })
    }

    fn place(&mut self) -> Option<HostPort> {
        let host = self.given.host.take().unwrap_or_default();
        let host: Option<Host> = match host.trim().trim_end_matches('.').to_ascii_lowercase() {
            host if host.is_empty() => {
                self.refuse("/host", "empty");
                None
            }
            host => host.parse().map_err(|_| self.refuse("/host", "host")).ok(),
        };
        let port = self.given.port.and_then(|port| u16::try_from(port).ok());
        let port = port.filter(|port| *port != 0);
        if port.is_none() {
            self.refuse("/port", "port");
        }
        Some(HostPort { host: host?, port: port? })
    }

    fn authority(&mut self) -> Option<Authority> {
        let pem = self.given.authority.take().filter(|pem| !pem.trim().is_empty())?;
        pem.parse().map_err(|_| self.refuse("/authority", "certificates")).ok()
    }

    fn relay(&mut self, former: Option<&Way>) -> Option<Relay> {
        let (place, authority) = (self.place(), self.authority());
        let security = match self.given.security {
            Some(AlertSecurity::Tls) => Some(RelaySecurity::Tls),
            Some(AlertSecurity::StartTls) => Some(RelaySecurity::StartTls),
            None => {
                self.refuse("/security", "required");
                None
            }
        };
        let sender = self.given.sender.take().unwrap_or_default();
        let from = self.mailbox("/sender", &sender);
        let recipients = self.given.recipients.take().unwrap_or_default();
        if recipients.is_empty() {
            self.refuse("/recipients", "empty");
        } else if recipients.len() > Relay::MAX_RECIPIENTS {
            self.refused
                .push(Field::new("/recipients", "too-many").with("most", Relay::MAX_RECIPIENTS));
        }
        let to = recipients.iter().enumerate();
        let to: Vec<Option<Mailbox>> =
            to.map(|(at, text)| self.mailbox(&format!("/recipients/{at}"), text)).collect();
        let former = match former {
            // To nobody else than who has it already.
            Some(Way::Mail(former))
                if Some(&former.place) == place.as_ref()
                    && Some(former.security) == security
                    && former.authority == authority =>
            {
                former.login.as_ref()
            }
            _ => None,
        };
        let login = self.login(former);
        let (place, security, from) = (place?, security?, from?);
        let to = to.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Relay { place, security, login, from, to, authority })
    }

    fn login(&mut self, former: Option<&Login>) -> Option<Login> {
        let user = self.given.user.take().map(|user| user.trim().to_owned());
        let password = self.given.password.take().filter(|it| !it.reveal().is_empty());
        let Some(user) = user.filter(|user| !user.is_empty()) else {
            if password.is_some() {
                self.refuse("/user", "empty");
            }
            return None;
        };
        let kept = former.filter(|former| former.user == user);
        let Some(password) = password.or_else(|| kept.map(|former| former.password.clone())) else {
            self.refuse("/password", "empty");
            return None;
        };
        if !Login::is_user(&user) {
            self.refuse("/user", "unseen");
        }
        if !Login::is_password(&password) {
            self.refuse("/password", "unseen");
        }
        Some(Login { user, password })
    }

    fn webhook(
        &mut self,
        former: Option<&Way>,
    ) -> Result<(Option<Webhook>, Option<Secret>), Problem> {
        let former = if let Some(Way::Webhook(former)) = former { Some(former) } else { None };
        let address = self.address(former.map(|former| &former.address));
        let authority = self.authority();
        let kept = former.filter(|_| !self.given.new_secret);
        // Not said aloud, but another receiver shall not know it.
        let kept = kept.filter(|former| {
            address.as_ref().is_some_and(|address| address.place() == former.address.place())
        });
        let (secret, new) = match kept {
            Some(former) => (former.secret.clone(), None),
            None => {
                let mut chance = zeroize::Zeroizing::new([0; 32]);
                getrandom::fill(&mut *chance).map_err(|error| broken(&error))?;
                let secret = webhook::secret(&chance);
                (secret.clone(), Some(secret))
            }
        };
        Ok((address.map(|address| Webhook { address, secret, authority }), new))
    }

    fn robot(&mut self, kind: RobotKind, former: Option<&Way>) -> Option<Robot> {
        let former = match former {
            Some(Way::Robot(former)) if former.kind == kind => Some(former),
            _ => None,
        };
        let is_other = self.given.address.is_some();
        let address = self.address(former.map(|former| &former.address));
        let secret = match self.given.secret.take() {
            Some(secret) if secret.reveal().is_empty() => None,
            Some(secret) => {
                if !Robot::is_secret(&secret) {
                    self.refuse("/secret", "unseen");
                }
                Some(secret)
            }
            None => former.filter(|_| !is_other).and_then(|former| former.secret.clone()),
        };
        Some(Robot { kind, address: address?, secret })
    }

    fn address(&mut self, former: Option<&WebAddress>) -> Option<WebAddress> {
        match (self.given.address.take(), former) {
            (None, Some(former)) => Some(former.clone()),
            (None, None) => {
                self.refuse("/address", "empty");
                None
            }
            (Some(text), _) => {
                let read = text.reveal().trim().parse();
                read.map_err(|_| self.refuse("/address", "https-address")).ok()
            }
        }
    }

    fn mailbox(&mut self, pointer: &str, text: &str) -> Option<Mailbox> {
        let text = text.trim();
        if text.is_empty() {
            self.refuse(pointer, "empty");
            return None;
        }
        text.parse().map_err(|_| self.refuse(pointer, "mailbox")).ok()
    }
}

pub(super) fn quiet_told(quiet: Quiet) -> AlertQuiet {
    AlertQuiet { from: clock(quiet.from), to: clock(quiet.to), critical: quiet.critical }
}
