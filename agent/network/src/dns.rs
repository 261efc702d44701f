//! One question to a resolver, and its answer (RFC 1035, RFC 3596): the addresses of a name. What does not
//! answer the question is left out, and no bytes make the reader fail but by saying so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use settings::DomainName;

/// Length of a message's head.
const HEAD: usize = 12;
/// Longest message that is asked for over UDP (EDNS is not used).
pub const MAX_UDP: usize = 512;
/// Most records that are looked at.
const MAX_RECORDS: u16 = 200;
/// Most names that lead from one to the other.
const MAX_ALIASES: usize = 16;
/// Longest name as bytes, and most jumps in it.
const MAX_NAME: usize = 255;
/// The class of the internet.
const INTERNET: u16 = 1;
/// The record that names another name.
const ALIAS: u16 = 5;
/// A question that wants recursion.
const QUESTION: u16 = 0x0100;
/// An answer; cut short; the bits of its code.
const ANSWER: u16 = 0x8000;
const CUT: u16 = 0x0200;
const CODE: u16 = 0x000f;
/// The code of a name that is not there (NXDOMAIN).
const NO_NAME: u16 = 3;

/// Which addresses are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// IPv4.
    A,
    /// IPv6.
    Aaaa,
}

/// What a resolver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These are the addresses, each for so many seconds; none when the name has none of this kind.
    Addresses(Vec<(IpAddr, u32)>),
    /// There is no such name.
    NoName,
    /// It did not fit: ask over TCP.
    Cut,
    /// The resolver cannot tell, and why by its number.
    Failed(u16),
}

impl Kind {
    fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Aaaa => 28,
        }
    }
}

/// The question.
pub fn query(id: u16, name: &DomainName, kind: Kind) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + MAX_NAME);
    for number in [id, QUESTION, 1, 0, 0, 0] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    for label in name.as_str().split('.') {
        out.push(u8::try_from(label.len()).unwrap_or_default());
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    for number in [kind.number(), INTERNET] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out
}

/// Reads the answer to the question; `None` when it is none to this one.
pub fn read(message: &[u8], id: u16, name: &DomainName, kind: Kind) -> Option<Answer> {
    let mut reader = Reader { message, at: 0 };
    let (answers, flags) = (reader.number()? == id, reader.number()?);
    let (questions, records) = (reader.number()?, reader.number()?);
    reader.at = HEAD;
    let about = reader.name()?;
    let asked = (about.as_str(), reader.number()?, reader.number()?);
    let is_ours = asked == (name.as_str(), kind.number(), INTERNET);
    if !(answers && is_ours && questions == 1 && flags & ANSWER != 0) {
        return None;
    }
    if flags & CUT != 0 {
        return Some(Answer::Cut);
    }
    match flags & CODE {
        0 => {}
        NO_NAME => return Some(Answer::NoName),
        other => return Some(Answer::Failed(other)),
    }
    let (mut aliases, mut addresses) = (Vec::new(), Vec::new());
    for _ in 0..records.min(MAX_RECORDS) {
        let owner = reader.name()?;
        let (of, class) = (reader.number()?, reader.number()?);
        let seconds = u32::from(reader.number()?) << 16 | u32::from(reader.number()?);
        let length = usize::from(reader.number()?);
        let start = reader.at;
        let data = message.get(start..start.checked_add(length)?)?;
        if class == INTERNET && of == ALIAS {
            aliases.push((owner, reader.name()?, seconds));
        } else if class == INTERNET && of == kind.number() {
            addresses.push((owner, address(kind, data)?, seconds));
        }
        reader.at = start + length;
    }
    let (mut now, mut least) = (name.as_str().to_owned(), u32::MAX);
    for _ in 0..MAX_ALIASES {
        let Some((_, next, seconds)) = aliases.iter().find(|(owner, ..)| *owner == now) else {
            break;
        };
        (now, least) = (next.clone(), least.min(*seconds));
    }
    let of_name = addresses.into_iter().filter(|(owner, ..)| *owner == now);
    let found = of_name.map(|(_, address, seconds)| (address, seconds.min(least)));
    Some(Answer::Addresses(found.collect()))
}

fn address(kind: Kind, data: &[u8]) -> Option<IpAddr> {
    match kind {
        Kind::A => Some(IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?))),
        Kind::Aaaa => Some(IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?))),
    }
}

struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl Reader<'_> {
    fn number(&mut self) -> Option<u16> {
        let bytes = self.message.get(self.at..)?.first_chunk::<2>()?;
        self.at += 2;
        Some(u16::from_be_bytes(*bytes))
    }

    /// A name in lower case. It may go on elsewhere, always further to the front.
    fn name(&mut self) -> Option<String> {
        let mut text = Vec::new();
        let (mut at, mut end) = (self.at, None);
        let mut front = at;
        loop {
            let length = usize::from(*self.message.get(at)?);
            match length {
                0 => {
                    self.at = end.unwrap_or(at + 1);
                    return String::from_utf8(text.to_ascii_lowercase()).ok();
                }
                1..=63 => {
                    let label = self.message.get(at + 1..at + 1 + length)?;
                    if !text.is_empty() {
                        text.push(b'.');
                    }
                    text.extend_from_slice(label);
                    at += 1 + length;
                }
                0xc0.. => {
                    let low = usize::from(*self.message.get(at + 1)?);
                    let to = (length & 0x3f) << 8 | low;
                    end = end.or(Some(at + 2));
                    if to >= front {
                        return None;
                    }
                    (at, front) = (to, to);
                }
                _ => return None,
            }
            if text.len() > MAX_NAME {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    /// A record, its owner as bytes.
    fn record(owner: &[u8], kind: u16, seconds: u32, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        let mut out = owner.to_vec();
        out.extend(kind.to_be_bytes());
        out.extend([0, 1]);
        out.extend(seconds.to_be_bytes());
        out.extend(length.to_be_bytes());
        out.extend(data);
        out
    }

    fn answer(flags: u16, records: &[Vec<u8>]) -> Vec<u8> {
        let mut message = query(7, &name("mail.example.com"), Kind::A);
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        message[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
        message.extend(records.concat());
        message
    }

    fn told(message: &[u8]) -> Option<Answer> {
        read(message, 7, &name("mail.example.com"), Kind::A)
    }

    /// The question's name, and `example.com` in it.
    const ASKED: &[u8] = &[0xc0, 12];
    const PARENT: &[u8] = &[0xc0, 17];

    #[test]
    fn addresses_of_the_name_and_of_what_it_is_an_alias_for() {
        let direct = record(ASKED, 1, 300, &[9, 9, 9, 9]);
        let of_other = record(PARENT, 1, 300, &[6, 6, 6, 6]);
        let v6 = record(ASKED, 28, 300, &[0; 16]);
        let message = answer(0x8180, &[direct, of_other.clone(), v6]);
        let one = |ip: [u8; 4], seconds| Some(Answer::Addresses(vec![(ip.into(), seconds)]));
        assert_eq!(told(&message), one([9, 9, 9, 9], 300));
        let alias = record(ASKED, 5, 60, PARENT);
        assert_eq!(told(&answer(0x8180, &[alias.clone(), of_other])), one([6, 6, 6, 6], 60));
        // One that leads round comes to an end.
        let round = record(PARENT, 5, 60, ASKED);
        assert_eq!(told(&answer(0x8180, &[alias, round])), Some(Answer::Addresses(Vec::new())));
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_none() {
        let direct = [record(ASKED, 1, 300, &[9, 9, 9, 9])];
        let message = answer(0x8180, &direct);
        assert!(told(&message).is_some());
        assert_eq!(read(&message, 8, &name("mail.example.com"), Kind::A), None, "another number");
        assert_eq!(read(&message, 7, &name("mail.example.org"), Kind::A), None, "another name");
        assert_eq!(read(&message, 7, &name("mail.example.com"), Kind::Aaaa), None);
        assert_eq!(told(&answer(0x0100, &direct)), None, "a question");
        assert_eq!(told(&answer(0x8183, &[])), Some(Answer::NoName));
        assert_eq!(told(&answer(0x8182, &[])), Some(Answer::Failed(2)));
        assert_eq!(told(&answer(0x8380, &direct)), Some(Answer::Cut));
        assert_eq!(told(&message[..message.len() - 1]), None, "cut");
        assert_eq!(told(&answer(0x8180, &[record(&[0xc0, 0xff], 1, 1, &[1, 2, 3, 4])])), None);
        assert_eq!(told(&answer(0x8180, &[record(ASKED, 1, 1, &[1, 2, 3])])), None);
        assert_eq!(told(&answer(0x8180, &[record(ASKED, 1, 1, &[0; 16])])), None, "IPv6");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = told(&bytes);
        }

        #[test]
        fn no_damage_makes_it_panic(
            at in any::<prop::sample::Index>(), to: u8, flags: u16, pointer in any::<[u8; 2]>(),
        ) {
            let records = [record(&pointer, 5, 1, &pointer), record(ASKED, 1, 1, &[1, 2, 3, 4])];
            let mut message = answer(flags, &records);
            let at = at.index(message.len());
            message[at] = to;
            let _ = told(&message);
        }
    }
}
