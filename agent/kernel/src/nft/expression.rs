//! What a rule does, step by step, as nf_tables runs it: load into a register, mask, compare, look up,
//! act. Two encodings: `rustables` for what that crate knows, by hand for all of it.
//! Numbers are those of linux/netfilter/nf_tables.h.

use firewall::ir::{Log, Verdict};
use rustables::expr::{
    Bitwise, Cmp, CmpOp, Conntrack, ConntrackKey, Counter, IcmpCode, Immediate, Lookup, Masquerade,
    Meta, MetaType, Payload, RawExpression, Register, Reject, RejectType, VerdictKind,
};

use crate::netlink::attribute::Attributes;

/// `NFT_META_PROTOCOL`.
pub(super) const META_PROTOCOL: u32 = 1;
/// `NFT_META_NFPROTO`.
pub(super) const META_NFPROTO: u32 = 15;
/// `NFT_META_L4PROTO`.
pub(super) const META_L4PROTO: u32 = 16;
/// `NFT_META_IIFNAME`.
pub(super) const META_IIFNAME: u32 = 6;
/// `NFT_META_OIFNAME`.
pub(super) const META_OIFNAME: u32 = 7;
/// `NFT_META_IIFTYPE`.
pub(super) const META_IIFTYPE: u32 = 8;
/// `NFT_META_SKUID`.
pub(super) const META_SKUID: u32 = 10;
/// `NFT_PAYLOAD_LL_HEADER`.
pub(super) const LINK: u32 = 0;
/// `NFT_PAYLOAD_NETWORK_HEADER`.
pub(super) const NETWORK: u32 = 1;
/// `NFT_PAYLOAD_TRANSPORT_HEADER`.
pub(super) const TRANSPORT: u32 = 2;
/// `NFT_CT_STATE`.
const CT_STATE: u32 = 0;
/// `NFT_CT_DIRECTION`.
pub(super) const CT_DIRECTION: u32 = 1;
/// `NFT_CT_MARK`.
pub(super) const CT_MARK: u32 = 3;
/// `NFT_CT_PROTO_SRC`.
pub(super) const CT_PROTO_SRC: u32 = 11;
/// `NFT_CT_PROTO_DST`.
pub(super) const CT_PROTO_DST: u32 = 12;
/// `NFT_CT_SRC_IP`.
pub(super) const CT_SRC_IP: u32 = 19;
/// `NFT_CT_DST_IP`.
pub(super) const CT_DST_IP: u32 = 20;
/// `NFT_CT_SRC_IP6`.
pub(super) const CT_SRC_IP6: u32 = 21;
/// `NFT_CT_DST_IP6`.
pub(super) const CT_DST_IP6: u32 = 22;
/// `IP_CT_DIR_ORIGINAL`.
const ORIGINAL: u8 = 0;
/// `IP_CT_DIR_REPLY`.
const REPLY: u8 = 1;
/// `NFT_FIB_RESULT_ADDRTYPE`.
const ADDRESS_TYPE: u32 = 3;
/// `NFTA_FIB_F_DADDR`.
const OF_DESTINATION: u32 = 2;
/// `NFT_NAT_DNAT`.
const DESTINATION_NAT: u32 = 1;
/// `NF_NAT_RANGE_MAP_IPS`.
const MAP_ADDRESS: u32 = 1;
/// `NF_NAT_RANGE_PROTO_SPECIFIED`.
const MAP_PORT: u32 = 2;
/// `NFPROTO_IPV4`.
const IPV4: u32 = 2;
/// `NFT_REG_1`: 16 bytes.
const REG_1: u32 = 1;
/// `NFT_REG32_00`: 4 bytes, the first quarter of [`REG_1`].
const REG32_00: u32 = 8;
/// Seconds of the unit of a limit.
const SECOND: u64 = 1;
/// `NFT_LIMIT_PKTS`.
const PACKETS: u32 = 0;
/// The quarter where a port is for [`Expression::SendTo`].
pub(super) const PORT_QUARTER: u8 = 4;
/// `NFTA_LIST_ELEM`.
pub(super) const LIST_ELEMENT: u16 = 1;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// Loads into the register that starts at this quarter (4 bytes each).
    Load { from: Source, quarter: u8 },
    /// Keeps these bits of the first register.
    Mask(Vec<u8>),
    /// Goes on when the first register is equal (or is not).
    Compare { equal: bool, with: Vec<u8> },
    /// Goes on when the registers are in the set (or are not).
    Lookup { set: String, negated: bool },
    /// Takes the verdict that the map has for the registers.
    Map { map: String },
    /// Counts.
    Counter,
    /// Ends with the verdict.
    Verdict(Verdict),
    /// Refuses with a TCP reset.
    RejectTcp,
    /// Refuses with ICMP or ICMPv6, administratively prohibited.
    RejectIcmp,
    /// Loads the number into the first register.
    Number(u32),
    /// Writes the first register on the packet's connection, as its mark.
    SetMark,
    /// Goes on for at most so many packets.
    Limit { per_second: u64, burst: u32 },
    /// Writes the packet's head down for the readers of a group.
    Log { group: u16, prefix: String },
    /// Takes the outgoing interface's address.
    Masquerade,
    /// Puts bytes into the register that starts at this quarter.
    Constant { quarter: u8, value: Vec<u8> },
    /// Takes the IPv4 address in the first register as destination, and the port in the second when there is one.
    SendTo { port: bool },
}

