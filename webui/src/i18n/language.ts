// The two languages of the product and how one is chosen before anybody has signed in.

export const LANGUAGES = ["en", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words; these names are not translated. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", "zh-CN": "简体中文" };

export function asLanguage(text: string | null | undefined): Language | null {
  if (text === "en" || text === "zh-CN") return text;
  return null;
}

/** The language the browser asks for: Chinese for any `zh`, else English. */
export function languageOf(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const short = one.toLowerCase();
    if (short.startsWith("zh")) return "zh-CN";
    if (short.startsWith("en")) return "en";
  }
  return "en";
}
