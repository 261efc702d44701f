// Whether single keys act. Remembered in this browser only: it is a matter of the keyboard and the person before it.
import { useSyncExternalStore } from "react";
import { useText } from "../i18n";
import { Checkbox } from "./field";

const REMEMBERED = "single-keys";
const listeners = new Set<() => void>();

export function singleKeysAct(): boolean {
  return localStorage.getItem(REMEMBERED) !== "off";
}

function choose(act: boolean): void {
  if (act) localStorage.removeItem(REMEMBERED);
  else localStorage.setItem(REMEMBERED, "off");
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore(subscribe, singleKeysAct);
}

export function SingleKeysField() {
  const { t } = useText();
  return <Checkbox label={t("ui.singleKeys")} hint={t("ui.singleKeysHint")} checked={useSingleKeys()} onChecked={choose} />;
}
