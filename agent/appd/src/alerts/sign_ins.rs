//! Sign-ins of admins: many wrong ones from one address, accounts that are locked for a while, new browsers.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use identity::Noticed;
use notify::{Alert, Count, Realm};
use seal::RecordId;
use tokio::time::Instant;

use super::gathered::Gathered;

/// So many wrong ones from one address are no slip any more…
const MANY: u64 = 5;
/// …within this time.
const WITHIN: Duration = Duration::from_secs(3600);

/// What was seen.
#[derive(Default)]
pub struct SignIns {
    /// Fewer than [`MANY`], and since when.
    few: BTreeMap<IpAddr, (u64, Instant)>,
    wrong: Gathered<IpAddr, IpAddr>,
    locked: Gathered<RecordId, RecordId>,
}

impl SignIns {
    /// Takes in what was noticed since the last look; an account has a name.
    pub fn look(
        &mut self,
        noticed: Noticed,
        name: impl Fn(RecordId) -> Option<String>,
        now: Instant,
    ) -> Vec<Alert> {
        let realm = Realm::Admin;
        self.few.retain(|_, (_, since)| now.saturating_duration_since(*since) < WITHIN);
        let mut many = Vec::new();
        for (address, count) in noticed.wrong {
            let (known, _) = self.few.entry(address).or_insert((0, now));
            *known = known.saturating_add(count);
            let count = *known;
            if count >= MANY {
                self.few.remove(&address);
                many.push((address, address, count));
            }
        }
        let wrong = self
            .wrong
            .take(many, now)
            .into_iter()
            .map(|(address, count)| Alert::SignInsFailed { realm, address, count: Count(count) });
        let mut alerts: Vec<Alert> = wrong.collect();
        let locked = noticed.locked.into_iter().map(|id| (id, id, 1));
        for (id, _) in self.locked.take(locked, now) {
            let account = name(id).map(|name| name.as_str().into());
            alerts.extend(account.map(|account| Alert::AccountLocked { realm, account }));
        }
        for (id, address) in noticed.browsers {
            let account = name(id).map(|name| name.as_str().into());
            alerts.extend(account.map(|account| Alert::AdminNewBrowser { account, address }));
        }
        alerts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: RecordId = RecordId([1; 16]);

    fn name(id: RecordId) -> Option<String> {
        (id == ID).then(|| "Zhou".to_owned())
    }

    #[test]
    fn a_slip_is_no_alarm_and_many_are_one() {
        let (mut sign_ins, start) = (SignIns::default(), Instant::now());
        let address: IpAddr = [192, 168, 10, 5].into();
        let mut at = |minutes: u64, count: u64| {
            let noticed = Noticed { wrong: [(address, count)].into(), ..Noticed::default() };
            sign_ins.look(noticed, name, start + Duration::from_secs(60 * minutes))
        };
        let told = |count| {
            vec![Alert::SignInsFailed { realm: Realm::Admin, address, count: Count(count) }]
        };
        assert_eq!(at(0, 4), []);
        // An hour later those are forgotten.
        assert_eq!(at(61, 4), []);
        assert_eq!(at(62, 1), told(5));
        assert_eq!(at(63, 7), []);
        assert_eq!(at(122, 5), told(12));
    }

    #[test]
    fn accounts_are_told_by_name() {
        let (mut sign_ins, now) = (SignIns::default(), Instant::now());
        let address: IpAddr = [192, 168, 10, 5].into();
        let noticed = || Noticed {
            locked: [ID, RecordId([2; 16])].into(),
            browsers: [(ID, address)].into(),
            ..Noticed::default()
        };
        let account = || "Zhou".into();
        let browser = Alert::AdminNewBrowser { account: account(), address };
        let locked = Alert::AccountLocked { realm: Realm::Admin, account: account() };
        assert_eq!(sign_ins.look(noticed(), name, now), [locked, browser.clone()]);
        assert_eq!(sign_ins.look(noticed(), name, now), [browser]);
    }
}
