//! hostd's notices: what is there that was not at the last look. What still holds when this process begins anew is told
//! once more.

use std::collections::BTreeSet;

use host_api::Notice;
use notify::{Alert, Count, Kind, Part};

/// What was there.
#[derive(Default)]
pub struct Notices(BTreeSet<(Kind, String)>);

impl Notices {
    /// Takes in all there are now, and gives those that are new.
    pub fn look(&mut self, notices: &[Notice]) -> Vec<Alert> {
        let alerts: Vec<Alert> = notices.iter().filter_map(alert).collect();
        let of = |alert: &Alert| (alert.kind(), alert.subject());
        let before = std::mem::replace(&mut self.0, alerts.iter().map(of).collect());
        alerts.into_iter().filter(|alert| !before.contains(&of(alert))).collect()
    }
}

/// What the bell tells of a notice. Others are for who looks at the box's own screen, or have a source that knows
/// more of them.
fn alert(notice: &Notice) -> Option<Alert> {
    let value = |name: &str| notice.values.get(name).map(String::as_str);
    let count = || Count(value("count").and_then(|count| count.parse().ok()).unwrap_or(1));
    Some(match notice.code.as_str() {
        "admins_lost" => Alert::AdminsLost {},
        "data_lost" => Alert::DiskFailed { part: Part::Data },
        "links_failed" => Alert::PortsNotSet {},
        "names_unanswered" => Alert::NamesUnanswered {},
        "previous_used" => Alert::FormerSettingsUsed {},
        // Those that have a name are told with it.
        "rogue_dhcp" => Alert::RogueDhcp { device: None, zone: None, port: None, count: count() },
        "rogue_router" => {
            Alert::RogueRouter { device: None, zone: None, port: None, count: count() }
        }
        "ruleset_failed" => Alert::RulesNotLoaded {},
        "service_down" => match value("service")? {
            "crm" => Alert::CrmFailed {},
            service => Alert::ServiceDown { service: service.into() },
        },
        "settings_lost" => Alert::SettingsLost {},
        "state_lost" | "state_unusable" | "store_failed" => Alert::DiskFailed { part: Part::State },
        "state_repaired" => Alert::DiskRepaired { part: Part::State },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(service: &str) -> Notice {
        Notice::new("service_down", [("service", service.to_owned())])
    }

    #[test]
    fn what_is_there_is_told_once_until_it_went() {
        let mut notices = Notices::default();
        let dnsmasq = || vec![Alert::ServiceDown { service: "dnsmasq".into() }];
        assert_eq!(notices.look(&[down("dnsmasq")]), dnsmasq());
        assert_eq!(notices.look(&[down("crm"), down("dnsmasq")]), [Alert::CrmFailed {}]);
        assert_eq!(notices.look(&[down("dnsmasq")]), []);
        assert_eq!(notices.look(&[]), []);
        assert_eq!(notices.look(&[down("dnsmasq")]), dnsmasq());
    }

    #[test]
    fn reasons_and_counts_make_nothing_new() {
        let mut notices = Notices::default();
        let failed = |why: &str| Notice::new("ruleset_failed", [("reason", why.to_owned())]);
        assert_eq!(notices.look(&[failed("a")]), [Alert::RulesNotLoaded {}]);
        assert_eq!(notices.look(&[failed("b")]), []);
        let rogue = |count: u32| Notice::new("rogue_dhcp", [("count", count.to_string())]);
        let told = notices.look(&[rogue(3)]);
        assert!(matches!(told[..], [Alert::RogueDhcp { count: Count(3), .. }]), "{told:?}");
        assert_eq!(notices.look(&[rogue(9)]), []);
    }

    #[test]
    fn what_another_source_tells_or_only_the_boxs_own_screen_is_left_out() {
        let not_told = [
            "no_ports",
            "nothing_forwarded",
            "no_wan",
            "port_unbound",
            "port_unknown",
            "ready_without_internet",
            "setup_code_invalid",
            "setup_refused",
            "setup_unreadable",
            "starting",
            "trial_interrupted",
            "trial_running",
        ];
        for code in not_told {
            assert_eq!(alert(&Notice::new(code, [])), None, "{code}");
        }
    }
}
