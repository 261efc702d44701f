//! Rules: matches and action as expressions, the comment as user data.

use firewall::ir::{
    Action, Chain, Comment, Family, Field, Match, Protocol, Rule, TableId, Verdict,
};
use rustables::error::BuilderError;

use super::expression::{
    CT_DIRECTION, CT_DST_IP, CT_DST_IP6, CT_MARK, CT_PROTO_DST, CT_PROTO_SRC, CT_SRC_IP,
    CT_SRC_IP6, Expression, LINK, META_IIFNAME, META_IIFTYPE, META_L4PROTO, META_NFPROTO,
    META_OIFNAME, META_PROTOCOL, META_SKUID, NETWORK, PORT_QUARTER, Source, TRANSPORT,
};
use super::names::Names;
use super::set::{state_bit, value};
use super::transaction::{SUBSYSTEM, head};
use super::{NftError, Object, Transaction};
use crate::netlink::attribute::Attributes;
use crate::netlink::message::{APPEND, CREATE};

/// `NFT_MSG_NEWRULE`.
pub(super) const NEW_RULE: u16 = SUBSYSTEM | 6;
/// `ARPHRD_ETHER`.
const ETHERNET: u16 = 1;
/// `ETH_P_8021Q`, network order.
const TAG: [u8; 2] = [0x81, 0x00];

/// The rules of nf_tables that a rule of ours is: one, or two where the refusal depends on the
/// protocol and the rule does not name one.
pub(super) fn expressions(rule: &Rule, family: Family, names: &Names<'_>) -> Vec<Vec<Expression>> {
    let mut matches = Vec::new();
    for one in &rule.matches {
        if family == Family::Inet && reads_mac(one) {
            matches.extend(is_ethernet());
        }
        write_match(&mut matches, one, names);
    }
    let counter = rule.counter.then_some(Expression::Counter);
    let with = |more: Vec<Expression>, last: Expression| {
        let steps = matches.iter().cloned().chain(more);
        steps.chain(counter.clone()).chain([last]).collect::<Vec<_>>()
    };
    match &rule.action {
        Action::Verdict(verdict) => vec![with(Vec::new(), Expression::Verdict(verdict.clone()))],
        Action::Map { fields, map } => {
            let last = Expression::Map { map: names.of(map) };
            vec![with(loads(fields), last)]
        }
        Action::Admit(mark) => {
            let write = vec![Expression::Number(*mark), Expression::SetMark];
            vec![with(write, Expression::Verdict(Verdict::Accept))]
        }
        Action::Log(log) => {
            let limit =
                Expression::Limit { per_second: log.per_second.into(), burst: log.burst.into() };
            let write = Expression::Log { group: log.group, prefix: log.prefix.to_string() };
            vec![with(vec![limit], write)]
        }
        Action::Masquerade => vec![with(Vec::new(), Expression::Masquerade)],
        Action::SendTo { address, port } => {
            let constant = |quarter, value| Expression::Constant { quarter, value };
            let mut steps = vec![constant(0, address.octets().to_vec())];
            steps.extend(port.map(|port| constant(PORT_QUARTER, port.to_be_bytes().to_vec())));
            vec![with(steps, Expression::SendTo { port: port.is_some() })]
        }
        Action::Reject => match rule.protocol() {
            Some(Protocol::Tcp) => vec![with(Vec::new(), Expression::RejectTcp)],
            Some(_) => vec![with(Vec::new(), Expression::RejectIcmp)],
            None => {
                let tcp = Expression::Compare { equal: true, with: vec![Protocol::Tcp.number()] };
                let tcp = vec![load(Field::Protocol, 0), tcp];
                vec![with(tcp, Expression::RejectTcp), with(Vec::new(), Expression::RejectIcmp)]
            }
        },
    }
}

