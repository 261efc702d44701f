//! What a change of the settings comes to, before it is tried: in words, as the simulator finds, and in
//! rules. Made of the same compiler that hostd uses, with what hostd says the box is like.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use firewall::ir::{InterfaceName, Ruleset};
use firewall::reach::{Hours, Sender};
use firewall::{
    Context, Finding as FoundOut, Kind, Names, Plugged, ServiceUids, Side, Timed, Weight,
};
use host_api::seeing::{Look, MAX_PAGE, Page, Seen};
use host_api::{Request, Response};
use ipnet::IpNet;
use settings::{DomainName, MacAddress, Moved, Settings, Standing, Zone, ZoneName};

use super::ask::{Pointer, unexpected};
use super::document::zone_called;
use super::state::Admin;
use super::trial::SECONDS;
use crate::problem::{Code, Problem};
use crate::reply::{broken, off};
use crate::shape::settings::{
    Finding, FindingWeight, Move, Preview, RuleLine, RuleLineKind, WholeList,
};
use crate::shape::shared::Language;

/// Devices whose names are looked up for one review.
const MOST_NAMES: usize = 8;

/// A document with what its rules depend on beside it.
pub(super) struct Resolved {
    pub(super) settings: Settings,
    pub(super) context: Context,
    pub(super) rules: Ruleset,
    /// Addresses that names have at the moment, for who asks what becomes of a packet.
    pub(super) names: BTreeMap<DomainName, Vec<IpAddr>>,
}

impl Admin {
    /// What the change from one document to the other comes to, for somebody at this address.
    ///
    /// # Errors
    /// Fields of the request, when hostd refuses the new document.
    pub(super) async fn preview(
        &self,
        now: &Settings,
        new: Settings,
        asking: IpAddr,
        language: Language,
        pointer: Pointer,
    ) -> Result<Preview, Problem> {
        self.check(new.to_json(), pointer).await?;
        let told = Told { words: words(now, &new, language), moves: moves(now, &new, asking) };
        let own = self.status().await?.wan.map(|wan| wan.addresses).unwrap_or_default();
        let shared = firewall::providers_network(now, &new, &own);
        let device = self.plugged(asking).await;
        let cut = device.and_then(|device| firewall::cut_off(now, &new, &device));
        let (before, after) = (self.resolved(now.clone()).await?, self.resolved(new).await?);
        let moved = after.settings.moved_from(&before.settings);
        let site = after.context.site;
        let stays = after.settings.standing(&moved, site, asking) == Standing::Stays;
        let mut found = off(async move { compared(before, after, asking) }).await??;
        found.findings.splice(0..0, shared.into_iter().map(always));
        if !stays {
            // It gets in as long as the former address is there; what to do is said with the move.
            found.findings.retain(|one| !matches!(one.finding, FoundOut::KeepsWayIn { .. }));
        }
        if let Some(cut) = cut {
            // What the rules do for its address is of no use to a device that is somewhere else.
            found.findings.retain(|one| !is_of_way_in(&one.finding));
            found.findings.insert(0, always(cut));
        }
        let devices = self.device_names(&found).await;
        off(async move { said(found, told, &devices, language) }).await
    }

    /// The device that whoever asks sits at and where it is plugged in, as far as it is known: nobody waits for that.
    async fn plugged(&self, asking: IpAddr) -> Option<Plugged> {
        let page = Page { find: asking.to_string(), limit: MAX_PAGE, ..Page::default() };
        let Ok(Seen::Devices { rows, .. }) = self.look(Look::Devices(page)).await else {
            return None;
        };
        let row = rows.into_iter().find(|row| row.here && row.addresses.contains(&asking))?;
        let port = row.port.and_then(|port| port.parse().ok());
        Some(Plugged {
            address: asking,
            addresses: row.addresses,
            card: row.mac.parse().ok(),
            at: row.zone.parse().ok().zip(port),
        })
    }

