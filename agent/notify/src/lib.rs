//! Alerts. `alert` is the catalogue: every kind, its values, who sees it. `step` decides what is sent to whom
//! and when; its state is plain data that the caller keeps. `webhook`, `syslog`, `mail` and the robots write
//! a message as its receiver wants it. Pure: no clock, no chance, no network; who carries it is the crate
//! `delivery`.

mod alert;
mod bell;
mod chosen;
mod define;
mod due;
mod failure;
mod head_line;
mod local_time;
pub mod mail;
mod message;
mod mute;
mod piece;
mod policy;
mod quiet;
pub mod robot;
mod state;
mod step;
pub mod syslog;
mod texts;
mod value;
mod way;
mod web_address;
pub mod webhook;

pub use alert::{Alert, Bell, Kind, Severity};
pub use bell::{BellEntry, Reading};
pub use chosen::Chosen;
pub use failure::{Failure, Stage};
pub use head_line::HeadLine;
pub use local_time::LocalTime;
pub use message::{Message, MessageId, Words};
pub use mute::{MAX_MUTES, Mute};
pub use piece::{MAX_PIECES, Unreadable};
pub use policy::{MAX_TARGETS, PER_HOUR, Policy, Target, TargetId};
pub use quiet::Quiet;
pub use state::{Failing, MAX_BELL, MAX_WAITING, State, Told};
pub use step::{Input, Outgoing, Step, step};
pub use value::{Count, Day, Exported, Mac, Moment, Name, Part, Percent, Realm, Role, Zone};
pub use way::{
    Authority, Host, HostPort, Login, Mailbox, Relay, RelaySecurity, Robot, RobotKind,
    SyslogServer, Way, WayInvalid, Webhook,
};
pub use web_address::WebAddress;
