// Traffic of an hour as two lines, down solid and up broken, with the names at their ends and a sentence as its name.
import { use } from "react";
import { useLanguage, useText } from "../../../i18n";
import { formatWhen } from "../../../i18n/when";
import { TimeZone } from "../../../ui/when";
import type { Series } from "../../api";
import { bitsOf, minuteOf, rateText } from "../../../ui/amount";
import { HEIGHT, MINUTES, peakOf, pointsOf, topOf, WIDTH } from "./trend";

const GRID = [0, 0.5, 1];

export function TrafficChart(props: { name: string; series: Series; until: string }) {
  const { t } = useText();
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const { down, up } = props.series;
  // Even in what is said: bits in a second, not bytes in a minute.
  const top = minuteOf(topOf([...down, ...up].map(bitsOf)));
  const rate = (bytes: number) => rateText(bytes, language);
  const peak = peakOf(down);
  const at = formatWhen(new Date(new Date(props.until).getTime() - peak.ago * 60_000), new Date(), language, zone);
  const sentence = t("admin.trafficSaid", { name: props.name, most: rate(peak.value), at, down: rate(down.at(-1) ?? 0), up: rate(up.at(-1) ?? 0) });
  return (
    <figure className="min-w-0">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3">
        <svg role="img" aria-label={sentence} viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`} preserveAspectRatio="none" className="h-24 w-full">
          {GRID.map((part) => (
            <line key={part} x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
          ))}
          <polyline points={pointsOf(up, top)} fill="none" stroke="var(--ink-3)" strokeWidth="1.75" strokeDasharray="4 3" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
          <polyline points={pointsOf(down, top)} fill="none" stroke="var(--accent)" strokeWidth="1.75" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
        </svg>
        <div aria-hidden="true" className="flex flex-col justify-between text-label text-ink-3 tabular-nums">
          <span>{rate(top)}</span>
          <span>{rate(top / 2)}</span>
          <span>0</span>
        </div>
      </div>
      <figcaption aria-hidden="true" className="mt-1 flex flex-wrap gap-x-4 text-label text-ink-2 tabular-nums">
        <span className="text-accent">{t("admin.trafficDown", { rate: rate(down.at(-1) ?? 0) })}</span>
        <span>{t("admin.trafficUp", { rate: rate(up.at(-1) ?? 0) })}</span>
        <span className="ml-auto text-ink-3">{t("admin.lastMinutes", { count: Math.min(Math.max(down.length, 1), MINUTES) })}</span>
      </figcaption>
    </figure>
  );
}
