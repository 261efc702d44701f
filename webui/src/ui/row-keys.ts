// `J` and `K` go from row to row of a table; Enter then opens the row, as the link in it does.
import type { RefObject } from "react";
import { useText } from "../i18n";
import { useShortcut } from "./shortcuts";

/** Rows are what carries `data-row` within `table` and is to be seen. */
export function useRowKeys(table: RefObject<HTMLElement | null>, opens: boolean): void {
  const { t } = useText();
  const act = (key: string) => {
    const rows = [...(table.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((row) => row.checkVisibility());
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? rows[0] : rows[key === "j" ? at + 1 : at - 1];
    next?.querySelector<HTMLElement>("a")?.focus();
  };
  useShortcut(opens ? { keys: ["j", "k"], text: t("ui.keyRows"), act } : null);
  useShortcut(opens ? { keys: ["Enter"], text: t("ui.keyOpen") } : null);
}
