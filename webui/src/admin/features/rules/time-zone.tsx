// The box's time zone: hours follow its clock, daylight saving included.
import { useMemo, useState } from "react";
import { useLanguage, useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { Sheet } from "../../../ui/page";
import { PopoverAt } from "../../../ui/popover";
import { useTimeZones } from "./answer";
import { useStaging } from "./draft";

export function TimeZoneSheet() {
  const { t } = useText();
  const { parts, update, troubles } = useStaging();
  const zones = useTimeZones().data?.items ?? [];
  const [at, setAt] = useState<HTMLElement | null>(null);
  const pick = (timeZone: string) => update((before) => ({ ...before, timeZone }));
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isOffered = own !== parts.timeZone && zones.includes(own);
  const trouble = troubles.find((one) => "timeZone" in one.at);
  const missing = parts.timeZone === null && parts.schedules.length > 0;
  return (
    <Sheet title={t("admin.zone.title")}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <p className="min-w-0 text-body">{parts.timeZone === null ? <span className="text-ink-2">{t("admin.zone.none")}</span> : <span className="font-semibold">{parts.timeZone}</span>}</p>
        <Button aria-haspopup="dialog" aria-expanded={at !== null} onClick={(event) => setAt(at === null ? event.currentTarget : null)}>
          {t(parts.timeZone === null ? "admin.zone.pick" : "admin.zone.change")}
        </Button>
        {isOffered && <Button onClick={() => pick(own)}>{t("admin.zone.own", { zone: own })}</Button>}
      </div>
      {(trouble !== undefined || missing) && <p className="mt-2 text-row text-bad">{trouble?.message ?? t("admin.zone.missing")}</p>}
      <p className="mt-2 text-row text-ink-3">{t("admin.zone.hint")}</p>
      <PopoverAt at={at} onClose={() => setAt(null)} label={t("admin.zone.title")}>
        {at !== null && (
          <div className="grid gap-3">
            <ZoneChoices zones={zones} picked={parts.timeZone} onPicked={pick} />
            <div className="flex justify-end">
              <Button onClick={() => setAt(null)}>{t("ui.close")}</Button>
            </div>
          </div>
        )}
      </PopoverAt>
    </Sheet>
  );
}

function ZoneChoices(props: { zones: string[]; picked: string | null; onPicked: (zone: string) => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const options = useMemo(() => props.zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " "), hint: longName(zone, language) })), [language, props.zones]);
  return <Choices legend={t("admin.zone.title")} options={options} picked={props.picked === null ? [] : [props.picked]} onPicked={([zone]) => zone !== undefined && props.onPicked(zone)} none={t("admin.zone.unknown")} />;
}

/** "China Standard Time"; nothing when this browser does not know the zone. */
function longName(timeZone: string, language: string): string | undefined {
  try {
    const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "longGeneric" }).formatToParts(0);
    return parts.find((one) => one.type === "timeZoneName")?.value;
  } catch {
    return undefined;
  }
}