/// What is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Something the kernel knows of the packet.
    Meta(u32),
    /// State of its connection.
    CtState,
    /// Something else that the kernel knows of its connection.
    Ct(u32),
    /// Something of its connection's first packet.
    CtOriginal(u32),
    /// Something of what answers that.
    CtReply(u32),
    /// What the box knows of its destination: a number of its kind.
    DestinationType,
    /// Bytes of it.
    Payload { base: u32, offset: u32, length: u32 },
}

impl Expression {
    /// The expression as rustables has it, `None` when it has not.
    pub(super) fn ordinary(&self) -> Option<RawExpression> {
        Some(match self {
            Self::Load { from, quarter } => load(*from, register(*quarter)?)?,
            Self::Mask(mask) => Bitwise::new(mask.clone(), vec![0; mask.len()]).ok()?.into(),
            Self::Compare { equal, with } => {
                let how = if *equal { CmpOp::Eq } else { CmpOp::Neq };
                Cmp::new(how, with.clone()).into()
            }
            Self::Lookup { negated: true, .. }
            | Self::Number(_)
            | Self::SetMark
            | Self::Limit { .. }
            | Self::Log { .. }
            | Self::Constant { .. }
            | Self::SendTo { .. } => return None,
            Self::Lookup { set, negated: false } => lookup(set).into(),
            Self::Map { map } => lookup(map).with_dreg(Register::Verdict).into(),
            Self::Counter => Counter::default().with_nb_bytes(0_u64).with_nb_packets(0_u64).into(),
            Self::Verdict(verdict) => Immediate::new_verdict(kind(verdict)).into(),
            Self::RejectTcp => Reject::default()
                .with_type(RejectType::TcpRst)
                .with_icmp_code(IcmpCode::NoRoute)
                .into(),
            Self::RejectIcmp => Reject::default()
                .with_type(RejectType::IcmpxUnreach)
                .with_icmp_code(IcmpCode::AdminProhibited)
                .into(),
            Self::Masquerade => Masquerade::default().into(),
        })
    }