    /// What the devices are called that the findings name, as far as it is known: nobody waits for a name.
    async fn device_names(&self, found: &Compared) -> BTreeMap<MacAddress, String> {
        let mut names = BTreeMap::new();
        let cards = found.findings.iter().flat_map(|one| match &one.finding {
            FoundOut::ShutOff { devices } | FoundOut::LetOut { devices } => devices.as_slice(),
            FoundOut::Opened { from: Sender::Devices { cards, .. }, .. }
            | FoundOut::Closed { from: Sender::Devices { cards, .. }, .. } => cards,
            _ => &[],
        });
        let cards: BTreeSet<MacAddress> = cards.copied().collect();
        for card in cards.into_iter().take(MOST_NAMES) {
            let reserved =
                [&found.after.settings, &found.before.settings].into_iter().find_map(|of| {
                    let mut all = of.zones.values().flat_map(|zone| &zone.reservations);
                    all.find(|one| one.mac == card)?.name.as_ref().map(ToString::to_string)
                });
            let name = match reserved {
                Some(name) => Some(name),
                None => self.device_name(card).await,
            };
            names.extend(name.map(|name| (card, name)));
        }
        names
    }

    async fn device_name(&self, card: MacAddress) -> Option<String> {
        let page = Page { device: Some(card.to_string()), limit: 1, ..Page::default() };
        let Ok(Seen::Devices { rows, .. }) = self.look(Look::Devices(page)).await else {
            return None;
        };
        rows.into_iter().find(|row| row.mac == card.to_string())?.name
    }

    /// The document with the rules that hostd would make of it.
    pub(super) async fn resolved(&self, settings: Settings) -> Result<Resolved, Problem> {
        let asked = Request::Facts { document: settings.to_json() };
        let (context, names) = match self.ask(asked).await? {
            Response::Facts {
                wan,
                site,
                uids: [dnsmasq, chrony, networkd, resolver, admin, relay],
                isolated,
                names,
            } => {
                let known =
                    names.into_iter().filter_map(|(name, it)| Some((name.parse().ok()?, it)));
                let context = Context {
                    wan: wan.as_deref().and_then(InterfaceName::new),
                    site: site.to_string().parse().map_err(|_| Code::Broken)?,
                    uids: ServiceUids { dnsmasq, chrony, networkd, resolver, admin, relay },
                    moved: Moved::new(),
                    on: settings.schedules_on(std::time::SystemTime::now()),
                    over: settings.publications_over(std::time::SystemTime::now()),
                    isolated: isolated.iter().filter_map(|name| InterfaceName::new(name)).collect(),
                };
                (context, known.collect())
            }
            other => return Err(unexpected(&other)),
        };
        let rules = firewall::compile(&settings, &context);
        Ok(Resolved { settings, context, rules, names })
    }
}

/// What differs between two documents.
#[derive(Default)]
pub(super) struct Words {
    /// A sentence each.
    pub(super) sentences: Vec<String>,
    /// What they name the beginning of.
    pub(super) lists: Vec<WholeList>,
}

/// What is said before any rule is looked at.
struct Told {
    words: Words,
    moves: Vec<Move>,
}

/// What differs between two documents, as it is said.
pub(super) fn words(before: &Settings, after: &Settings, language: Language) -> Words {
    let mut words = Words::default();
    let name = |zone: &str| zone_called(&[after, before], zone, language);
    for change in before.changes(after) {
        let told = change.told_naming(language.into(), name);
        let at = u32::try_from(words.sentences.len()).unwrap_or(u32::MAX);
        words.lists.extend(told.lists.into_iter().map(|entries| WholeList { at, entries }));
        words.sentences.push(told.text);
    }
    words
}