/// The rule as rustables has it, `None` when one of its expressions is beyond that crate.
pub(super) fn ordinary(
    chain: &rustables::Chain,
    expressions: &[Expression],
    comment: &Comment,
) -> Option<Result<rustables::Rule, BuilderError>> {
    let made: Vec<_> = expressions.iter().map(Expression::ordinary).collect::<Option<_>>()?;
    let rule = rustables::Rule::new(chain).map(|rule| {
        made.into_iter().fold(rule, |mut rule, one| {
            rule.add_expr(one);
            rule
        })
    });
    Some(rule.map(|rule| rule.with_userdata(user_data(comment))))
}

/// Appends the rule, encoded by hand.
pub(super) fn add_by_hand(
    transaction: &mut Transaction,
    object: &Object,
    table: &TableId,
    chain: &Chain,
    expressions: &[Expression],
    comment: &Comment,
) -> Result<(), NftError> {
    let mut attributes = Attributes::default();
    attributes.put(1, table.name.as_str().as_bytes());
    attributes.put(2, chain.name.as_str().as_bytes());
    attributes.nest(4, |list| expressions.iter().for_each(|one| one.write(list)));
    attributes.put(7, &user_data(comment));
    let attributes =
        attributes.finish().ok_or_else(|| NftError::TooLong { object: object.clone() })?;
    let payload = [&head(table.family), attributes.as_slice()].concat();
    transaction.add(object.clone(), NEW_RULE, CREATE | APPEND, &payload);
    Ok(())
}

/// The comment in libnftnl's layout: type 0 (`NFTNL_UDATA_RULE_COMMENT`), length, text with zero.
/// The text has at most [`Comment::MAX`] bytes.
fn user_data(comment: &Comment) -> Vec<u8> {
    let text = comment.as_str().as_bytes();
    let length = u8::try_from(text.len() + 1).unwrap_or(u8::MAX);
    let mut data = vec![0, length];
    data.extend(text.iter().take(usize::from(length) - 1));
    data.push(0);
    data
}

fn reads_mac(one: &Match) -> bool {
    match one {
        Match::Is { field, .. } => *field == Field::SourceMac,
        Match::In { fields, .. } => fields.contains(&Field::SourceMac),
        Match::CtState(_) | Match::Rate { .. } => false,
    }
}

/// Not every link of an `inet` table has MAC addresses.
fn is_ethernet() -> [Expression; 2] {
    let kind = Expression::Load { from: Source::Meta(META_IIFTYPE), quarter: 0 };
    [kind, Expression::Compare { equal: true, with: ETHERNET.to_ne_bytes().to_vec() }]
}

fn write_match(to: &mut Vec<Expression>, one: &Match, names: &Names<'_>) {
    match one {
        Match::Is { field, value: constant, negated } => {
            if *field == Field::VlanId {
                // The id only means something where there is a tag.
                let offset = 12;
                let from = Source::Payload { base: LINK, offset, length: 2 };
                to.push(Expression::Load { from, quarter: 0 });
                to.push(Expression::Compare { equal: true, with: TAG.to_vec() });
            }
            to.push(load(*field, 0));
            let (bytes, mask) = value(constant);
            if let Some(mask) = mask.or_else(|| (*field == Field::VlanId).then(|| vec![0x0f, 0xff]))
            {
                to.push(Expression::Mask(mask));
            }
            to.push(Expression::Compare { equal: !negated, with: bytes });
        }
        Match::In { fields, set, negated } => {
            to.extend(loads(fields));
            to.push(Expression::Lookup { set: names.of(set), negated: *negated });
        }
        Match::CtState(states) => {
            let bits = states.iter().fold(0, |bits, state| bits | state_bit(*state));
            to.push(load(Field::CtState, 0));
            to.push(Expression::Mask(bits.to_ne_bytes().to_vec()));
            to.push(Expression::Compare { equal: false, with: vec![0; 4] });
        }
        Match::Rate { per_second, burst } => {
            to.push(Expression::Limit { per_second: (*per_second).into(), burst: (*burst).into() });
        }
    }
}

