// Light, dark, or as the system says. Remembered in this browser only: it is a matter of the screen.
import { useSyncExternalStore } from "react";
import { useText } from "../i18n";
import { SelectField } from "./field";

type Theme = "system" | "light" | "dark";
const REMEMBERED = "theme";
const listeners = new Set<() => void>();

function stored(): Theme {
  const value = localStorage.getItem(REMEMBERED);
  return value === "light" || value === "dark" ? value : "system";
}

/** Call once before the first paint. */
export function applyTheme(): void {
  const theme = stored();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function chooseTheme(theme: Theme): void {
  localStorage.setItem(REMEMBERED, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function ThemeField() {
  const { t } = useText();
  const theme = useSyncExternalStore(subscribe, stored);
  return (
    <SelectField
      label={t("ui.theme")}
      hint={t("ui.themeHint")}
      field={{ name: "theme", value: theme, onValue: (value) => chooseTheme(value as Theme), error: null }}
      options={[
        { value: "system", label: t("ui.themeSystem") },
        { value: "light", label: t("ui.themeLight") },
        { value: "dark", label: t("ui.themeDark") },
      ]}
    />
  );
}
