//! Packets: what the rules do with one, what became of one that was really sent, and what passes between
//! all places.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::plain::Time;

/// A packet to be judged.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PacketAsked {
    /// A zone, `wan` or `box`.
    pub from: String,
    /// IP address that it is from.
    pub source: String,
    /// IP address that it is for, of the same version.
    pub destination: String,
    /// What it is.
    pub protocol: PacketProtocol,
    /// Network card that it is from, by its MAC address; one that no rule names unless said. Of devices in zones.
    pub card: Option<String>,
    /// Port that it is for, 1 to 65535; TCP and UDP need it.
    #[schema(value_type = Option<u16>)]
    pub port: Option<Value>,
    /// Port that it is from, 1 to 65535; 40000 unless said.
    #[schema(value_type = Option<u16>)]
    pub source_port: Option<Value>,
    /// ICMP or ICMPv6 type, 0 to 255; echo request unless said.
    #[schema(value_type = Option<u8>)]
    pub icmp_type: Option<Value>,
    /// What it has to do with a connection; it opens one unless said.
    pub state: Option<PacketState>,
    /// Which of the box's services sends it, where it is from the box.
    pub sender: Option<PacketSender>,
    /// Settings that are not in force; those in force unless said.
    #[schema(value_type = Option<Object>)]
    pub document: Option<Box<RawValue>>,
}

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PacketProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP or ICMPv6, after the addresses.
    Icmp,
    /// One that no rule names.
    Other,
}

/// What a packet has to do with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PacketState {
    /// Opens one.
    #[default]
    New,
    /// Belongs to one that these rules let pass.
    Open,
    /// Answers on one that these rules let pass.
    Answer,
    /// Belongs to one from before these rules.
    Former,
    /// Tells an error of one that its receiver opened.
    Error,
    /// Belongs to none, and cannot open one.
    Invalid,
}

/// Who of the box sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PacketSender {
    /// Names and addresses.
    Names,
    /// Time.
    Time,
    /// The box's own address.
    Address,
    /// The admin application.
    Admin,
    /// The system itself.
    System,
}

/// What the rules do with a packet.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PacketJudged {
    /// What becomes of it.
    pub verdict: PacketVerdict,
    /// Where it goes: a zone, `wan` or `box`; none when there is no way.
    #[schema(required = true)]
    pub to: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// The rule that decided; none when it was none.
    #[schema(required = true)]
    pub rule: Option<PacketRule>,
    /// Whether it leaves with the box's address.
    pub new_source: bool,
    /// What each list of rules on its way said, in order; the last one decided when it did not pass.
    pub steps: Vec<PacketStep>,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PacketVerdict {
    /// Goes its way.
    Passes,
    /// Disappears.
    Dropped,
    /// Disappears, and its sender is told.
    Refused,
    /// Stays in its zone, where devices talk to each other without the box.
    Inside,
    /// There is no way.
    Nowhere,
}

/// What a list of rules said.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PacketStep {
    /// When it is asked: `prerouting`, `input`, `forward`, `output` or `postrouting`.
    pub hook: String,
    /// What it said.
    pub verdict: PacketVerdict,
    /// Why, in a sentence.
    pub why: String,
    /// By which rule; none at the end of the list.
    #[schema(required = true)]
    pub rule: Option<PacketRule>,
    /// Whether it is the one that decided.
    pub decides: bool,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PacketRule {
    /// Name of its chain.
    pub chain: String,
    /// Its number there, from 1.
    pub number: usize,
    /// As `nft list ruleset` shows it.
    pub text: String,
    /// The rule of the settings that it was made of; none for the box's own.
    #[schema(required = true)]
    pub own: Option<u16>,
}

/// A packet to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeAsked {
    /// A zone, `wan` or `box`.
    pub from: String,
    /// A zone, `wan`, `box`, or `crm` for the CRM, whatever its zone is called.
    pub to: String,
    /// What it is.
    pub protocol: ProbeProtocol,
    /// Port that it is for, 1 to 65535; TCP and UDP need it.
    #[schema(value_type = Option<u16>)]
    pub port: Option<Value>,
    /// 4 or 6.
    pub version: u8,
}

/// What a packet is that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP or ICMPv6 echo.
    Icmp,
}

/// What became of a packet that was sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeResult {
    /// From where: a zone, `wan` or `box`.
    pub from: String,
    /// To where, likewise.
    pub to: String,
    /// What it was.
    pub protocol: ProbeProtocol,
    /// Port that it was for.
    #[schema(required = true)]
    pub port: Option<u16>,
    /// 4 or 6.
    pub version: u8,
    /// Address that it was from.
    pub source: String,
    /// Address that it was for.
    pub destination: String,
    /// Whether it arrived.
    pub arrived: bool,
    /// How long it took.
    #[schema(required = true)]
    pub microseconds: Option<u64>,
    /// What the rules say of it.
    pub expected: PacketJudged,
    /// Whether that is what happened.
    pub agrees: bool,
    /// In words.
    pub text: String,
    /// When.
    pub at: Time,
    /// SHA-256 of the ruleset that was in force.
    pub ruleset: String,
}

/// What passes between all places, by the rules in force.
#[derive(Serialize, ToSchema)]
pub struct Matrix {
    /// From each place to each other, for each protocol and version.
    pub passages: Vec<MatrixPassage>,
}

/// What passes from one place to another.
#[derive(Serialize, ToSchema)]
pub struct MatrixPassage {
    /// A zone, `wan` or `box`.
    pub from: String,
    /// A zone, `wan` or `box`.
    pub to: String,
    /// Of which protocol; of ICMP echo requests.
    pub protocol: ProbeProtocol,
    /// 4 or 6.
    pub version: u8,
    /// Whether both have addresses of this version.
    pub possible: bool,
    /// What passes; nothing when it is empty.
    pub passes: Vec<MatrixAllowed>,
}

/// What passes from some addresses.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MatrixAllowed {
    /// Networks of the senders.
    pub sources: Vec<String>,
    /// Whether all ports but these are meant, else these alone.
    pub all_but: bool,
    /// Ports.
    pub ports: Vec<u16>,
}
