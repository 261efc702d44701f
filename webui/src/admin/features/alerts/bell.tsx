// The bell: how many alerts are unread, and the latest of them.
import { useState } from "react";
import { Link } from "wouter";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Button, TextLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import { Popover } from "../../../ui/popover";
import type { AlertsPage } from "../../api";
import { Failed, problemOf } from "../devices/failed";
import { Severity } from "./severity";
import { Times } from "./times";
import { useAskAnew, useLatest, useUnread } from "./told";

const ROWS = 5;
/** More is written as this and a plus. */
const MOST = 99;

export function Bell() {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const { data } = useUnread();
  const unread = data?.unread ?? 0;
  const shown = unread > MOST ? `${MOST}+` : String(unread);
  // Whoever speaks to the browser says what is seen.
  const name = unread === 0 ? t("admin.alerts.bellNone") : t("admin.alerts.bell", { count: unread, shown });
  return (
    <Popover
      open={open}
      onOpen={setOpen}
      label={t("admin.alerts.latest")}
      trigger={
        <button type="button" aria-label={name} title={name} className="target relative inline-flex size-9 shrink-0 items-center justify-center rounded-control text-rail-text-2 hover:bg-rail-here hover:text-rail-text max-sm:size-11">
          <Icon name="bell" className="size-5" />
          {unread > 0 && (
            <span
              aria-hidden="true"
              className={classes(
                "absolute -top-0.5 -right-0.5 inline-flex min-w-4.5 items-center justify-center rounded-full px-1 text-label leading-4.5 font-semibold tabular-nums",
                data?.gravest === "critical" ? "bg-bad-ground text-bad" : "bg-rail-accent text-rail",
              )}
            >
              {shown}
            </span>
          )}
        </button>
      }
    >
      {open && <Latest onLeave={() => setOpen(false)} />}
    </Popover>
  );
}

function Latest({ onLeave }: { onLeave: () => void }) {
  const { t } = useText();
  const query = useLatest(true, ROWS);
  return (
    <div className="grid gap-3">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-section font-semibold text-ink">{t("admin.alerts.title")}</h2>
        <span onClick={onLeave} className="text-row">
          <TextLink href="/alerts">{t("admin.alerts.all")}</TextLink>
        </span>
      </div>
      <Loaded query={query}>{(page) => (page.items.length === 0 ? <p className="text-body text-ink-2">{t("admin.alerts.noneText")}</p> : <Rows page={page} onLeave={onLeave} />)}</Loaded>
    </div>
  );
}

function Rows({ page, onLeave }: { page: AlertsPage; onLeave: () => void }) {
  const { t } = useText();
  const askAnew = useAskAnew();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const unread = page.items.filter((one) => !one.read).map((one) => one.id);
  const read = async () => {
    setBusy(true);
    setError(null);
    try {
      await post("/alerts/read", { ids: unread });
      await askAnew();
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <ul className="grid">
        {page.items.map((one) => (
          <li key={one.id} className="grid gap-0.5 border-t border-line py-2.5">
            <span className="flex flex-wrap items-center justify-between gap-x-3">
              <Severity of={one.severity} plain />
              <span className="text-label text-ink-3">
                <Times of={one} />
              </span>
            </span>
            <Link href={`/alerts#alert-${one.id}`} onClick={onLeave} className={classes("text-body break-words hover:text-accent", one.read ? "text-ink-2" : "font-semibold text-ink")}>
              {one.title}
              {!one.read && <span className="sr-only"> {t("admin.alerts.new")}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {unread.length > 0 && (
        <div>
          <Button icon="check" busy={busy} onClick={() => void read()}>
            {t("admin.alerts.readThese")}
          </Button>
        </div>
      )}
      <Failed problem={error} />
    </>
  );
}
