//! Devices that would be what only the box is, as notices for a while: what the rules counted, and who it was as
//! far as that was seen. The rules count every frame; who sent it is written down of so many in a second only.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use host_api::Notice;
use host_api::seeing::Why;
use seeing::refusals::Rogue;

/// How long after the last frame it is still told.
pub const TOLD: Duration = Duration::from_secs(600);

/// What was counted.
#[derive(Default)]
pub struct Rogues {
    /// By code; none before the first look.
    counted: Option<BTreeMap<&'static str, u64>>,
    /// Frames since it was told first, and when the last ones were seen.
    told: BTreeMap<&'static str, (u64, Instant)>,
    /// Who it was.
    seen: Vec<Rogue>,
}

impl Rogues {
    /// Looks at the rules' counters and at who was seen. What was counted before the first look is not news.
    pub fn look(&mut self, seen: Vec<Rogue>, now: Instant) {
        self.seen = seen;
        match kernel::nft::counts(&firewall::rogues_table(), firewall::ROGUES_CHAIN) {
            Ok(counts) => self.take(&counts, now),
            Err(error) => {
                tracing::warn!(error = systemd::log::chain(&error), "counters cannot be read");
            }
        }
    }

    fn take(&mut self, counts: &BTreeMap<String, u64>, now: Instant) {
        let mut counted = BTreeMap::new();
        for (comment, code) in firewall::ROGUES {
            let sum: &mut u64 = counted.entry(code).or_default();
            *sum = sum.saturating_add(counts.get(comment).copied().unwrap_or_default());
        }
        for (code, count) in &counted {
            let Some(before) = self.counted.as_ref().and_then(|before| before.get(code)) else {
                continue;
            };
            // Rules that were loaded anew count from nothing.
            let news = if count < before { *count } else { count.saturating_sub(*before) };
            if news > 0 {
                let (told, last) = self.told.entry(code).or_insert((0, now));
                (*told, *last) = (told.saturating_add(news), now);
            }
        }
        self.counted = Some(counted);
        self.told.retain(|_, (_, last)| now.saturating_duration_since(*last) < TOLD);
    }

    /// What a person must know.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.told.iter().flat_map(|(code, (count, _))| {
            let named = |rogue| named(rogue).filter(|(of_kind, _)| of_kind == code);
            let mut notices: Vec<Notice> =
                self.seen.iter().filter_map(named).map(|(_, notice)| notice).collect();
            if notices.is_empty() {
                notices.push(Notice::new(code, [("count", count.to_string())]));
            }
            notices
        })
    }
}

/// Who it is, and where as far as that is known; first the code by which those are told whom nobody can name.
fn named(rogue: &Rogue) -> Option<(&'static str, Notice)> {
    let Rogue { why, mac, name, zone, port } = rogue;
    let (code, in_zone_at_port, in_zone, at_port, nowhere) = match why {
        Why::RogueDhcp => (
            "rogue_dhcp",
            "rogue_dhcp_in_zone_at_port",
            "rogue_dhcp_in_zone",
            "rogue_dhcp_at_port",
            "rogue_dhcp_of",
        ),
        Why::RogueRouter => (
            "rogue_router",
            "rogue_router_in_zone_at_port",
            "rogue_router_in_zone",
            "rogue_router_at_port",
            "rogue_router_of",
        ),
        _ => return None,
    };
    let device = match name {
        Some(name) => format!("{name} ({mac})"),
        None => mac.to_string(),
    };
    let device = ("device", device);
    let notice = match (zone.clone(), port.clone()) {
        (Some(zone), Some(port)) => {
            Notice::new(in_zone_at_port, [device, ("zone", zone), ("port", port)])
        }
        (Some(zone), None) => Notice::new(in_zone, [device, ("zone", zone)]),
        (None, Some(port)) => Notice::new(at_port, [device, ("port", port)]),
        (None, None) => Notice::new(nowhere, [device]),
    };
    Some((code, notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_it_was_is_named_in_words_that_there_are() {
        let mut rogues = Rogues::default();
        let counts = |count| BTreeMap::from([(firewall::ROGUES[2].0.to_owned(), count)]);
        let now = Instant::now();
        rogues.take(&counts(0), now);
        rogues.take(&counts(1), now);
        let mac = settings::MacAddress::new([0x52, 0x54, 0, 0, 5, 1]).unwrap();
        for name in [None, Some("kitchen".to_owned())] {
            for zone in [None, Some("office".to_owned())] {
                for port in [None, Some("desk".to_owned())] {
                    let why = Why::RogueRouter;
                    let (zone, name) = (zone.clone(), name.clone());
                    let wanted = [&name, &zone, &port].map(Clone::clone);
                    let of_another_kind = Rogue { why: Why::RogueDhcp, mac, name, zone, port };
                    let rogue = Rogue { why, ..of_another_kind.clone() };
                    rogues.seen = vec![of_another_kind, rogue];
                    let [notice] = &rogues.notices().collect::<Vec<_>>()[..] else { panic!() };
                    for language in settings::Language::ALL {
                        let text = host_api::texts::text(language, &notice.code, &notice.values);
                        assert!(
                            text.contains("52:54:00:00:05:01") && !text.contains('?'),
                            "{text}"
                        );
                        assert!(wanted.iter().flatten().all(|part| text.contains(part)), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_news_is_told_and_not_for_ever() {
        let mut rogues = Rogues::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let counts = |v4: u64, v6: u64, router: u64| {
            let numbers = [v4, v6, router];
            let all = firewall::ROGUES.iter().zip(numbers);
            all.map(|((comment, _), number)| ((*comment).to_owned(), number)).collect()
        };
        let told = |rogues: &Rogues| -> Vec<(String, String)> {
            rogues.notices().map(|it| (it.code, it.values["count"].clone())).collect()
        };
        let notice = |code: &str, count: &str| (code.to_owned(), count.to_owned());
        rogues.take(&counts(5, 0, 0), at(0));
        assert_eq!(told(&rogues), []);
        rogues.take(&counts(6, 2, 0), at(30));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "3")]);
        rogues.take(&counts(6, 2, 4), at(60));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "3"), notice("rogue_router", "4")]);
        // Loaded anew.
        rogues.take(&counts(1, 0, 0), at(90));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "4"), notice("rogue_router", "4")]);
        rogues.take(&counts(1, 0, 0), at(661));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "4")]);
        rogues.take(&BTreeMap::new(), at(700));
        assert_eq!(told(&rogues), []);
    }
}
