// What stands above every page while a change that was asked for is not answered: until when at the latest, and that
// nothing has to be done.
import { use } from "react";
import { useText } from "../../i18n";
import { formatTime } from "../../i18n/when";
import { TimeZone } from "../../ui/when";
import type { Asked } from "./asked";
import { clockText } from "./clock";

export function useUnansweredText(): (asked: Asked, left: number) => string {
  const { t } = useText();
  const zone = use(TimeZone);
  return (asked, left) => (left === 0 ? t("admin.unansweredDue") : t("admin.unansweredReturns", { time: formatTime(new Date(asked.until), zone) }));
}

export function Unanswered(props: { asked: Asked; left: number }) {
  const { t } = useText();
  const text = useUnansweredText();
  return (
    <section data-unanswered aria-label={t("admin.onTrial")} className="on-rail appear sticky top-(--notice,0px) z-30 flex gap-3 bg-bar px-4 py-2.5 text-bar-text shadow-float sm:px-6 lg:px-8">
      <span role="timer" aria-label={t("admin.timeLeft")} className="min-w-11 shrink-0 text-page font-semibold tabular-nums">
        {clockText(props.left)}
      </span>
      <div className="min-w-0">
        <p className="text-body font-semibold break-words">{t("admin.unanswered")}</p>
        <p className="text-row break-words text-bar-text-2">{text(props.asked, props.left)}</p>
      </div>
    </section>
  );
}
