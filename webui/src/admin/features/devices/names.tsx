// What a device, an end of a connection and a service are called.
import { useText } from "../../../i18n";
import type { Device, End } from "../../api";
import { useZoneName } from "../../zone";
import { spanOf } from "../../../ui/amount";
import { portText, serviceKey } from "./service";

/** Its own name, else its maker's, else that it has none. */
export function useDeviceName(): (device: Pick<Device, "name" | "vendor" | "madeUp">) => string {
  const { t } = useText();
  return ({ name, vendor, madeUp }) => name ?? (vendor !== null ? t("admin.deviceOf", { vendor }) : t(madeUp ? "admin.deviceMadeUp" : "admin.deviceUnnamed"));
}

/** The device's name, else its address; the box and the internet as such. */
export function useEndName(): (end: End, address: string | null) => string {
  const { t } = useText();
  return (end, address) => end.name ?? (end.zone === null && end.mac === null && address !== null ? t("admin.theBox") : (address ?? t("admin.manyTargets")));
}

export function useServiceName(): (protocol: string, port: number) => string {
  const { find, t } = useText();
  return (protocol, port) => {
    const key = serviceKey(protocol, port);
    const word = key === null ? null : find(`admin.service.${key}`);
    const number = portText(protocol, port);
    return word === null ? number : t("admin.serviceNamed", { word, number });
  };
}

export function useSpan(): (seconds: number) => string {
  const { t } = useText();
  return (seconds) => {
    const { unit, count } = spanOf(seconds);
    return t(`admin.span.${unit}`, { count });
  };
}

/** A zone or the internet, in words. */
export function useZoneWord(): (zone: string | null) => string {
  const { t } = useText();
  const name = useZoneName();
  return (zone) => (zone === null ? t("admin.theBox") : name(zone));
}
