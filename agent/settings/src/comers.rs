//! Who may come to a published service, as far as its list of sources says: a list may be as good as everybody,
//! hold nobody but our own devices, or nobody at all.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::{Member, Publication, Settings, SitePrefix, Which, is_partly_on_the_internet};

/// Who may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comers {
    /// Anybody, or most of the internet.
    Anybody,
    /// Some of the internet.
    Listed,
    /// Devices of our own zones only.
    Own,
    /// Nobody: the addresses are neither on the internet nor in a zone.
    Nobody,
}

/// Sources of a published service by where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Who may come by them.
    pub comers: Comers,
    /// Those on the internet, as few networks as hold them.
    pub outside: Vec<IpNet>,
    /// Those of our own zones and of networks behind their routers that are not on the internet.
    pub own: Vec<IpNet>,
    /// Those that are nowhere.
    pub nowhere: Vec<IpNet>,
}

impl Sources {
    /// Whether somebody on the internet may come.
    #[must_use]
    pub fn is_for_internet(&self) -> bool {
        matches!(self.comers, Comers::Anybody | Comers::Listed)
    }

    /// Whether some on the internet may come over this IP version by these who may not by the others.
    #[must_use]
    pub fn lets_more_come(&self, than: &Self, v6: bool) -> bool {
        let holds = |one: &IpNet| than.outside.iter().any(|other| other.contains(one));
        self.outside.iter().filter(|one| matches!(one, IpNet::V6(_)) == v6).any(|one| !holds(one))
    }
}

impl Settings {
    /// Where the sources of a published service are, on a box with this prefix.
    pub fn sources(&self, one: &Publication, site: SitePrefix) -> Sources {
        if one.from == Which::All {
            let all = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
            let (own, nowhere) = (Vec::new(), Vec::new());
            return Sources { comers: Comers::Anybody, outside: all.into(), own, nowhere };
        }
        let members = self.members(one.from.named()).into_iter().map(Member::networks);
        let networks = members.flat_map(|(v4, v6)| {
            v4.into_iter().map(IpNet::V4).chain(v6.into_iter().map(IpNet::V6))
        });
        let (outside, others): (Vec<IpNet>, Vec<IpNet>) =
            networks.partition(|network| is_partly_on_the_internet(*network));
        let zones = self.zones.iter().flat_map(|(name, zone)| {
            let v4 = self.networks_v4(name).map(IpNet::V4);
            v4.chain(zone.subnet_v6(site).map(IpNet::V6)).collect::<Vec<_>>()
        });
        let zones: Vec<IpNet> = zones.collect();
        let is_own = |network: &IpNet| {
            zones.iter().any(|zone| zone.contains(network) || network.contains(zone))
        };
        let (own, nowhere): (Vec<IpNet>, Vec<IpNet>) = others.into_iter().partition(is_own);
        let comers = if is_most(&outside) {
            Comers::Anybody
        } else if !outside.is_empty() {
            Comers::Listed
        } else if !own.is_empty() {
            Comers::Own
        } else {
            Comers::Nobody
        };
        Sources { comers, outside: IpNet::aggregate(&outside), own, nowhere }
    }
}

/// Half of all IPv4 addresses, or half of those that IPv6 gives out (2000::/3).
fn is_most(networks: &[IpNet]) -> bool {
    let (mut v4, mut v6) = (Vec::<Ipv4Net>::new(), Vec::<Ipv6Net>::new());
    for network in networks {
        match network {
            IpNet::V4(network) => v4.push(*network),
            IpNet::V6(network) => v6.push(*network),
        }
    }
    let size = |length: u32| 1_u128.checked_shl(length).unwrap_or(u128::MAX);
    let v4 = Ipv4Net::aggregate(&v4).into_iter().map(|net| size(u32::from(32 - net.prefix_len())));
    let v6 = Ipv6Net::aggregate(&v6).into_iter().map(|net| size(u32::from(128 - net.prefix_len())));
    let sum = |sizes: &mut dyn Iterator<Item = u128>| sizes.fold(0, u128::saturating_add);
    sum(&mut v4.into_iter()) >= size(31) || sum(&mut v6.into_iter()) >= size(124)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    const EXAMPLE: &str = include_str!("../tests/example.json");

    fn comers(list: &str) -> Comers {
        let mut document: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
        document["publish"] = serde_json::json!([{
            "id": 1, "label": "Till", "ports": ["tcp/443"], "from": [],
            "to": {"zone": "office", "address": "192.168.10.5"},
        }]);
        document["publish"][0]["from"] = serde_json::from_str(list).unwrap();
        let settings = parse(document.to_string().as_bytes()).unwrap();
        settings.sources(&settings.publish[0], SitePrefix::from_random([0; 5])).comers
    }

    #[test]
    fn a_list_is_judged_by_where_its_addresses_are() {
        for list in [
            r#""all""#,
            r#"["0.0.0.0/0"]"#,
            r#"["0.0.0.0/1", "128.0.0.0/1"]"#,
            r#"["128.0.0.0/2", "0.0.0.0/2", "5.6.7.8"]"#,
            r#"["2000::/3"]"#,
            r#"["::/0"]"#,
        ] {
            assert_eq!(comers(list), Comers::Anybody, "{list}");
        }
        for list in [r#"["5.6.7.8"]"#, r#"["5.0.0.0/8", "192.168.20.0/24"]"#, r#"["2620:fe::/32"]"#]
        {
            assert_eq!(comers(list), Comers::Listed, "{list}");
        }
        for list in
            [r#"["192.168.20.7"]"#, r#"["192.168.0.0/16", "203.0.113.5"]"#, r#"["fd00:0:0:14::7"]"#]
        {
            assert_eq!(comers(list), Comers::Own, "{list}");
        }
        for list in [r#"["203.0.113.5"]"#, r#"["10.1.2.3", "fd77::1"]"#] {
            assert_eq!(comers(list), Comers::Nobody, "{list}");
        }
    }
}
