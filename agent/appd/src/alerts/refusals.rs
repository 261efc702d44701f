//! Of what the rules refused: devices in quarantine that try to get out, and those that would be what only the box is.

use std::collections::BTreeMap;
use std::net::IpAddr;

use host_api::seeing::{Refused, Why};
use notify::{Alert, Count, Mac, Zone};
use tokio::time::Instant;

use super::gathered::Gathered;

/// What was seen.
#[derive(Default)]
pub struct Refusals {
    /// How often each row counted at the last look; none before the first.
    before: Option<BTreeMap<Row, u64>>,
    told: Gathered<(Why, String), Refused>,
}

/// By what a row is found again.
type Row = (Why, Option<String>, Option<IpAddr>, u8, u16);

impl Refusals {
    /// Takes in the latest rows, and gives what is to be told now. What was counted before the first look is no news.
    pub fn look(&mut self, rows: Vec<Refused>, now: Instant) -> Vec<Alert> {
        let is_ours =
            |row: &Refused| matches!(row.why, Why::Quarantined | Why::RogueDhcp | Why::RogueRouter);
        let rows: Vec<Refused> = rows.into_iter().filter(is_ours).collect();
        let counts = rows.iter().map(|row| (key(row), row.count)).collect();
        let before = self.before.replace(counts);
        let news = rows.into_iter().filter_map(|row| {
            let known = before.as_ref()?.get(&key(&row)).copied().unwrap_or_default();
            // hostd counts from nothing when it starts anew.
            let count = if row.count < known { row.count } else { row.count - known };
            let of = (row.why.clone(), row.from.mac.clone().unwrap_or_default());
            (count > 0).then_some((of, row, count))
        });
        let due = self.told.take(news, now);
        due.into_iter().filter_map(|(row, count)| alert(row, Count(count))).collect()
    }
}

fn key(row: &Refused) -> Row {
    (row.why.clone(), row.from.mac.clone(), row.destination, row.protocol, row.port)
}

/// None for a row without a device: hostd's notice tells of those.
fn alert(row: Refused, count: Count) -> Option<Alert> {
    let mac = row.from.mac?;
    let zone = row.from.zone.map(|zone| Zone(zone.as_str().into()));
    let name = row.from.name;
    let device = || match &name {
        Some(name) => Some(format!("{name} ({mac})").as_str().into()),
        None => Some(mac.as_str().into()),
    };
    let port = row.at.map(|port| port.as_str().into());
    Some(match row.why {
        Why::RogueDhcp => Alert::RogueDhcp { device: device(), zone, port, count },
        Why::RogueRouter => Alert::RogueRouter { device: device(), zone, port, count },
        Why::Quarantined => {
            let device = name.as_deref().unwrap_or(&mac).into();
            Alert::QuarantinedTried { mac: Mac::try_from(mac).ok()?, device, zone: zone?, count }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use host_api::seeing::End;

    use super::*;

    fn row(why: Why, port: u16, count: u64) -> Refused {
        let from = End {
            zone: Some("guest".to_owned()),
            mac: Some("52:54:00:00:00:01".to_owned()),
            name: Some("phone".to_owned()),
        };
        Refused {
            from,
            source: [192, 168, 20, 9].into(),
            at: Some("lan3".to_owned()),
            to: End::default(),
            destination: Some([198, 51, 100, 7].into()),
            protocol: 6,
            port,
            why,
            note: None,
            count,
            first: 1,
            last: 2,
        }
    }

    fn tried(count: u64) -> Vec<Alert> {
        let mac = Mac::try_from("52:54:00:00:00:01".to_owned()).unwrap();
        let zone = Zone("guest".into());
        vec![Alert::QuarantinedTried { mac, device: "phone".into(), zone, count: Count(count) }]
    }

    #[test]
    fn tries_of_a_device_are_told_together_and_old_ones_not_at_all() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let of = |counts: [u64; 2]| {
            vec![row(Why::Quarantined, 443, counts[0]), row(Why::Quarantined, 80, counts[1])]
        };
        assert_eq!(refusals.look(of([5, 0]), at(0)), []);
        assert_eq!(refusals.look(of([5, 0]), at(10)), []);
        assert_eq!(refusals.look(of([7, 1]), at(20)), tried(3));
        assert_eq!(refusals.look(of([9, 1]), at(30)), []);
        assert_eq!(refusals.look(of([9, 4]), at(3620)), tried(5));
        // hostd began anew.
        assert_eq!(refusals.look(of([2, 0]), at(9000)), tried(2));
    }

    #[test]
    fn a_rogue_is_named_with_its_place() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        assert_eq!(refusals.look(vec![row(Why::NoPolicy, 1, 1)], now), []);
        let rows = vec![row(Why::RogueDhcp, 67, 2), row(Why::NoPolicy, 1, 9)];
        let told = Alert::RogueDhcp {
            device: Some("phone (52:54:00:00:00:01)".into()),
            zone: Some(Zone("guest".into())),
            port: Some("lan3".into()),
            count: Count(2),
        };
        assert_eq!(refusals.look(rows, now), [told]);
    }
}
