//! What a change of the settings comes to, before it is tried: in words, as the simulator finds, and in
//! rules. Made of the same compiler that hostd uses, with what hostd says the box is like.

use std::collections::BTreeMap;
use std::net::IpAddr;

use firewall::ir::{InterfaceName, Ruleset};
use firewall::{Context, Kind, ServiceUids, Side, Weight};
use host_api::{Request, Response};
use settings::{DomainName, Moved, Settings, Zone, ZoneName};

use super::ask::{Pointer, unexpected};
use super::document::{words_in, zone_called};
use super::state::Admin;
use super::trial::SECONDS;
use crate::problem::{Code, Problem};
use crate::reply::{broken, off};
use crate::shape::settings::{
    Finding, FindingWeight, Move, Preview, RuleLine, RuleLineKind, WholeList,
};
use crate::shape::shared::Language;

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
        let (before, after) = (self.resolved(now.clone()).await?, self.resolved(new).await?);
        off(async move { compared(&before, &after, told, asking, language) }).await?
    }

    /// The document with the rules that hostd would make of it.
    pub(super) async fn resolved(&self, settings: Settings) -> Result<Resolved, Problem> {
        let asked = Request::Facts { document: settings.to_json() };
        let (context, names) = match self.ask(asked).await? {
            Response::Facts {
                wan,
                site,
                uids: [dnsmasq, chrony, networkd, resolver, admin],
                isolated,
                names,
            } => {
                let known =
                    names.into_iter().filter_map(|(name, it)| Some((name.parse().ok()?, it)));
                let context = Context {
                    wan: wan.as_deref().and_then(InterfaceName::new),
                    site: site.to_string().parse().map_err(|_| Code::Broken)?,
                    uids: ServiceUids { dnsmasq, chrony, networkd, resolver, admin },
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
        let told = change.told_naming(words_in(language), name);
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
        let to = zone.ipv4.as_ref()?.address.addr();
        let former = before.zones.get(name)?;
        let from = former.ipv4.as_ref()?.address.addr();
        let subnet = former.subnet_v4()?;
        (from != to && *name != after.crm.zone).then(|| Move {
            zone: name.to_string(),
            from: from.to_string(),
            to: to.to_string(),
            stays: stay.contains_key(name),
            here: matches!(asking, IpAddr::V4(v4) if subnet.contains(&v4)),
        })
    };
    after.zones.iter().filter_map(one).collect()
}

fn compared(
    before: &Resolved,
    after: &Resolved,
    told: Told,
    asking: IpAddr,
    language: Language,
) -> Result<Preview, Problem> {
    let (old, new) = (side(before)?, side(after)?);
    let findings = firewall::reach(&old, &new, Some(asking));
    let name = |zone: &str| zone_called(&[&after.settings, &before.settings], zone, language);
    let difference = firewall::difference(&before.rules, &after.rules);
    let Told { words: Words { sentences: words, lists }, moves } = told;
    let stays = moves.iter().any(|one| one.stays);
    Ok(Preview {
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
                text: finding.text_naming(words_in(language), name),
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
    })
}

pub(super) fn side(of: &Resolved) -> Result<Side<'_>, Problem> {
    let rules = of.rules.check().map_err(|error| broken(&error))?;
    Ok(Side { settings: &of.settings, context: &of.context, rules })
}