/// Loads the parts of a key one after the other, each from a quarter register's start on.
fn loads(fields: &[Field]) -> Vec<Expression> {
    let mut quarter = 0;
    let one = |field: &Field| {
        let step = load(*field, quarter);
        quarter += length(*field).div_ceil(4);
        step
    };
    fields.iter().map(one).collect()
}

fn load(field: Field, quarter: u8) -> Expression {
    let network = |offset, length| Source::Payload { base: NETWORK, offset, length };
    let transport = |offset, length| Source::Payload { base: TRANSPORT, offset, length };
    let from = match field {
        Field::InputInterface => Source::Meta(META_IIFNAME),
        Field::OutputInterface => Source::Meta(META_OIFNAME),
        Field::IpVersion => Source::Meta(META_NFPROTO),
        Field::Protocol => Source::Meta(META_L4PROTO),
        Field::Ip4Source => network(12, 4),
        Field::Ip4Destination => network(16, 4),
        Field::Ip6Source => network(8, 16),
        Field::Ip6Destination => network(24, 16),
        Field::HopLimit => network(7, 1),
        Field::SourcePort => transport(0, 2),
        Field::DestinationPort => transport(2, 2),
        Field::IcmpType => transport(0, 1),
        Field::SocketUid => Source::Meta(META_SKUID),
        Field::CtState => Source::CtState,
        Field::CtDirection => Source::Ct(CT_DIRECTION),
        Field::CtMark => Source::Ct(CT_MARK),
        Field::OriginalIp4Source => Source::CtOriginal(CT_SRC_IP),
        Field::OriginalIp4Destination => Source::CtOriginal(CT_DST_IP),
        Field::OriginalIp6Source => Source::CtOriginal(CT_SRC_IP6),
        Field::OriginalIp6Destination => Source::CtOriginal(CT_DST_IP6),
        Field::OriginalSourcePort => Source::CtOriginal(CT_PROTO_SRC),
        Field::OriginalDestinationPort => Source::CtOriginal(CT_PROTO_DST),
        Field::ReplyIp4Source => Source::CtReply(CT_SRC_IP),
        Field::ReplyIp6Source => Source::CtReply(CT_SRC_IP6),
        Field::ReplySourcePort => Source::CtReply(CT_PROTO_SRC),
        Field::DestinationType => Source::DestinationType,
        Field::VlanId => Source::Payload { base: LINK, offset: 14, length: 2 },
        Field::SourceMac => Source::Payload { base: LINK, offset: 6, length: 6 },
        Field::DestinationMac => Source::Payload { base: LINK, offset: 0, length: 6 },
        Field::EtherType => Source::Meta(META_PROTOCOL),
    };
    Expression::Load { from, quarter }
}

/// Bytes that a field fills.
fn length(field: Field) -> u8 {
    match field {
        Field::InputInterface
        | Field::OutputInterface
        | Field::Ip6Source
        | Field::Ip6Destination
        | Field::OriginalIp6Source
        | Field::OriginalIp6Destination
        | Field::ReplyIp6Source => 16,
        Field::Ip4Source
        | Field::Ip4Destination
        | Field::OriginalIp4Source
        | Field::OriginalIp4Destination
        | Field::ReplyIp4Source
        | Field::DestinationType
        | Field::SocketUid
        | Field::CtState
        | Field::CtMark => 4,
        Field::SourceMac | Field::DestinationMac => 6,
        Field::SourcePort
        | Field::DestinationPort
        | Field::OriginalSourcePort
        | Field::OriginalDestinationPort
        | Field::ReplySourcePort
        | Field::VlanId
        | Field::EtherType => 2,
        Field::IpVersion
        | Field::Protocol
        | Field::HopLimit
        | Field::IcmpType
        | Field::CtDirection => 1,
    }
}
