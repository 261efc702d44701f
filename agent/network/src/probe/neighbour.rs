//! How hosts find each other: ARP (RFC 826, RFC 5227) and neighbour discovery (RFC 4861), as far as one
//! needs them who asks, answers and looks whether an address is free.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::packet::{Mac, checksum, header, octets};

const ARP: u16 = 0x0806;
const IPV6: u16 = 0x86dd;
const ICMPV6: u8 = 58;
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
const EVERYBODY: Mac = [0xff; 6];
/// Override and, as an answer, solicited (RFC 4861, 4.4).
const ANSWERS: u8 = 0x60;

/// What a neighbour said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Who has this address?
    Asks {
        /// Which.
        target: IpAddr,
        /// Who asks; none who only looks whether it is free.
        who: Option<IpAddr>,
        /// Where the answer goes.
        mac: Mac,
    },
    /// This address is there.
    Has {
        /// Which.
        address: IpAddr,
        /// Where.
        mac: Mac,
    },
}

/// The frame that asks for an address; with `own` its receiver learns who asks, without it is only asked
/// whether the address is free.
pub fn ask(mac: Mac, own: Option<IpAddr>, target: IpAddr) -> Vec<u8> {
    match target {
        IpAddr::V4(target) => {
            let own = match own {
                Some(IpAddr::V4(own)) => own,
                _ => Ipv4Addr::UNSPECIFIED,
            };
            arp(EVERYBODY, mac, 1, (mac, own), ([0; 6], target))
        }
        IpAddr::V6(target) => {
            let [.., a, b, c] = target.octets();
            let group = Ipv6Addr::new(
                0xff02,
                0,
                0,
                0,
                0,
                1,
                0xff00 | u16::from(a),
                u16::from_be_bytes([b, c]),
            );
            let source = match own {
                Some(IpAddr::V6(own)) => own,
                _ => Ipv6Addr::UNSPECIFIED,
            };
            let mut message = vec![SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
            message.extend(target.octets());
            if !source.is_unspecified() {
                // Source link-layer address.
                message.extend([1, 1]);
                message.extend(mac);
            }
            discovery([0x33, 0x33, 0xff, a, b, c], mac, (source, group), message)
        }
    }
}

/// The frame that answers who asked.
pub fn tell(mac: Mac, own: IpAddr, (who, to): (Option<IpAddr>, Mac)) -> Option<Vec<u8>> {
    match (own, who) {
        (IpAddr::V4(own), who) => {
            let who = match who {
                Some(IpAddr::V4(who)) => who,
                _ => Ipv4Addr::UNSPECIFIED,
            };
            Some(arp(to, mac, 2, (mac, own), (to, who)))
        }
        (IpAddr::V6(own), Some(IpAddr::V6(who))) => {
            let mut message = vec![ADVERTISEMENT, 0, 0, 0, ANSWERS, 0, 0, 0];
            message.extend(own.octets());
            // Target link-layer address.
            message.extend([2, 1]);
            message.extend(mac);
            Some(discovery(to, mac, (own, who), message))
        }
        // Who looks whether it is free is told to everybody (RFC 4861, 7.2.4).
        (IpAddr::V6(own), _) => {
            let mut message = vec![ADVERTISEMENT, 0, 0, 0, 0x20, 0, 0, 0];
            message.extend(own.octets());
            message.extend([2, 1]);
            message.extend(mac);
            let all = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
            Some(discovery([0x33, 0x33, 0, 0, 0, 1], mac, (own, all), message))
        }
    }
}

/// What a frame says of neighbours, if it does.
pub fn heard(frame: &[u8]) -> Option<Heard> {
    let (_, rest) = frame.split_first_chunk::<6>()?;
    let (from, rest) = rest.split_first_chunk::<6>()?;
    let (kind, packet) = rest.split_first_chunk::<2>()?;
    match u16::from_be_bytes(*kind) {
        ARP => of_arp(packet),
        IPV6 => of_discovery(*from, packet),
        _ => None,
    }
}

fn of_arp(packet: &[u8]) -> Option<Heard> {
    let (start, rest) = packet.split_first_chunk::<8>()?;
    let [0, 1, 8, 0, 6, 4, 0, operation] = *start else { return None };
    let (mac, rest) = rest.split_first_chunk::<6>()?;
    let (own, rest) = rest.split_first_chunk::<4>()?;
    let (_, rest) = rest.split_first_chunk::<6>()?;
    let (target, _) = rest.split_first_chunk::<4>()?;
    let (own, target) = (Ipv4Addr::from(*own), Ipv4Addr::from(*target));
    match operation {
        1 => {
            let who = (!own.is_unspecified()).then_some(own.into());
            Some(Heard::Asks { target: target.into(), who, mac: *mac })
        }
        2 => Some(Heard::Has { address: own.into(), mac: *mac }),
        _ => None,
    }
}

fn of_discovery(from: Mac, packet: &[u8]) -> Option<Heard> {
    let (start, rest) = packet.split_first_chunk::<8>()?;
    let [.., next, hops] = *start;
    let (source, rest) = rest.split_first_chunk::<16>()?;
    let (_, message) = rest.split_first_chunk::<16>()?;
    let (head, rest) = message.split_first_chunk::<8>()?;
    let (target, _) = rest.split_first_chunk::<16>()?;
    let ([kind, ..], source) = (*head, Ipv6Addr::from(*source));
    let target = IpAddr::V6((*target).into());
    // From elsewhere nobody can have 255 hops left.
    match (next, hops, kind) {
        (ICMPV6, 255, SOLICITATION) => {
            let who = (!source.is_unspecified()).then_some(source.into());
            Some(Heard::Asks { target, who, mac: from })
        }
        (ICMPV6, 255, ADVERTISEMENT) => Some(Heard::Has { address: target, mac: from }),
        _ => None,
    }
}

fn arp(
    to: Mac,
    from: Mac,
    operation: u8,
    (mac, own): (Mac, Ipv4Addr),
    (other_mac, other): (Mac, Ipv4Addr),
) -> Vec<u8> {
    let head = [0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, operation];
    let mut frame =
        [&to[..], &from, &head, &mac, &own.octets(), &other_mac, &other.octets()].concat();
    frame.resize(60, 0);
    frame
}

fn discovery(
    to: Mac,
    from: Mac,
    (source, destination): (Ipv6Addr, Ipv6Addr),
    mut message: Vec<u8>,
) -> Vec<u8> {
    let (source, destination) = (IpAddr::V6(source), IpAddr::V6(destination));
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
    let covered = [
        octets(source),
        octets(destination),
        u32::from(length).to_be_bytes().into(),
        vec![0, 0, 0, ICMPV6],
        message.clone(),
    ]
    .concat();
    let sum = checksum(&covered).to_be_bytes();
    if let Some(place) = message.get_mut(2..4) {
        place.copy_from_slice(&sum);
    }
    let head = header(source, destination, ICMPV6, 255, length);
    [&to[..], &from, &IPV6.to_be_bytes(), &head, &message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = [0x0a, 1, 2, 3, 4, 5];

    #[test]
    fn what_is_asked_and_told_is_heard() {
        for (own, target) in [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")] {
            let (own, target): (IpAddr, IpAddr) = (own.parse().unwrap(), target.parse().unwrap());
            let asked = heard(&ask(MAC, Some(own), target));
            assert_eq!(asked, Some(Heard::Asks { target, who: Some(own), mac: MAC }));
            let looks = heard(&ask(MAC, None, target));
            assert_eq!(looks, Some(Heard::Asks { target, who: None, mac: MAC }));
            for who in [Some(target), None] {
                let told = heard(&tell(MAC, own, (who, [2; 6])).unwrap());
                assert_eq!(told, Some(Heard::Has { address: own, mac: MAC }));
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for frame in [
            ask(MAC, None, "10.0.0.2".parse().unwrap()),
            ask(MAC, None, Ipv6Addr::LOCALHOST.into()),
        ] {
            for length in 0..frame.len() {
                let _ = heard(&frame[..length]);
            }
        }
    }
}
