//! What others write: a name a line, hosts files, lines of dnsmasq, rules of AdBlock; all of them may be mixed.
//! What is not understood is left out and counted. A file that is none of these, as the page of a captive
//! portal or of an error, is no list.

use std::collections::HashSet;
use std::net::IpAddr;

use settings::DomainName;

use crate::order::{reduced, upwards};
use crate::script::to_ascii;
use crate::{MAX_BYTES, MAX_NAMES};

/// A list that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The list.
    pub list: String,
    /// How many names it has.
    pub names: usize,
    /// Lines that were not understood.
    pub odd: usize,
}

/// Why bytes are no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A page of the web.
    #[error("a web page, and no list")]
    Page,
    /// No name is in it.
    #[error("no name is in it")]
    Nothing,
    /// More lines are something else than are names.
    #[error("most lines are no names")]
    Odd,
    /// More names than a list can have.
    #[error("more than {MAX_NAMES} names")]
    TooMany,
    /// More bytes than are read.
    #[error("more than {MAX_BYTES} bytes")]
    TooLarge,
}

/// Most names that are looked at before those below others are left out.
const MOST: usize = 2 * MAX_NAMES;

/// What a line is.
enum Line<'l> {
    /// It says nothing of names.
    Quiet,
    /// It is not understood.
    Odd,
    /// These are to be blocked.
    Names(Vec<&'l str>),
    /// This and what is below it is not.
    Except(&'l str),
}

/// Reads a list.
pub fn read(bytes: &[u8]) -> Result<Read, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if is_page(text) {
        return Err(Unreadable::Page);
    }
    let (mut names, mut except, mut odd) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        match taken(line.trim()) {
            Line::Quiet => {}
            Line::Odd => odd += 1,
            Line::Except(name) => match domain(name) {
                Named::Domain(name) => except.push(name),
                Named::Local | Named::Odd => odd += 1,
            },
            Line::Names(all) => {
                for name in all {
                    match domain(name) {
                        Named::Domain(name) => names.push(name),
                        Named::Local => {}
                        Named::Odd => odd += 1,
                    }
                }
            }
        }
        if names.len() > MOST {
            return Err(Unreadable::TooMany);
        }
    }
    if names.is_empty() {
        return Err(Unreadable::Nothing);
    }
    if odd > names.len() {
        return Err(Unreadable::Odd);
    }
    let except: HashSet<&str> = except.iter().map(DomainName::as_str).collect();
    names.retain(|name| !upwards(name.as_str()).any(|above| except.contains(above)));
    let names = reduced(names);
    match names.len() {
        0 => Err(Unreadable::Nothing),
        count if count > MAX_NAMES => Err(Unreadable::TooMany),
        count => {
            let mut list = String::with_capacity(count * 24);
            for name in &names {
                list.push_str(name.as_str());
                list.push('\n');
            }
            Ok(Read { list, names: count, odd })
        }
    }
}

/// A page begins with a tag, whatever names it holds further down.
fn is_page(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

fn taken(line: &str) -> Line<'_> {
    if line.is_empty()
        || line.starts_with(['#', '!'])
        || line.starts_with('[') && line.ends_with(']')
    {
        return Line::Quiet;
    }
    if let Some(rule) = line.strip_prefix("@@") {
        return adblock(rule).map_or(Line::Odd, Line::Except);
    }
    if line.starts_with("||") {
        return adblock(line).map_or(Line::Odd, |name| Line::Names(vec![name]));
    }
    for word in ["local=", "address=", "server="] {
        if let Some(rest) = line.strip_prefix(word) {
            return dnsmasq(rest.trim());
        }
    }
    // A comment behind; no name has the sign.
    let line = line.split('#').next().unwrap_or_default().trim_end();
    let mut words = line.split_ascii_whitespace();
    let Some(first) = words.next() else { return Line::Quiet };
    let rest: Vec<&str> = words.collect();
    match first.parse::<IpAddr>() {
        // An address that leads somewhere is an answer, and not a refusal.
        Ok(address) if is_nowhere(address) && !rest.is_empty() => Line::Names(rest),
        Ok(_) => Line::Odd,
        Err(_) if rest.is_empty() => {
            let name = first.strip_prefix("*.").or_else(|| first.strip_prefix('.'));
            Line::Names(vec![name.unwrap_or(first)])
        }
        Err(_) => Line::Odd,
    }
}

