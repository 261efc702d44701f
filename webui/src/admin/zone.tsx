// A zone's name and icon: as people call it; else names of our own are translated, others are shown as they are.
import { createContext, type ReactNode, use } from "react";
import { useText } from "../i18n";
import { classes } from "../ui/classes";
import { Icon, type IconName } from "../ui/icons";

const LOOKS: Record<string, { icon: IconName; colour: string }> = {
  wan: { icon: "globe", colour: "text-zone-wan" },
  office: { icon: "screen", colour: "text-zone-office" },
  guest: { icon: "wifi", colour: "text-zone-guest" },
  crm: { icon: "database", colour: "text-zone-crm" },
};

/** Names that are translated; others are the admin's own words. */
const OURS = ["wan", "office", "guest", "crm", "devices"];

const Labels = createContext<Record<string, string>>({});

/** What the zones below are called. */
export function ZoneLabels(props: { labels: Record<string, string>; children: ReactNode }) {
  return <Labels value={props.labels}>{props.children}</Labels>;
}

/** What a zone is called without a label. */
export function useOwnName(): (name: string) => string {
  const { find } = useText();
  return (name) => (OURS.includes(name) ? find(`admin.zone.${name}`) : null) ?? name;
}

export function useZoneName(): (name: string) => string {
  const ownName = useOwnName();
  const labels = use(Labels);
  return (name) => labels[name] ?? ownName(name);
}

/** Stands beside the zone's name, never alone. */
export function ZoneIcon(props: { kind: string; className: string }) {
  const look = LOOKS[props.kind] ?? { icon: "zones" as const, colour: "text-zone-devices" };
  return <Icon name={look.icon} className={classes(props.className, look.colour)} />;
}

export function ZoneLabel(props: { name: string; kind?: string }) {
  const name = useZoneName();
  return (
    <span className="inline-flex min-w-0 items-center gap-2 align-middle">
      <ZoneIcon kind={props.kind ?? props.name} className="size-4" />
      <span className="min-w-0 break-words">{name(props.name)}</span>
    </span>
  );
}
