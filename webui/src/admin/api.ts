// The admin app's shapes, from api's OpenAPI document.
import type { components } from "../api/types/admin";

type Schemas = components["schemas"];
export type Start = Schemas["AdminStart"];
export type Setup = Schemas["Setup"];
export type SetupFinish = Schemas["SetupFinish"];
export type ManagerCode = Schemas["ManagerCode"];
export type Protection = Schemas["Protection"];
export type ProtectionRow = Schemas["ProtectionRow"];
export type Zones = Schemas["Zones"];
export type Zone = Schemas["Zone"];
export type Flow = Schemas["Flow"];
export type CrmAccess = Schemas["CrmAccess"];
export type ReachableFrom = Schemas["ReachableFrom"];
export type CrmStatus = Schemas["CrmStatus"];
export type Certificates = Schemas["Certificates"];

// What the OpenAPI document does not say yet.

/** The settings as docs/settings.md says. Pages hand them on and do not look inside. */
export type SettingsDocument = Record<string, unknown>;

export interface Settings {
  /** While a trial runs, what is tried. */
  document: SettingsDocument;
  source: string;
  trial: Trial | null;
}

export interface Trial {
  id: string;
  by: string;
  /** Begun by this session. */
  mine: boolean;
  reason: string;
  secondsLeft: number;
  until: string;
  words: string[];
}

export interface Preview {
  /** One sentence for each change; none: nothing changes. */
  words: string[];
  findings: Finding[];
  rules: RuleLine[];
  rulesCut: boolean;
}

export interface Finding {
  weight: "good" | "note" | "warning";
  text: string;
}

export interface RuleLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** How long something may be tried. */
export type TrialSeconds = 60 | 300 | 600;

/** What comes of proposing: no trial when nothing changes. */
export interface Tried {
  trial: { id: string; token: string; secondsLeft: number; until: string } | null;
}

export interface HistoryItem {
  id: string;
  at: string;
  by: string | null;
  reason: string;
  outcome: "trying" | "kept" | "undone" | "expired" | "failed" | "restarted";
  /** Who ended it, when somebody did and it is known. */
  endedBy?: string | null;
  words: string[];
}

export interface HistoryPage {
  items: HistoryItem[];
  next: string | null;
}

export interface HistoryEntry extends HistoryItem {
  before: SettingsDocument;
  document: SettingsDocument;
}
