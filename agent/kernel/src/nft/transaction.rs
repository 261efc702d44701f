//! A ruleset as the bytes of one nf_tables batch. Order inside a table: what was there is emptied
//! (rules, sets, chains), then come chains, sets, elements, rules, for each refers to those before it.
//!
//! A chain that the kernel calls (a base chain) stays and gets other rules: the kernel exchanges them
//! in one step. Made anew it would be called empty, with the policy to accept, before the batch takes
//! effect, and the former one would no longer be called afterwards: a packet that comes to the one
//! before and to the other after passes both.

use std::collections::BTreeMap;
use std::ops::Range;

use firewall::ir::{Base, Chain, ChainKind, Family, Hook, Policy, Rule, Ruleset, Table, TableId};
use rustables::{Batch, ChainPolicy, ChainType, HookClass, MsgType, ProtocolFamily};

use super::present::{Contents, Place, Present};
use super::timed::Live;
use super::{NftError, Object, rule, set};
use crate::netlink::attribute::Attributes;
use crate::netlink::message::{self, ACK, Message, Messages, REQUEST};

/// `NFNL_SUBSYS_NFTABLES`, high byte of a message's type.
pub(super) const SUBSYSTEM: u16 = 10 << 8;
/// `NFT_MSG_NEWCHAIN`.
pub(super) const NEW_CHAIN: u16 = SUBSYSTEM | 3;
/// `NFT_MSG_DELCHAIN`.
const DELETE_CHAIN: u16 = SUBSYSTEM | 5;
/// `NFT_MSG_DELRULE`; without a chain it means all rules of the table.
const DELETE_RULES: u16 = SUBSYSTEM | 8;
/// `NFT_MSG_DELSET`.
const DELETE_SET: u16 = SUBSYSTEM | 11;
/// `NFNL_MSG_BATCH_BEGIN`.
const BATCH_BEGIN: u16 = 0x10;
/// `NFNL_MSG_BATCH_END`.
const BATCH_END: u16 = 0x11;
/// Offset of the flags in a message's head.
const FLAGS: Range<usize> = 6..8;

/// A batch ready to be sent.
#[derive(Clone, Debug)]
pub struct Transaction {
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// One message of a batch; its sequence number is its place in the list.
#[derive(Clone, Debug)]
struct Part {
    object: Object,
    place: Range<usize>,
}

impl Transaction {
    /// Makes the tables of a ruleset out of those present. It should be a checked one: others the
    /// kernel refuses, wholly.
    pub fn new(ruleset: &Ruleset, present: &Present) -> Result<Self, NftError> {
        Self::of(|transaction| {
            for table in &ruleset.tables {
                let held = match present.table(&table.id) {
                    Some(contents) => {
                        transaction.empty(table, contents)?;
                        contents.held.clone()
                    }
                    None => BTreeMap::new(),
                };
                transaction.add_contents(table, &held)?;
            }
            Ok(())
        })
    }

    /// Removes tables; absent ones are fine.
    pub(super) fn removing(tables: &[TableId]) -> Result<Self, NftError> {
        Self::of(|transaction| {
            for id in tables {
                // To delete an absent table is an error: each is made first.
                transaction.add_table(id, MsgType::Add);
                transaction.add_table(id, MsgType::Del);
            }
            Ok(())
        })
    }

    pub(super) fn of(
        fill: impl FnOnce(&mut Self) -> Result<(), NftError>,
    ) -> Result<Self, NftError> {
        let mut transaction = Self { bytes: Vec::new(), parts: Vec::new() };
        transaction.add(Object::Whole, BATCH_BEGIN, 0, &batch_head());
        fill(&mut transaction)?;
        transaction.acknowledge_last();
        transaction.add(Object::Whole, BATCH_END, 0, &batch_head());
        Ok(transaction)
    }