/// `||name^`, with no option that would narrow it.
fn adblock(rule: &str) -> Option<&str> {
    let (name, option) = rule.strip_prefix("||")?.split_once('^')?;
    matches!(option, "" | "|" | "$important" | "$all" | "$document").then_some(name)
}

/// `/name/`, `/one/two/`, with an address that is none behind.
fn dnsmasq(rest: &str) -> Line<'_> {
    let Some((names, to)) = rest.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) else {
        return Line::Odd;
    };
    if matches!(to, "" | "#") || to.parse().is_ok_and(is_nowhere) {
        Line::Names(names.split('/').collect())
    } else {
        Line::Odd
    }
}

fn is_nowhere(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_loopback()
}

enum Named {
    Domain(DomainName),
    /// `localhost` and the like, which hosts files begin with.
    Local,
    Odd,
}

fn domain(name: &str) -> Named {
    let name = name.strip_suffix('.').unwrap_or(name);
    let Some(name) = to_ascii(name) else { return Named::Odd };
    match name.parse::<DomainName>() {
        _ if is_local(&name) => Named::Local,
        Ok(name) => Named::Domain(name),
        Err(settings::Reason::DomainNameReserved { .. }) => Named::Local,
        Err(_) => Named::Odd,
    }
}

/// What hosts files name beside what they block.
fn is_local(name: &str) -> bool {
    matches!(name, "localhost" | "localhost.localdomain" | "local" | "broadcasthost" | "0.0.0.0")
        || name.starts_with("ip6-") && !name.contains('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> Vec<String> {
        read(text.as_bytes()).unwrap().list.lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_format_is_read() {
        let text = "\u{feff}# hosts\r\n127.0.0.1 localhost localhost.localdomain ip6-localhost\r\n\
            0.0.0.0 Ads.Example other.example # both\r\n::1 ip6-loopback\r\n0.0.0.0 0.0.0.0\n\
            [Adblock Plus 2.0]\n! a comment\n||tracker.example^\n||odd.example^$script\n\
            local=/one.example/two.example/\naddress=/three.example/#\naddress=/four.example/0.0.0.0\n\
            server=/five.example/\naddress=/kept.example/192.0.2.1\n\
            plain.example.\n*.wild.example\n.dotted.example\n广告.example\n\
            a_b.example\n1.2.3.4 answered.example\n";
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(
            read.list.lines().collect::<std::collections::BTreeSet<_>>(),
            [
                "ads.example",
                "dotted.example",
                "five.example",
                "four.example",
                "one.example",
                "other.example",
                "plain.example",
                "three.example",
                "tracker.example",
                "two.example",
                "wild.example",
                "xn--4rr70v.example",
            ]
            .into()
        );
        assert_eq!((read.names, read.odd), (12, 4));
        assert_eq!(crate::count(&read.list), Some(12));
    }

    #[test]
    fn what_is_below_another_name_is_left_out_and_an_exception_is_one() {
        let text = "b.ads.example\nads.example\nads.example\ngood.example\n@@||good.example^\n";
        assert_eq!(list(text), ["ads.example"]);
    }

    #[test]
    fn what_is_no_list_is_told() {
        let page = b"\n<!DOCTYPE html><html>\nads.example\n</html>";
        assert_eq!(read(page), Err(Unreadable::Page));
        assert_eq!(read(b""), Err(Unreadable::Nothing));
        assert_eq!(read(b"# nothing yet\n127.0.0.1 localhost\n"), Err(Unreadable::Nothing));
        assert_eq!(read(b"please sign in\nat our portal\nportal.example\n"), Err(Unreadable::Odd));
        assert_eq!(read(&vec![b'#'; MAX_BYTES + 1]), Err(Unreadable::TooLarge));
        let many: String = (0..=MAX_NAMES).map(|number| format!("n{number}.example\n")).collect();
        assert_eq!(read(many.as_bytes()), Err(Unreadable::TooMany));
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_a_list(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(read) = read(&bytes) {
                prop_assert_eq!(crate::count(&read.list), Some(read.names));
            }
        }

        #[test]
        fn a_list_is_read_as_itself(names in prop::collection::vec("[a-c]{1,2}\\.([a-c]\\.)?example", 1..40)) {
            let first = read(names.join("\n").as_bytes()).unwrap();
            prop_assert_eq!(read(first.list.as_bytes()).unwrap(), first);
        }
    }
}