    /// Appends the expression, encoded by hand, to a list of expressions.
    pub(super) fn write(&self, list: &mut Attributes) {
        list.nest(LIST_ELEMENT, |one| {
            one.put(1, self.name().as_bytes());
            one.nest(2, |data| self.write_data(data));
        });
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Load { from: Source::Meta(_), .. } => "meta",
            Self::Load {
                from: Source::CtState | Source::Ct(_) | Source::CtOriginal(_) | Source::CtReply(_),
                ..
            }
            | Self::SetMark => "ct",
            Self::Load { from: Source::Payload { .. }, .. } => "payload",
            Self::Load { from: Source::DestinationType, .. } => "fib",
            Self::Mask(_) => "bitwise",
            Self::Compare { .. } => "cmp",
            Self::Lookup { .. } | Self::Map { .. } => "lookup",
            Self::Counter => "counter",
            Self::Verdict(_) | Self::Number(_) | Self::Constant { .. } => "immediate",
            Self::SendTo { .. } => "nat",
            Self::RejectTcp | Self::RejectIcmp => "reject",
            Self::Limit { .. } => "limit",
            Self::Log { .. } => "log",
            Self::Masquerade => "masq",
        }
    }

    fn write_data(&self, data: &mut Attributes) {
        match self {
            Self::Load { from, quarter } => {
                data.put_be32(1, register_number(*quarter));
                match from {
                    Source::Meta(key) => data.put_be32(2, *key),
                    Source::CtState => data.put_be32(2, CT_STATE),
                    Source::Ct(key) => data.put_be32(2, *key),
                    Source::CtOriginal(key) => {
                        data.put_be32(2, *key);
                        data.put(3, &[ORIGINAL]);
                    }
                    Source::CtReply(key) => {
                        data.put_be32(2, *key);
                        data.put(3, &[REPLY]);
                    }
                    Source::DestinationType => {
                        data.put_be32(2, ADDRESS_TYPE);
                        data.put_be32(3, OF_DESTINATION);
                    }
                    Source::Payload { base, offset, length } => {
                        data.put_be32(2, *base);
                        data.put_be32(3, *offset);
                        data.put_be32(4, *length);
                    }
                }
            }
            Self::Mask(mask) => {
                data.put_be32(1, REG_1);
                data.put_be32(2, REG_1);
                data.put_be32(3, u32::try_from(mask.len()).unwrap_or(u32::MAX));
                data.nest(4, |value| value.put(1, mask));
                data.nest(5, |value| value.put(1, &vec![0; mask.len()]));
            }
            Self::Compare { equal, with } => {
                data.put_be32(1, REG_1);
                data.put_be32(2, u32::from(!equal));
                data.nest(3, |value| value.put(1, with));
            }
            Self::Lookup { set, negated } => {
                data.put(1, set.as_bytes());
                data.put_be32(2, REG_1);
                if *negated {
                    data.put_be32(5, 1);
                }
            }
            Self::Map { map } => {
                data.put(1, map.as_bytes());
                data.put_be32(2, REG_1);
                data.put_be32(3, 0);
            }
            Self::Counter => {
                data.put(1, &0_u64.to_be_bytes());
                data.put(2, &0_u64.to_be_bytes());
            }
            Self::Verdict(verdict) => {
                data.put_be32(1, 0);
                data.nest(2, |value| write_verdict(value, verdict));
            }
            Self::RejectTcp => {
                data.put_be32(1, 1);
                data.put(2, &[0]);
            }
            Self::RejectIcmp => {
                data.put_be32(1, 2);
                data.put(2, &[3]);
            }
            Self::Number(number) => {
                data.put_be32(1, REG_1);
                data.nest(2, |value| value.put(1, &number.to_ne_bytes()));
            }
            Self::SetMark => {
                data.put_be32(2, CT_MARK);
                data.put_be32(4, REG_1);
            }
            Self::Limit { per_second, burst } => {
                data.put(1, &per_second.to_be_bytes());
                data.put(2, &SECOND.to_be_bytes());
                data.put_be32(3, *burst);
                data.put_be32(4, PACKETS);
                data.put_be32(5, 0);
            }
            Self::Log { group, prefix } => {
                data.put(1, &group.to_be_bytes());
                data.put_text(2, prefix);
                data.put_be32(3, Log::LENGTH);
            }
            Self::Masquerade => {}
            Self::Constant { quarter, value } => {
                data.put_be32(1, register_number(*quarter));
                data.nest(2, |data| data.put(1, value));
            }
            Self::SendTo { port } => {
                data.put_be32(1, DESTINATION_NAT);
                data.put_be32(2, IPV4);
                data.put_be32(3, REG_1);
                if *port {
                    data.put_be32(5, register_number(PORT_QUARTER));
                }
                let flags = if *port { MAP_ADDRESS | MAP_PORT } else { MAP_ADDRESS };
                data.put_be32(7, flags);
            }
        }
    }
}

/// Appends a verdict as data (`NFTA_DATA_VERDICT`).
pub(super) fn write_verdict(data: &mut Attributes, verdict: &Verdict) {
    let (code, chain) = match verdict {
        Verdict::Drop => (0, None),
        Verdict::Accept => (1, None),
        Verdict::Jump(chain) => (-3_i32, Some(chain)),
        Verdict::Return => (-5, None),
    };
    data.nest(2, |data| {
        data.put(1, &code.to_be_bytes());
        if let Some(chain) = chain {
            data.put(2, chain.as_str().as_bytes());
        }
    });
}

/// The kernel's own numbering: whole registers by their number, others by their quarter.
fn register_number(quarter: u8) -> u32 {
    let quarter = u32::from(quarter);
    if quarter.is_multiple_of(4) { REG_1 + quarter / 4 } else { REG32_00 + quarter }
}

fn register(quarter: u8) -> Option<Register> {
    Some(match quarter {
        0 => Register::Reg1,
        4 => Register::Reg2,
        8 => Register::Reg3,
        12 => Register::Reg4,
        _ => return None,
    })
}

