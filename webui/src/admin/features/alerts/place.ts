// Where the admin can do something about an alert: a page, and the key of its name. A kind that has none is null.
import type { Key } from "../../../i18n";

export interface ActingPlace {
  href: string;
  page: Key;
}

const of = (href: string, page: Key): ActingPlace => ({ href, page });
const LOG = of("/log", "log.title");
const SETTINGS = of("/settings", "admin.settings");
const ZONES = of("/zones", "admin.zones");
const REFUSED = of("/devices/refused", "admin.tab.refused");
const CRM = of("/crm", "admin.crm");

/** Every kind of the crate `notify`; a test compares them. */
export const PLACES: Record<string, ActingPlace | null> = {
  "account-added": LOG,
  "account-ended": LOG,
  "account-locked": LOG,
  "admin-new-browser": of("/account", "ui.account"),
  "admins-lost": LOG,
  "alerts-damaged": LOG,
  "alerts-lost": null,
  "audit-damaged": LOG,
  "audit-head": null,
  "certificate-ends": of("/certificate", "admin.certificate"),
  "clock-not-set": SETTINGS,
  "copy-bad": null,
  "copy-late": null,
  "crm-claim-refused": CRM,
  "crm-claimed": CRM,
  "crm-failed": CRM,
  "crm-locked": CRM,
  "crm-unlock-failed": CRM,
  "disk-failed": null,
  "disk-nearly-full": null,
  "disk-repaired": SETTINGS,
  "egress-requested": of("/egress", "admin.egress.title"),
  "export-made": LOG,
  "former-settings-used": SETTINGS,
  "internet-back": null,
  "internet-gone": ZONES,
  "list-not-fetched": of("/addresses/blocking", "admin.blocking.title"),
  "names-unanswered": of("/addresses/names", "admin.dhcp.title"),
  "new-device": of("/devices", "admin.devices"),
  "ports-not-set": ZONES,
  "protection-open": ZONES,
  "quarantined-tried": REFUSED,
  "recovery-key-used": CRM,
  "restarted-unexpectedly": LOG,
  "rogue-dhcp": REFUSED,
  "rogue-router": REFUSED,
  "role-changed": LOG,
  "rules-not-loaded": of("/", "admin.protection"),
  "service-down": ZONES,
  "settings-changed": SETTINGS,
  "settings-lost": SETTINGS,
  "settings-restored-at-console": SETTINGS,
  "settings-reverted": SETTINGS,
  "sign-ins-failed": of("/devices", "admin.devices"),
  "target-unreachable": null,
  test: null,
};

/** The page, narrowed to what the alert is about where it can be. */
export function placeOf(alert: { kind: string; subject: string }): ActingPlace | null {
  const place = Object.hasOwn(PLACES, alert.kind) ? (PLACES[alert.kind] ?? null) : null;
  if (place === null) return null;
  switch (alert.kind) {
    case "new-device":
      return { ...place, href: `${place.href}?find=${encodeURIComponent(alert.subject)}` };
    case "quarantined-tried":
      return { ...place, href: `${place.href}?device=${encodeURIComponent(alert.subject)}` };
    case "sign-ins-failed":
      return { ...place, href: `${place.href}?find=${encodeURIComponent(alert.subject.split(" ").at(-1) ?? "")}` };
    default:
      return place;
  }
}
