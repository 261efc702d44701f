// The form of a published service: its fields as text, and back. Pure.
import { addressesOf, groupsIn, isWay, textsIn, waysOf } from "../rules/lists";
import type { Publication } from "./document";

export interface Values {
  label: string;
  enabled: boolean;
  ports: string;
  zone: string;
  address: string;
  port: string;
  ipv6: string;
  who: "all" | "some";
  addresses: string;
  groups: string[];
  until: string;
  comment: string;
}

export function valuesOf(one: Publication): Values {
  const { to, from } = one;
  return {
    label: one.label,
    enabled: one.enabled !== false,
    ports: one.ports.map(shown).join(", "),
    zone: to.zone,
    address: to.address,
    port: to.port === undefined ? "" : String(to.port),
    ipv6: to.ipv6 ?? "",
    who: from === "all" ? "all" : "some",
    addresses: from === "all" ? "" : textsIn(from).join("\n"),
    groups: from === "all" ? [] : groupsIn(from),
    until: one.until ?? "",
    comment: one.comment ?? "",
  };
}

/** `tcp/443` as people write it. */
export function shown(way: string): string {
  return way.replace(/^(tcp|udp)\//, (_, protocol: string) => `${protocol.toUpperCase()} `).replace("-", "–");
}

/** The first entry that is no port and no range of ports, in the form’s own spelling; null when there is none. */
export function wrongPort(typed: string): string | null {
  const wrong = waysOf(typed).find((one) => one === "ping" || !isWay(one));
  return wrong === undefined ? null : shown(wrong);
}

/** What is left empty is left out. A port that is no number goes to the box as it is, which says so. */
export function publicationOf(id: number, values: Values): Publication {
  const [port, ipv6, until, comment] = [values.port, values.ipv6, values.until, values.comment].map((one) => one.trim().normalize("NFKC"));
  const own = Number(port);
  return {
    id,
    ...(values.enabled ? {} : { enabled: false }),
    label: values.label.trim(),
    ports: waysOf(values.ports),
    to: {
      zone: values.zone,
      address: values.address.trim().normalize("NFKC"),
      ...(port ? { port: Number.isInteger(own) ? own : 0 } : {}),
      ...(ipv6 ? { ipv6 } : {}),
    },
    from: values.who === "all" ? "all" : [...values.groups.map((group) => ({ group })), ...addressesOf(values.addresses)],
    ...(until ? { until } : {}),
    ...(comment ? { comment } : {}),
  };
}

/** Where on the form stands what the box says of a field of the document. */
export function placeOf(index: number, pointer: string): keyof Values | null {
  const [, list, at, field, part] = pointer.split("/");
  if (list !== "publish" || at !== String(index)) return null;
  switch (field) {
    case "label":
    case "ports":
    case "until":
    case "comment":
      return field;
    case "from":
      return "addresses";
    case "to":
      return part === "zone" || part === "port" || part === "ipv6" ? part : "address";
    default:
      return null;
  }
}