fn load(from: Source, register: Register) -> Option<RawExpression> {
    Some(match from {
        Source::Meta(key) => {
            let key = match key {
                META_PROTOCOL => MetaType::Protocol,
                META_NFPROTO => MetaType::NfProto,
                META_L4PROTO => MetaType::L4Proto,
                META_IIFNAME => MetaType::IifName,
                META_OIFNAME => MetaType::OifName,
                META_SKUID => MetaType::SkUid,
                _ => return None,
            };
            Meta::new(key).with_dreg(register).into()
        }
        Source::CtState => Conntrack::new(ConntrackKey::State).with_dreg(register).into(),
        Source::Ct(_) | Source::CtOriginal(_) | Source::CtReply(_) | Source::DestinationType => {
            return None;
        }
        Source::Payload { base, offset, length } => Payload::default()
            .with_dreg(register)
            .with_base(base)
            .with_offset(offset)
            .with_len(length)
            .into(),
    })
}

fn lookup(set: &str) -> Lookup {
    Lookup::default().with_set(set).with_sreg(Register::Reg1)
}

fn kind(verdict: &Verdict) -> VerdictKind {
    match verdict {
        Verdict::Accept => VerdictKind::Accept,
        Verdict::Drop => VerdictKind::Drop,
        Verdict::Jump(chain) => VerdictKind::Jump { chain: chain.as_str().to_owned() },
        Verdict::Return => VerdictKind::Return,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::Messages;
    use crate::netlink::attribute::find;
    use firewall::ir::{Comment, Name};
    use rustables::{Batch, Chain, MsgType, ProtocolFamily, Table};

    /// What rustables makes of the expressions, as sorted attributes: it has its own order.
    fn by_rustables(expressions: &[Expression]) -> Vec<u8> {
        let table = Table::new(ProtocolFamily::Inet).with_name("t");
        let chain = Chain::new(&table).with_name("c");
        let rule = super::super::rule::ordinary(&chain, expressions, &Comment::new(""));
        let mut batch = Batch::new();
        batch.add(&rule.expect("all are known").expect("complete"), MsgType::Add);
        let made = batch.finalize();
        let message = Messages::new(&made).nth(1).expect("between begin and end");
        let list = find(&message.payload[4..], 4).expect("expressions");
        list.value.to_vec()
    }

    #[test]
    fn both_encodings_are_the_same() {
        let name = Name::new("sub").expect("a name");
        let load = |from, quarter| Expression::Load { from, quarter };
        let expressions = [
            load(Source::Meta(META_IIFNAME), 0),
            load(Source::Meta(META_OIFNAME), 4),
            load(Source::Meta(META_PROTOCOL), 0),
            load(Source::Meta(META_NFPROTO), 0),
            load(Source::Meta(META_L4PROTO), 0),
            load(Source::Meta(META_SKUID), 0),
            load(Source::CtState, 0),
            load(Source::Payload { base: NETWORK, offset: 12, length: 4 }, 0),
            Expression::Mask(vec![255, 255, 0, 0]),
            Expression::Compare { equal: true, with: vec![10, 0, 0, 0] },
            Expression::Compare { equal: false, with: vec![1] },
            Expression::Lookup { set: "set".to_owned(), negated: false },
            Expression::Map { map: "map".to_owned() },
            Expression::Counter,
            Expression::Verdict(Verdict::Accept),
            Expression::Verdict(Verdict::Drop),
            Expression::Verdict(Verdict::Return),
            Expression::Verdict(Verdict::Jump(name)),
            Expression::RejectIcmp,
            Expression::RejectTcp,
            Expression::Masquerade,
        ];
        for expression in expressions {
            let mut list = Attributes::default();
            expression.write(&mut list);
            let by_hand = list.finish().expect("short");
            assert_eq!(
                tree(&by_hand),
                tree(&by_rustables(std::slice::from_ref(&expression))),
                "{expression:?}"
            );
        }
    }

    type Values = Vec<(u16, Vec<u8>)>;

    /// Attributes of a list of expressions, in order of their types, values as they are.
    fn tree(list: &[u8]) -> Vec<(String, Values)> {
        crate::netlink::attribute::read(list)
            .map(|one| {
                let name = find(one.value, 1).and_then(|name| name.text()).expect("a name");
                let data = find(one.value, 2).expect("data");
                let mut all: Vec<_> =
                    data.nested().map(|part| (part.kind, part.value.to_vec())).collect();
                all.sort();
                (name.to_owned(), all)
            })
            .collect()
    }
}
