// Names of hosts as an admin has to see them: in their script, with what the network makes of it beside it.
import { useMemo } from "react";
import { useText } from "../i18n";
import { asciiOf, scriptOf, withScripts } from "../i18n/script";

export interface HostNames {
  /** A name, or a sentence with names in it. */
  both: (text: string) => string;
  /** What is typed, given both ways; null where there is but one. */
  spelled: (typed: string) => string | null;
}

export function useHostNames(): HostNames {
  const { t } = useText();
  return useMemo(() => {
    const said = (script: string, ascii: string) => t("admin.nameBoth", { script, ascii });
    return {
      both: (text) => withScripts(text, said),
      spelled: (typed) => {
        const ascii = asciiOf(typed.trim());
        const script = ascii === null ? null : scriptOf(ascii);
        return ascii === null || script === null ? null : said(script, ascii);
      },
    };
  }, [t]);
}
