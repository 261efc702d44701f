//! The settings as a whole: what they are, what a change of them comes to, and what became of each.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::plain::{Id, Time};
use super::setup::ReachableFrom;
use crate::json;

/// The settings in force.
#[derive(Serialize, ToSchema)]
pub struct SettingsNow {
    /// The document.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
    /// Where they come from.
    pub source: SettingsFrom,
    /// Until when they are in force, if they are being tried.
    #[schema(required = true)]
    pub trial: Option<Running>,
}

/// Where settings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SettingsFrom {
    /// Nobody has set the box up.
    Factory,
    /// The last ones kept.
    Confirmed,
    /// The ones before, because the last ones cannot be read.
    Previous,
    /// Being tried.
    Trial,
}

/// Settings that are being tried.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The change.
    pub id: Id,
    /// Who tries them.
    #[schema(required = true)]
    pub by: Option<String>,
    /// Whether it is this session, which alone can keep them.
    pub mine: bool,
    /// Why.
    pub reason: String,
    /// Seconds until the former ones come back.
    pub seconds_left: u32,
    /// When that is, by the box's clock.
    pub until: Time,
    /// What they change, a sentence each.
    pub words: Vec<String>,
    /// Lists that a sentence names the beginning of.
    pub lists: Vec<WholeList>,
    /// Where the box gets another address.
    pub moves: Vec<Move>,
}

/// What is in force, in short.
#[derive(Serialize, ToSchema)]
pub struct SettingsBrief {
    /// The change that is being tried.
    #[schema(required = true)]
    pub trial: Option<Id>,
}

/// A list that a sentence of a change names the beginning of, in whole.
#[derive(Serialize, ToSchema)]
pub struct WholeList {
    /// The sentence, counted from 0.
    pub at: u32,
    /// All that it names.
    pub entries: Vec<String>,
}

/// A document to be looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsProposal {
    /// The document.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
}

/// A document to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsTrial {
    /// The document.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
    /// Why, for the history; at most 200 characters.
    pub reason: String,
    /// How long, 30 to 600 seconds; at least 300 where an address of the box changes.
    pub seconds: u32,
}

/// Who is to reach the CRM, to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrmTrial {
    /// Zones with addresses.
    #[serde(deserialize_with = "json::objects")]
    pub reachable_from: Vec<ReachableFrom>,
    /// Why, for the history; at most 200 characters.
    pub reason: String,
    /// How long, 30 to 600 seconds.
    pub seconds: u32,
}

/// What a change comes to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// What changes, a sentence each; none when nothing does.
    pub words: Vec<String>,
    /// Lists that a sentence names the beginning of.
    pub lists: Vec<WholeList>,
    /// Where the box gets another address.
    pub moves: Vec<Move>,
    /// Fewest seconds of a trial of this; a shorter one is made as long.
    pub seconds_least: u32,
    /// What the new rules do, as the simulator finds.
    pub findings: Vec<Finding>,
    /// How the rules differ.
    pub rules: Vec<RuleLine>,
    /// Whether there are more than are shown.
    pub rules_cut: bool,
}

/// Another address of the box in a zone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The zone.
    pub zone: String,
    /// The present address.
    pub from: String,
    /// The new one.
    pub to: String,
    /// Whether the box answers at the present one as well until the new settings are kept.
    pub stays: bool,
    /// Whether the box gives out addresses there, so that devices learn of the new one when they ask again.
    pub lends: bool,
    /// Whether whoever asks is in this zone now, or may be.
    pub here: bool,
}

/// Something that the simulator finds.
#[derive(Serialize, ToSchema)]
pub struct Finding {
    /// How much it matters.
    pub weight: FindingWeight,
    /// In words.
    pub text: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingWeight {
    /// As it should be.
    Good,
    /// To be known.
    Note,
    /// To be looked at before it is done.
    Warning,
}

/// A line of the rules.
#[derive(Serialize, ToSchema)]
pub struct RuleLine {
    /// Whether it is there before, after, or both.
    pub kind: RuleLineKind,
    /// The line.
    pub text: String,
}

/// When a line of the rules is there.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleLineKind {
    /// Before and after.
    Same,
    /// After alone.
    Added,
    /// Before alone.
    Removed,
}

/// What came of asking for a trial.
#[derive(Serialize, ToSchema)]
pub struct Tried {
    /// The trial; none when nothing changes.
    #[schema(required = true)]
    pub trial: Option<Started>,
}

/// A trial that began.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// The change.
    pub id: Id,
    /// Keeps the settings, once.
    pub token: String,
    /// Seconds until the former ones come back.
    pub seconds_left: u32,
    /// When that is, by the box's clock.
    pub until: Time,
}

/// Keeps settings that are being tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// What the trial gave.
    pub token: String,
}

/// Changes of the settings, the last one first.
#[derive(Serialize, ToSchema)]
pub struct ChangesPage {
    /// Changes.
    pub items: Vec<SettingsChange>,
    /// For `cursor` of the next page; none on the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A change of the settings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsChange {
    /// It.
    pub id: Id,
    /// When it was tried.
    pub at: Time,
    /// Who tried it.
    #[schema(required = true)]
    pub by: Option<String>,
    /// Why.
    pub reason: String,
    /// What became of it.
    pub outcome: ChangeOutcome,
    /// When that was known.
    #[schema(required = true)]
    pub ended_at: Option<Time>,
    /// Who kept or undid it.
    #[schema(required = true)]
    pub ended_by: Option<String>,
    /// What it changes, a sentence each.
    pub words: Vec<String>,
}

/// A change of the settings with both documents.
#[derive(Serialize, ToSchema)]
pub struct WholeChange {
    /// The change.
    #[serde(flatten)]
    pub change: SettingsChange,
    /// Lists that a sentence names the beginning of.
    pub lists: Vec<WholeList>,
    /// The former document.
    #[schema(value_type = Object)]
    pub before: Box<RawValue>,
    /// The new one.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
}

/// Settings of the box that this one came back from.
#[derive(Serialize, ToSchema)]
pub struct FormerSettings {
    /// When they were first seen in force there.
    pub at: Time,
    /// The document.
    #[schema(value_type = Object)]
    pub document: Box<RawValue>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOutcome {
    /// It is being tried.
    Trying,
    /// It was kept.
    Kept,
    /// Somebody went back.
    Undone,
    /// Nobody kept it in time.
    Expired,
    /// The box started anew meanwhile.
    Restarted,
    /// It could not be brought about.
    Failed,
}
