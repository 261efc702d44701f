// Each language in its own words; switches at once, remembered in this browser.
import { LANGUAGE_NAMES, LANGUAGES, useLanguage, useText } from "../i18n";
import { classes } from "./classes";

export function LanguageSwitch() {
  const { language, choose } = useLanguage();
  const { t } = useText();
  return (
    <div role="group" aria-label={t("ui.language")} className="inline-flex gap-1">
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => choose(one)}
          className={classes(
            "min-h-8 rounded-control border px-2.5 text-row max-sm:min-h-11",
            one === language ? "border-accent font-medium text-accent" : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {LANGUAGE_NAMES[one]}
        </button>
      ))}
    </div>
  );
}
