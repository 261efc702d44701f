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

export function ZoneLabel(props: { name: string; kind?: string }) {
  const name = useZoneName();
  const look = LOOKS[props.kind ?? props.name] ?? { icon: "zones" as const, colour: "text-zone-devices" };
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <Icon name={look.icon} className={classes("size-4", look.colour)} />
      <span className="min-w-0 break-words">{name(props.name)}</span>
    </span>
  );
}
