// What programs of the box ask for: allowed by a change that is reviewed and tried like any other, or declined.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { EgressTold } from "../../api";
import { useHostNames } from "../../host-name";
import { Failed, problemOf } from "../devices/failed";
import { NEW } from "./edits";
import { TOLD } from "./told";

type One = EgressTold["wanted"][number];

export function Wanted({ wanted }: { wanted: One[] }) {
  const { t } = useText();
  if (wanted.length === 0) return null;
  const waiting = wanted.filter((one) => one.declined === null);
  const declined = wanted.filter((one) => one.declined !== null);
  return (
    <Sheet bare title={t("admin.egress.wanted")} aside={t("admin.egress.waiting", { count: waiting.length })}>
      <ul aria-label={t("admin.egress.wanted")}>
        {[...waiting, ...declined].map((one) => (
          <Line key={one.id} one={one} />
        ))}
      </ul>
    </Sheet>
  );
}

function Line({ one }: { one: One }) {
  const { t } = useText();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const way = `${one.protocol.toUpperCase()} ${one.port}`;
  const { both } = useHostNames();
  const to = both(one.to);
  const name = `${to} ${way}`;
  const decline = async () => {
    setBusy(true);
    setError(null);
    try {
      await post("/egress/decline", { id: one.id });
      await client.invalidateQueries({ queryKey: TOLD });
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_auto] sm:px-5">
      <div className="min-w-0">
        <p className="text-body break-words text-ink">{t(`admin.egress.wants.${one.for}`, { to, way })}</p>
        {one.reason !== null && <p className="text-row break-words text-ink-2">{t("admin.egress.reason", { reason: one.reason })}</p>}
        <p className="mt-0.5 text-label text-ink-3 tabular-nums">
          {t("admin.egress.since")}<When at={one.since} within />
          {one.times > 1 && (
            <>
              {t("admin.egress.comma")}
              {t("admin.egress.times", { count: one.times })}<When at={one.last} within />
            </>
          )}
        </p>
        {one.declined !== null && (
          <p className="mt-1">
            <Badge state="unknown">{t("admin.egress.declined")}</Badge>
          </p>
        )}
        {error !== null && <Failed problem={error} />}
      </div>
      <div className="flex flex-wrap content-start items-start gap-2">
        {one.declined === null && (
          <Button size="row" busy={busy} onClick={() => void decline()} aria-label={t("admin.egress.declineNamed", { name })}>
            {t("admin.egress.decline")}
          </Button>
        )}
        <ButtonLink size="row" href={`${NEW}?wanted=${encodeURIComponent(one.id)}`}>
          {t("admin.egress.allow")}
        </ButtonLink>
      </div>
    </li>
  );
}
