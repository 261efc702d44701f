//! A ruleset as the bytes of nf_tables batches. What rules look up and where they jump to is there before
//! them (`preparing`), then they are exchanged (`exchanging`), and what nothing refers to any more goes
//! (`tidying`): see `names`.
//!
//! A chain stays and gets other rules: the kernel exchanges those of all chains in one step. A chain that it
//! calls (a base chain) would, made anew, be called empty, with the policy to accept, before the batch takes
//! effect, and the former one would no longer be called afterwards: a packet that comes to the one
//! before and to the other after passes both.

use std::collections::BTreeSet;
use std::ops::Range;

use firewall::ir::{
    Base, Chain, ChainKind, Family, Hook, Name, Policy, Rule, Ruleset, Table, TableId,
};
use rustables::{Batch, ChainPolicy, ChainType, HookClass, MsgType, ProtocolFamily};

use super::names::Names;
use super::present::{Contents, Place, Present, Surplus};
use super::verify::Spoiled;
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
    /// Everything of a ruleset, for a kernel that has nothing of it. It should be a checked one: others the
    /// kernel refuses, wholly.
    pub fn whole(ruleset: &Ruleset) -> Result<Self, NftError> {
        let nothing = Present::default();
        Self::of(|transaction| {
            for table in &ruleset.tables {
                transaction.prepare(table, &nothing)?;
                transaction.exchange(table, &nothing, &BTreeSet::new())?;
            }
            Ok(())
        })
    }

    /// Adds the chains that others jump to, empty, and the sets and maps that are not there. The rules in
    /// force know nothing of them.
    pub(super) fn preparing(ruleset: &Ruleset, present: &Present) -> Result<Self, NftError> {
        Self::of(|transaction| {
            ruleset.tables.iter().try_for_each(|table| transaction.prepare(table, present))
        })
    }

    /// Exchanges the rules, and makes sets anew that do not hold what they are to hold.
    pub(super) fn exchanging(
        ruleset: &Ruleset,
        present: &Present,
        spoiled: &Spoiled,
    ) -> Result<Self, NftError> {
        Self::of(|transaction| {
            for table in &ruleset.tables {
                let spoiled = spoiled.get(&table.id).cloned().unwrap_or_default();
                transaction.exchange(table, present, &spoiled)?;
            }
            Ok(())
        })
    }

    /// Removes what no rule refers to.
    pub(super) fn tidying(surplus: &[Surplus]) -> Result<Self, NftError> {
        Self::of(|transaction| {
            for Surplus { table, contents } in surplus {
                let Some(Contents { chains, sets }) = contents else {
                    transaction.add_table(table, MsgType::Del);
                    continue;
                };
                // Maps before the chains that they jump to.
                for name in sets {
                    transaction.delete_set(table, name)?;
                }
                // Those that the kernel calls are gone with the rules.
                for (name, _) in chains.iter().filter(|(_, place)| place.is_none()) {
                    transaction.delete_chain(table, name)?;
                }
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

    /// Whether it does nothing: the kernel does not even confirm such a one.
    pub(super) fn is_empty(&self) -> bool {
        self.messages().all(|(_, message)| matches!(message.kind, BATCH_BEGIN | BATCH_END))
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
        let sequence = self.next_number();
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

    /// Of the next message.
    pub(super) fn next_number(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    fn add_table(&mut self, id: &TableId, what: MsgType) {
        let mut batch = Batch::new();
        batch.add(&table(id), what);
        self.add_made(batch, std::iter::once(Object::Table(id.clone())));
    }

    fn prepare(&mut self, table: &Table, present: &Present) -> Result<(), NftError> {
        let contents = present.table(&table.id);
        self.add_table(&table.id, MsgType::Add);
        let is_there = |name: &Name| {
            contents.is_some_and(|contents| contents.chains.contains_key(name.as_str()))
        };
        let new = |chain: &&Chain| chain.base.is_none() && !is_there(&chain.name);
        self.add_chains(table, table.chains.iter().filter(new));
        set::add(self, table, |name| contents.is_none_or(|contents| !contents.sets.contains(name)))
    }

    fn exchange(
        &mut self,
        table: &Table,
        present: &Present,
        spoiled: &BTreeSet<String>,
    ) -> Result<(), NftError> {
        let id = &table.id;
        if let Some(contents) = present.table(id) {
            self.delete(DELETE_RULES, Object::Table(id.clone()), id, None)?;
            for name in spoiled {
                self.delete_set(id, name)?;
            }
            for (name, place) in contents.chains.iter().filter(|(_, place)| place.is_some()) {
                let new = table.chains.iter().find(|chain| chain.name.as_str() == name);
                if *place != new.and_then(|new| new.base.map(Place::from)) {
                    self.delete_chain(id, name)?;
                }
            }
        }
        // One that stays gets its policy.
        self.add_chains(table, table.chains.iter().filter(|chain| chain.base.is_some()));
        set::add(self, table, |name| spoiled.contains(name))?;
        let (made, names) = (self::table(id), Names::new(table));
        for plain in &table.chains {
            self.add_rules(id, plain, &chain(&made, plain), &names)?;
        }
        Ok(())
    }

    fn add_chains<'c>(&mut self, table: &Table, chains: impl Iterator<Item = &'c Chain>) {
        let made = self::table(&table.id);
        let mut batch = Batch::new();
        let mut named = Vec::new();
        for one in chains {
            batch.add(&chain(&made, one), MsgType::Add);
            named.push(Object::Chain { table: table.id.clone(), chain: one.name.to_string() });
        }
        self.add_made(batch, named.into_iter());
    }

    fn delete_set(&mut self, table: &TableId, name: &str) -> Result<(), NftError> {
        let object = Object::Set { table: table.clone(), set: name.to_owned() };
        self.delete(DELETE_SET, object, table, Some((2, name)))
    }

    fn delete_chain(&mut self, table: &TableId, name: &str) -> Result<(), NftError> {
        let object = Object::Chain { table: table.clone(), chain: name.to_owned() };
        self.delete(DELETE_CHAIN, object, table, Some((3, name)))
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

    fn add_rules(
        &mut self,
        table: &TableId,
        chain: &Chain,
        made: &rustables::Chain,
        names: &Names<'_>,
    ) -> Result<(), NftError> {
        // Rules of rustables gather here until one made by hand has to follow them.
        let mut batch = Batch::new();
        let mut objects = Vec::new();
        for (index, rule) in chain.rules.iter().enumerate() {
            let object = rule_object(table, chain, index, rule);
            for expressions in rule::expressions(rule, table.family, names) {
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