    /// The batch, for the netlink socket.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the message of that number is about.
    pub(super) fn object(&self, sequence: u32) -> &Object {
        let index = usize::try_from(sequence).unwrap_or(usize::MAX);
        self.parts.get(index).map_or(&Object::Whole, |part| &part.object)
    }

    /// All messages, first to last.
    pub(super) fn messages(&self) -> impl Iterator<Item = (&Object, Message<'_>)> {
        self.parts.iter().filter_map(|part| {
            let bytes = self.bytes.get(part.place.clone())?;
            Some((&part.object, Messages::new(bytes).next()?))
        })
    }

    /// Appends a message made by hand.
    pub(super) fn add(&mut self, object: Object, kind: u16, flags: u16, payload: &[u8]) {
        let start = self.bytes.len();
        let sequence = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        message::write(&mut self.bytes, kind, flags | REQUEST, sequence, payload);
        self.parts.push(Part { object, place: start..self.bytes.len() });
    }

    /// Appends what rustables made, numbered anew and without a wish for an answer to each message
    /// (hundreds of answers overrun the socket's queue), and without its own begin and end.
    fn add_made(&mut self, batch: Batch, mut objects: impl Iterator<Item = Object>) {
        let made = batch.finalize();
        for message in Messages::new(&made) {
            if matches!(message.kind, BATCH_BEGIN | BATCH_END) {
                continue;
            }
            let object = objects.next().unwrap_or(Object::Whole);
            self.add(object, message.kind, message.flags & !ACK, message.payload);
        }
    }

    fn add_table(&mut self, id: &TableId, what: MsgType) {
        let mut batch = Batch::new();
        batch.add(&table(id), what);
        self.add_made(batch, std::iter::once(Object::Table(id.clone())));
    }

    /// Leaves of a table only the base chains that the new one has at the same place.
    fn empty(&mut self, table: &Table, contents: &Contents) -> Result<(), NftError> {
        let id = &table.id;
        self.delete(DELETE_RULES, Object::Table(id.clone()), id, None)?;
        for name in &contents.sets {
            let object = Object::Set { table: id.clone(), set: name.clone() };
            self.delete(DELETE_SET, object, id, Some((2, name)))?;
        }
        for (name, place) in &contents.chains {
            let new = table.chains.iter().find(|chain| chain.name.as_str() == name);
            let stays = place.is_some() && *place == new.and_then(|new| new.base.map(Place::from));
            if !stays {
                let object = Object::Chain { table: id.clone(), chain: name.clone() };
                self.delete(DELETE_CHAIN, object, id, Some((3, name)))?;
            }
        }
        Ok(())
    }

    /// Appends a deletion; every kind has its table's name as attribute 1.
    fn delete(
        &mut self,
        kind: u16,
        object: Object,
        table: &TableId,
        name: Option<(u16, &str)>,
    ) -> Result<(), NftError> {
        let mut which = Attributes::default();
        which.put_text(1, table.name.as_str());
        if let Some((attribute, name)) = name {
            which.put_text(attribute, name);
        }
        let which = which.finish().ok_or_else(|| NftError::TooLong { object: object.clone() })?;
        self.add(object, kind, 0, &[&head(table.family), which.as_slice()].concat());
        Ok(())
    }

    fn add_contents(
        &mut self,
        contents: &Table,
        held: &BTreeMap<String, Vec<Live>>,
    ) -> Result<(), NftError> {
        let id = &contents.id;
        let made = table(id);
        let mut batch = Batch::new();
        batch.add(&made, MsgType::Add);
        let chains: Vec<_> = contents.chains.iter().map(|one| (one, chain(&made, one))).collect();
        for (_, chain) in &chains {
            batch.add(chain, MsgType::Add);
        }
        let named = contents
            .chains
            .iter()
            .map(|one| Object::Chain { table: id.clone(), chain: one.name.to_string() });
        self.add_made(batch, std::iter::once(Object::Table(id.clone())).chain(named));
        let ids = set::add_all(self, contents, held)?;
        for (plain, chain) in &chains {
            self.add_rules(id, plain, chain, &ids)?;
        }
        Ok(())
    }

