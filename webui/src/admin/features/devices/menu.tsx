// What can be done with a device. Whatever else is about one device has its place in this list.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Dialog, Menu, useToast } from "../../../ui/overlay";
import type { Device } from "../../api";
import { newAddress } from "../addresses/frame";
import { Failed, problemOf } from "./failed";
import { HOME } from "./seen";

/** The form of a fixed address, where a device gets its name, with what is known of it. */
function nameAddress({ zone, mac, addresses }: Device): string {
  return newAddress({ zone, mac, address: addresses.find((one) => !one.includes(":")) ?? "" });
}

export function DeviceMenu(props: { device: Device; name: string }) {
  const { t } = useText();
  const [, go] = useLocation();
  const client = useQueryClient();
  const toast = useToast();
  const { device, name } = props;
  const [asks, setAsks] = useState<"end" | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const act = async (path: string, body: unknown, done: (count: number) => string) => {
    setBusy(true);
    setError(null);
    try {
      const { count } = await post<{ count: number }>(path, body);
      setAsks(null);
      toast(done(count));
      await client.invalidateQueries({ queryKey: ["seen"] });
    } catch (problem) {
      setError(problemOf(problem));
      setAsks((before) => before ?? "end");
    } finally {
      setBusy(false);
    }
  };
  const items = [
    { label: t("admin.showConnections"), icon: "arrowRight" as const, onSelect: () => go(`${HOME}/connections?device=${device.mac}`) },
    { label: t("admin.showRefused"), icon: "shield" as const, onSelect: () => go(`${HOME}/refused?device=${device.mac}`) },
    { label: t("admin.showTraffic"), icon: "log" as const, onSelect: () => go(`${HOME}/traffic?device=${device.mac}`) },
    { label: t("admin.nameDevice"), icon: "edit" as const, onSelect: () => go(nameAddress(device)) },
    ...(device.new ? [{ label: t("admin.isKnown"), icon: "check" as const, onSelect: () => void act("/devices/known", { macs: [device.mac] }, () => t("admin.devicesKnown", { count: 1 })) }] : []),
    ...(device.here ? [] : [{ label: t("admin.forgetDevice"), icon: "trash" as const, onSelect: () => void act("/devices/forget", { mac: device.mac }, (count) => t(count > 0 ? "admin.deviceForgotten" : "admin.deviceStays", { name })) }]),
    ...(device.here && !device.mine ? [{ label: t("admin.endAll"), icon: "cross" as const, onSelect: () => setAsks("end"), destructive: true }] : []),
    ...(device.quarantined
      ? [{ label: t("admin.quarantineOut"), icon: "unlock" as const, onSelect: () => go(`${HOME}/quarantine?out=${device.mac}`) }]
      : // Whoever shuts himself out could not keep it.
        device.mine
        ? []
        : [{ label: t("admin.quarantineIn"), icon: "lock" as const, onSelect: () => go(`${HOME}/quarantine?in=${device.mac}`), destructive: true }]),
  ];
  return (
    <span className="relative inline-block">
      <Menu
        trigger={
          <button type="button" aria-label={t("admin.actionsFor", { name })} className="target inline-flex size-8 items-center justify-center rounded-control text-ink-2 hover:bg-tint hover:text-ink max-sm:size-11">
            <Icon name="menu" />
          </button>
        }
        items={items}
      />
      <Dialog
        open={asks !== null}
        onClose={() => setAsks(null)}
        title={t("admin.endAllTitle", { name })}
        buttons={
          <>
            <Button onClick={() => setAsks(null)}>{t("ui.back")}</Button>
            <Button kind="destructive-outline" busy={busy} onClick={() => void act("/connections/end", { device: device.mac }, (count) => t("admin.ended", { count }))}>
              {t("admin.endAllNow")}
            </Button>
          </>
        }
      >
        <p>{t("admin.endAllText")}</p>
        <Failed problem={error} />
      </Dialog>
    </span>
  );
}
