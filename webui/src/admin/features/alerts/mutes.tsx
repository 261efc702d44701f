// What is muted, until when and by whom; each can ring again at once.
import { useState } from "react";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { useToast } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { AlertMute } from "../../api";
import { Failed, problemOf } from "../devices/failed";
import { useAskAnew } from "./told";

export function Mutes({ all }: { all: AlertMute[] }) {
  const { t } = useText();
  return (
    <Sheet title={t("admin.alerts.mutes")} bare={all.length > 0}>
      {all.length === 0 ? (
        <p className="text-body text-ink-2">{t("admin.alerts.noMutes")}</p>
      ) : (
        <ul>
          {all.map((one) => (
            <Row key={`${one.kind} ${one.subject ?? ""}`} mute={one} />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

function Row({ mute }: { mute: AlertMute }) {
  const { t } = useText();
  const toast = useToast();
  const askAnew = useAskAnew();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const name = mute.subject === null ? mute.name : t("admin.alerts.muteOne", { name: mute.name, about: mute.about });
  const end = async () => {
    setBusy(true);
    setError(null);
    try {
      await post("/alerts/mutes/end", { kind: mute.kind, subject: mute.subject ?? undefined });
      toast(t("admin.alerts.ringsAgain", { name: mute.name }));
      await askAnew();
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0">
        <p className="text-body font-medium break-words text-ink">{name}</p>
        <p className="text-row text-ink-2">
          {t("admin.alerts.until")}<When at={mute.until} within />
          {t("admin.alerts.gap")}
          {t("admin.alerts.by", { name: mute.by })}
        </p>
      </div>
      <Button size="row" busy={busy} onClick={() => void end()} aria-label={t("admin.alerts.unmuteNamed", { name })}>
        {t("admin.alerts.unmute")}
      </Button>
      {error !== null && (
        <div className="w-full">
          <Failed problem={error} />
        </div>
      )}
    </li>
  );
}