/// Where the box gets another address. Of the CRM's zone nobody opens a page.
pub(super) fn moves(before: &Settings, after: &Settings, asking: IpAddr) -> Vec<Move> {
    let stay = after.moved_from(before);
    let one = |(name, zone): (&ZoneName, &Zone)| {
        let ipv4 = zone.ipv4.as_ref()?;
        let (to, lends) = (ipv4.address.addr(), ipv4.dhcp.is_some());
        let former = before.zones.get(name)?;
        let from = former.ipv4.as_ref()?.address.addr();
        let subnet = former.subnet_v4()?;
        (from != to && *name != after.crm.zone).then(|| Move {
            zone: name.to_string(),
            from: from.to_string(),
            to: to.to_string(),
            stays: stay.contains_key(name),
            lends,
            here: match asking.to_canonical() {
                IpAddr::V4(v4) => subnet.contains(&v4),
                // Which zone that is depends on more than the documents.
                IpAddr::V6(_) => true,
            },
        })
    };
    after.zones.iter().filter_map(one).collect()
}

/// What the two documents come to.
struct Compared {
    before: Resolved,
    after: Resolved,
    findings: Vec<Timed>,
    difference: firewall::Difference,
}

fn compared(before: Resolved, after: Resolved, asking: IpAddr) -> Result<Compared, Problem> {
    let findings = firewall::reach_in_a_week(&side(&before)?, &side(&after)?, Some(asking));
    let findings = findings.map_err(|error| broken(&error))?;
    let difference = firewall::difference(&before.rules, &after.rules);
    Ok(Compared { before, after, findings, difference })
}

fn always(finding: FoundOut) -> Timed {
    Timed { finding, hours: Hours::Always }
}

fn is_of_way_in(finding: &FoundOut) -> bool {
    matches!(finding, FoundOut::KeepsWayIn { .. } | FoundOut::LosesWayIn { .. })
}

/// What the reader calls what the findings name.
struct Known<'k> {
    settings: [&'k Settings; 2],
    devices: &'k BTreeMap<MacAddress, String>,
    language: Language,
}

impl Names for Known<'_> {
    fn zone(&self, zone: &str) -> Option<String> {
        zone_called(&self.settings, zone, self.language)
    }

    fn device(&self, card: MacAddress) -> Option<String> {
        self.devices.get(&card).cloned()
    }

    fn group(&self, addresses: &[IpNet]) -> Option<String> {
        let mut groups = self.settings.iter().filter_map(|it| firewall::group_of(it, addresses));
        groups.next().map(ToString::to_string)
    }
}

fn said(
    found: Compared,
    told: Told,
    devices: &BTreeMap<MacAddress, String>,
    language: Language,
) -> Preview {
    let Compared { before, after, findings, difference } = found;
    let names = Known { settings: [&after.settings, &before.settings], devices, language };
    let Told { words: Words { sentences: words, lists }, moves } = told;
    let stays = moves.iter().any(|one| one.stays);
    Preview {
        words,
        lists,
        moves,
        seconds_least: if stays { host_api::Trial::MOVED } else { *SECONDS.start() },
        findings: findings
            .iter()
            .map(|finding| Finding {
                weight: match finding.weight() {
                    Weight::Good => FindingWeight::Good,
                    Weight::Note => FindingWeight::Note,
                    Weight::Warning => FindingWeight::Warning,
                },
                text: finding.text_naming(language.into(), &names),
            })
            .collect(),
        rules: difference
            .lines
            .into_iter()
            .map(|line| RuleLine {
                kind: match line.kind {
                    Kind::Same => RuleLineKind::Same,
                    Kind::Added => RuleLineKind::Added,
                    Kind::Removed => RuleLineKind::Removed,
                },
                text: line.text,
            })
            .collect(),
        rules_cut: difference.left_out > 0,
    }
}

pub(super) fn side(of: &Resolved) -> Result<Side<'_>, Problem> {
    let rules = of.rules.check().map_err(|error| broken(&error))?;
    Ok(Side { settings: &of.settings, context: &of.context, rules })
}
