// Between a zone of the document and the fields of its form. Pure.
import { isInside, type ZoneSettings } from "./document";

export interface ZoneValues {
  label: string;
  vlan: string;
  /** The box's address with prefix length; empty for no IPv4. */
  address: string;
  dhcp: boolean;
  from: string;
  to: string;
  ipv6: boolean;
  isolated: boolean;
}

export function valuesOf(zone: ZoneSettings): ZoneValues {
  const dhcp = zone.ipv4?.dhcp;
  return {
    label: zone.label ?? "",
    vlan: String(zone.vlan),
    address: zone.ipv4?.address ?? "",
    dhcp: dhcp !== undefined,
    from: dhcp?.from ?? "",
    to: dhcp?.to ?? "",
    ipv6: zone.ipv6 === "automatic",
    isolated: zone.isolated === true,
  };
}

/** What the form does not speak of stays as it was. */
export function zoneOf(before: ZoneSettings | undefined, values: ZoneValues): ZoneSettings {
  const [label, address] = [values.label.trim(), values.address.trim()];
  const rest = but(before, ["label", "isolated", "ipv4"]);
  const kept = but(before?.ipv4, ["dhcp"]);
  const range = values.dhcp ? { dhcp: { from: values.from.trim(), to: values.to.trim() } } : {};
  return {
    ...rest,
    // What is no number the box refuses at this field.
    vlan: /^\d+$/.test(values.vlan.trim()) ? Number(values.vlan) : 0,
    ipv6: values.ipv6 ? "automatic" : "off",
    ...(address === "" ? {} : { ipv4: { ...kept, address, ...range } }),
    ...(label === "" ? {} : { label }),
    ...(values.isolated ? { isolated: true } : {}),
  };
}

function but(record: object | undefined, names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => !names.includes(name)));
}

const PLACES: Record<string, keyof ZoneValues> = {
  "": "address",
  "/label": "label",
  "/vlan": "vlan",
  "/ipv4": "address",
  "/ipv4/address": "address",
  "/ipv4/dhcp": "from",
  "/ipv4/dhcp/from": "from",
  "/ipv4/dhcp/to": "to",
};

/** The field of the form that a pointer into the document means; null for what is no field of it. */
export function placeOf(name: string, pointer: string): string | null {
  const at = `/zones/${name}`;
  return pointer.startsWith(at) ? (PLACES[pointer.slice(at.length)] ?? null) : null;
}

/** Whether the range to be given out is not in the subnet of this address. */
export function isStale(address: string, values: ZoneValues): boolean {
  return !isInside(address, values.from) || !isInside(address, values.to);
}
