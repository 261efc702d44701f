// What was blocked lately, by zone; one press prepares that it is not any more.
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { Button } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { BlockingTold } from "../../api";
import { useZoneName } from "../../zone";
import { Why } from "./blocked-why";

export function Lately({ told, onAllow }: { told: BlockingTold; onAllow: (name: string) => void }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const spared = [...new Set(told.zones.flatMap((zone) => zone.spared))];
  return (
    <Sheet
      bare
      title={t("admin.blocking.lately")}
      aside={
        <>
          {t("admin.blocking.since")}<When at={told.since} within />
        </>
      }
      footer={
        <>
          {t("admin.blocking.latelyHow")}
          {spared.length > 0 && ` ${t("admin.blocking.spared", { names: spared.join(t("admin.blocking.comma")) })}`}
        </>
      }
    >
      {told.lately.length === 0 ? (
        <EmptyState title={t("admin.blocking.latelyNone")}>{t("admin.blocking.latelyNoneText")}</EmptyState>
      ) : (
        <ul aria-label={t("admin.blocking.lately")}>
          {told.lately.map((one) => (
            <li key={`${one.zone} ${one.name}`} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
              <div className="min-w-0">
                <p className="text-body font-medium wrap-anywhere text-ink">{one.name}</p>
                <p className="text-row break-words text-ink-2">
                  {zoneName(one.zone)} · <Why why={one.why} name={one.name} />
                </p>
                <p className="text-label text-ink-3 tabular-nums">
                  {t("admin.blocking.times", { count: one.times })}<When at={one.last} within />
                </p>
              </div>
              {(one.why.kind === "lists" || one.why.kind === "own") && (
                <Button size="row" onClick={() => onAllow(one.name)} aria-label={t("admin.blocking.allowNamed", { name: one.name })}>
                  {t("admin.blocking.allowThis")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
