// A zone's name and icon: names of our own are translated, others are shown as they are.
import { useText } from "../i18n";
import { classes } from "../ui/classes";
import { Icon, type IconName } from "../ui/icons";

const LOOKS: Record<string, { icon: IconName; colour: string }> = {
  wan: { icon: "globe", colour: "text-zone-wan" },
  office: { icon: "screen", colour: "text-zone-office" },
  guest: { icon: "wifi", colour: "text-zone-guest" },
  crm: { icon: "database", colour: "text-zone-crm" },
};

export function useZoneName(): (name: string) => string {
  const { find } = useText();
  return (name) => find(`admin.zone.${name}`) ?? name;
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
