// The admin app's shapes, from api's OpenAPI document.
import type { components } from "../api/types/admin";

type Schemas = components["schemas"];
export type Start = Schemas["AdminStart"];
export type Setup = Schemas["Setup"];
export type RulesTold = Schemas["Rules"];
export type TimeZones = Schemas["TimeZones"];
export type PublishedTold = Schemas["Published"];
export type SetupFinish = Schemas["SetupFinish"];
export type ManagerCode = Schemas["ManagerCode"];
export type Protection = Schemas["Protection"];
export type ProtectionRow = Schemas["ProtectionRow"];
export type Zones = Schemas["Zones"];
export type Zone = Schemas["Zone"];
export type Flow = Schemas["Flow"];
export type Lease = Schemas["Lease"];
export type Leases = Schemas["LeasesPage"];
export type CrmAccess = Schemas["CrmAccess"];
export type ReachableFrom = Schemas["ReachableFrom"];
export type CrmStatus = Schemas["CrmStatus"];
export type Certificates = Schemas["Certificates"];
export type Settings = Schemas["SettingsNow"];
export type Trial = Schemas["Running"];
export type Preview = Schemas["Preview"];
export type Finding = Schemas["Finding"];
export type Move = Schemas["Move"];
export type WholeList = Schemas["WholeList"];
export type SettingsBrief = Schemas["SettingsBrief"];
export type RuleLine = Schemas["RuleLine"];
export type Tried = Schemas["Tried"];
export type HistoryItem = Schemas["SettingsChange"];
export type HistoryPage = Schemas["ChangesPage"];
export type HistoryEntry = Schemas["WholeChange"];
export type DevicesPage = Schemas["DevicesPage"];
export type Device = Schemas["Device"];
export type ConnectionsPage = Schemas["ConnectionsPage"];
export type Connection = Schemas["Connection"];
export type End = Schemas["End"];
export type RefusedPage = Schemas["RefusedPage"];
export type Refused = Schemas["Refused"];
export type Links = Schemas["Links"];
export type Port = Schemas["Link"];
export type Traffic = Schemas["Traffic"];
export type Series = Schemas["Series"];
export type DeviceTraffic = Schemas["DeviceTraffic"];
export type EgressTold = Schemas["EgressTold"];
export type BlockingTold = Schemas["BlockingTold"];
export type NameWhy = Schemas["NameWhy"];
export type JudgedName = Schemas["JudgedName"];
export type AlertsPage = Schemas["AlertsPage"];
export type AlertsUnread = Schemas["AlertsUnread"];
export type Alert = Schemas["Alert"];
export type AlertMute = Schemas["AlertMute"];
export type AlertTargets = Schemas["AlertTargets"];
export type AlertTarget = Schemas["AlertTarget"];
export type AlertTargetGiven = Schemas["AlertTargetGiven"];
export type AlertTargetSaved = Schemas["AlertTargetSaved"];
export type PacketAsked = Schemas["PacketAsked"];
export type PacketJudged = Schemas["PacketJudged"];
export type PacketStep = Schemas["PacketStep"];
export type ProbeAsked = Schemas["ProbeAsked"];
export type ProbeResult = Schemas["ProbeResult"];

/** The settings as docs/settings.md says. Pages hand them on and do not look inside. */
export type SettingsDocument = Record<string, unknown>;

/** How long something may be tried. */
export type TrialSeconds = 60 | 300 | 600;