    fn add_rules(
        &mut self,
        table: &TableId,
        chain: &Chain,
        made: &rustables::Chain,
        ids: &set::Ids<'_>,
    ) -> Result<(), NftError> {
        // Rules of rustables gather here until one made by hand has to follow them.
        let mut batch = Batch::new();
        let mut objects = Vec::new();
        for (index, rule) in chain.rules.iter().enumerate() {
            let object = rule_object(table, chain, index, rule);
            for expressions in rule::expressions(rule, table.family, ids) {
                match rule::ordinary(made, &expressions, &rule.comment) {
                    Some(Ok(made)) => {
                        batch.add(&made, MsgType::Add);
                        objects.push(object.clone());
                    }
                    Some(Err(source)) => return Err(NftError::Encode { object, source }),
                    None => {
                        let before = std::mem::replace(&mut batch, Batch::new());
                        self.add_made(before, std::mem::take(&mut objects).into_iter());
                        rule::add_by_hand(
                            self,
                            &object,
                            table,
                            chain,
                            &expressions,
                            &rule.comment,
                        )?;
                    }
                }
            }
        }
        self.add_made(batch, objects.into_iter());
        Ok(())
    }

    fn acknowledge_last(&mut self) {
        let Some(last) = self.parts.last() else { return };
        let flags = last.place.start + FLAGS.start..last.place.start + FLAGS.end;
        if let Some(Ok(flags)) = self.bytes.get_mut(flags).map(<&mut [u8; 2]>::try_from) {
            *flags = (u16::from_ne_bytes(*flags) | ACK).to_ne_bytes();
        }
    }
}

/// `struct nfgenmsg`: family, version 0, and 0.
pub(super) fn head(family: Family) -> [u8; 4] {
    [family_number(family), 0, 0, 0]
}

/// `NFPROTO_INET` and `NFPROTO_BRIDGE` of linux/netfilter.h.
fn family_number(family: Family) -> u8 {
    match family {
        Family::Inet => 1,
        Family::Bridge => 7,
    }
}

/// The subsystem stands where other messages have a 0, in network order.
fn batch_head() -> [u8; 4] {
    let [high, low] = (SUBSYSTEM >> 8).to_be_bytes();
    [0, 0, high, low]
}

fn rule_object(table: &TableId, chain: &Chain, index: usize, rule: &Rule) -> Object {
    Object::Rule {
        table: table.clone(),
        chain: chain.name.to_string(),
        number: index + 1,
        comment: rule.comment.as_str().to_owned(),
    }
}

fn table(id: &TableId) -> rustables::Table {
    let family = match id.family {
        Family::Inet => ProtocolFamily::Inet,
        Family::Bridge => ProtocolFamily::Bridge,
    };
    rustables::Table::new(family).with_name(id.name.as_str())
}

fn chain(table: &rustables::Table, chain: &Chain) -> rustables::Chain {
    let made = rustables::Chain::new(table).with_name(chain.name.as_str());
    let Some(Base { kind, hook, priority, policy }) = chain.base else { return made };
    let kind = match kind {
        ChainKind::Filter => ChainType::Filter,
        ChainKind::Nat => ChainType::Nat,
    };
    let hook = match hook {
        Hook::Prerouting => HookClass::PreRouting,
        Hook::Input => HookClass::In,
        Hook::Forward => HookClass::Forward,
        Hook::Output => HookClass::Out,
        Hook::Postrouting => HookClass::PostRouting,
    };
    let policy = match policy {
        Policy::Accept => ChainPolicy::Accept,
        Policy::Drop => ChainPolicy::Drop,
    };
    made.with_hook(rustables::Hook::new(hook, priority)).with_type(kind).with_policy(policy)
}
