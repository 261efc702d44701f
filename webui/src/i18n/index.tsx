// Texts and language of the page. `useText()` gives `t` for text; `useLanguage()` reads
// and changes the language.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { sendLanguage } from "../api/client";
import type { Key } from "./keys";
import { asLanguage, type Language, languageOf } from "./language";
import { type Catalogue, fill, lookUp, type Values } from "./text";

export type { Key } from "./keys";
export { LANGUAGE_NAMES, LANGUAGES, type Language } from "./language";

interface Texts {
  language: Language;
  catalogue: Catalogue;
  choose: (language: Language) => void;
}

const Context = createContext<Texts | null>(null);
const REMEMBERED = "language";

export function TextProvider(props: { catalogues: Record<Language, Catalogue>; children: ReactNode }) {
  const [chosen, setChosen] = useState<Language | null>(() => asLanguage(localStorage.getItem(REMEMBERED)));
  const language = chosen ?? languageOf(navigator.languages);
  sendLanguage(language);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<Texts>(
    () => ({
      language,
      catalogue: props.catalogues[language],
      choose: (next) => {
        localStorage.setItem(REMEMBERED, next);
        setChosen(next);
      },
    }),
    [language, props.catalogues],
  );
  return <Context value={value}>{props.children}</Context>;
}

function useTexts(): Texts {
  const texts = use(Context);
  if (texts === null) throw new Error("no TextProvider above");
  return texts;
}

export function useLanguage(): Pick<Texts, "language" | "choose"> {
  return useTexts();
}

interface Text {
  /** The text of a key; `count` picks the plural and fills `{count}`. */
  t: (key: Key, values?: Values) => string;
  /** The text of a key made at run time (`log.action.…`), or null when there is none. */
  find: (key: string) => string | null;
}

export function useText(): Text {
  const { catalogue, language } = useTexts();
  return useMemo(
    () => ({
      t: (key, values) => fill(lookUp(catalogue, language, key, typeof values?.count === "number" ? values.count : undefined), values ?? {}, language),
      find: (key) => catalogue[key] ?? null,
    }),
    [catalogue, language],
  );
}
