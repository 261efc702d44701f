// The language of an account that is being made: the page's, until somebody chooses another here; then the page follows.
import { useEffect, useState } from "react";
import { LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage, useText } from "../i18n";
import { type Bound, SelectField } from "./field";

export function LanguageField({ field }: { field: Bound }) {
  const { t } = useText();
  const { language, choose } = useLanguage();
  const [touched, setTouched] = useState(false);
  const { value, onValue } = field;
  useEffect(() => {
    if (!touched && value !== language) onValue(language);
    // Whenever the page is given another language, not whenever `onValue` is made anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language]);
  return (
    <SelectField
      label={t("ui.language")}
      field={{
        ...field,
        onValue: (next) => {
          setTouched(true);
          onValue(next);
          choose(next as Language);
        },
      }}
      options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one], lang: one }))}
    />
  );
}
