// The language of an account that is being made: the page's, until somebody chooses another here; then the page follows.
import { useEffect } from "react";
import { LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage, useText } from "../i18n";
import { type Bound, SelectField } from "./field";

// Kept outside the step, for who comes back to it; gone with the page.
let chosen: Language | null = null;

export function LanguageField({ field }: { field: Bound }) {
  const { t } = useText();
  const { language, choose } = useLanguage();
  const { value, onValue } = field;
  useEffect(() => {
    const wanted = chosen ?? language;
    if (value !== wanted) onValue(wanted);
    // Whenever the page is given another language, not whenever `onValue` is made anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language]);
  return (
    <SelectField
      label={t("ui.language")}
      field={{
        ...field,
        onValue: (next) => {
          chosen = next as Language;
          onValue(next);
          choose(chosen);
        },
      }}
      options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one], lang: one }))}
    />
  );
}
