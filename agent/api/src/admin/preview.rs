//! What a change of the settings comes to, before it is tried: in words, as the simulator finds, and in
//! rules. Made of the same compiler that hostd uses, with what hostd says the box is like.

use std::net::IpAddr;

use firewall::ir::{InterfaceName, Ruleset};
use firewall::{Context, Kind, ServiceUids, Side, Weight};
use host_api::{Request, Response};
use settings::{Moved, Settings};

use super::ask::{Pointer, unexpected};
use super::document::{words_in, zone_called};
use super::state::Admin;
use crate::problem::{Code, Problem};
use crate::reply::{broken, off};
use crate::shape::settings::{Finding, FindingWeight, Preview, RuleLine, RuleLineKind};
use crate::shape::shared::Language;

/// A document with what its rules depend on beside it.
struct Resolved {
    settings: Settings,
    context: Context,
    rules: Ruleset,
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
        let words = words(now, &new, language);
        let (before, after) = (self.resolved(now.clone()).await?, self.resolved(new).await?);
        off(async move { compared(&before, &after, words, asking, language) }).await?
    }

    async fn resolved(&self, settings: Settings) -> Result<Resolved, Problem> {
        let asked = Request::Facts { document: settings.to_json() };
        let context = match self.ask(asked).await? {
            Response::Facts { wan, site, uids: [dnsmasq, chrony, networkd], isolated } => Context {
                wan: wan.as_deref().and_then(InterfaceName::new),
                site: site.to_string().parse().map_err(|_| Code::Broken)?,
                uids: ServiceUids { dnsmasq, chrony, networkd },
                moved: Moved::new(),
                isolated: isolated.iter().filter_map(|name| InterfaceName::new(name)).collect(),
            },
            other => return Err(unexpected(&other)),
        };
        let rules = firewall::compile(&settings, &context);
        Ok(Resolved { settings, context, rules })
    }
}

/// What differs between two documents, a sentence each.
pub(super) fn words(before: &Settings, after: &Settings, language: Language) -> Vec<String> {
    let changes = before.changes(after);
    let text = |change: &settings::Change| {
        let name = |zone: &str| zone_called(&[after, before], zone, language);
        change.text_naming(words_in(language), name)
    };
    changes.iter().map(text).collect()
}

fn compared(
    before: &Resolved,
    after: &Resolved,
    words: Vec<String>,
    asking: IpAddr,
    language: Language,
) -> Result<Preview, Problem> {
    let (old, new) = (side(before)?, side(after)?);
    let findings = firewall::reach(&old, &new, Some(asking));
    let name = |zone: &str| zone_called(&[&after.settings, &before.settings], zone, language);
    let difference = firewall::difference(&before.rules, &after.rules);
    Ok(Preview {
        words,
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

fn side(of: &Resolved) -> Result<Side<'_>, Problem> {
    let rules = of.rules.check().map_err(|error| broken(&error))?;
    Ok(Side { settings: &of.settings, context: &of.context, rules })
}
