// All that the bell holds: what happened, what to do about it and where, what is muted.
import { useEffect, useRef, useState } from "react";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Sheet } from "../../../ui/page";
import type { Alert } from "../../api";
import { Failed, problemOf } from "../devices/failed";
import { More } from "../devices/seen";
import { AlertsFrame, HOME } from "./frame";
import { Mute } from "./mute";
import { Mutes } from "./mutes";
import { placeOf } from "./place";
import { Severity } from "./severity";
import { Times } from "./times";
import { useAlerts, useAskAnew } from "./told";

export function AlertsPage() {
  const { t } = useText();
  const query = useAlerts();
  const read = useRead();
  const [first] = query.data?.pages ?? [];
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  useNamed(first !== undefined);
  return (
    <AlertsFrame
      at={HOME}
      lead={t("admin.alerts.lead")}
      actions={
        first !== undefined &&
        first.unread > 0 && (
          <Button kind="primary" icon="check" busy={read.busy === "all"} onClick={() => void read.send("all", [])}>
            {t("admin.alerts.readAll")}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && first === undefined && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      <Failed problem={read.error} />
      {first !== undefined && (
        <>
          {first.forgotten > 0 && <Note>{t("admin.alerts.forgotten", { count: first.forgotten })}</Note>}
          <Sheet bare footer={first.all > 0 ? <span className="tabular-nums">{t("admin.alerts.counts", { count: first.all, unread: first.unread })}</span> : undefined}>
            {items.length === 0 ? (
              <EmptyState title={t("admin.alerts.none")} action={<ButtonLink href="/">{t("admin.protection")}</ButtonLink>}>
                {t("admin.alerts.noneText")}
              </EmptyState>
            ) : (
              <ul aria-label={t("admin.alerts.title")}>
                {items.map((one) => (
                  <Row key={one.id} alert={one} busy={read.busy === one.id} onRead={() => void read.send(one.id, [one.id])} />
                ))}
              </ul>
            )}
          </Sheet>
          <More query={query} />
          <Mutes all={first.mutes} />
        </>
      )}
    </AlertsFrame>
  );
}

function Row(props: { alert: Alert; busy: boolean; onRead: () => void }) {
  const { t } = useText();
  const { alert } = props;
  const place = placeOf(alert);
  return (
    <li id={`alert-${alert.id}`} tabIndex={-1} className={classes("grid gap-1.5 border-b border-line px-4 py-4 last:border-b-0 sm:px-5", !alert.read && "bg-tint")}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Severity of={alert.severity} />
        {!alert.read && (
          <Badge plain state="needs-you" icon="bell">
            {t("admin.alerts.new")}
          </Badge>
        )}
        {alert.muted && (
          <Badge plain state="unknown" icon="bellOff">
            {t("admin.alerts.isMuted")}
          </Badge>
        )}
        <span className="text-row text-ink-2 tabular-nums">
          <Times of={alert} />
        </span>
      </div>
      <h2 className="text-section font-semibold break-words text-ink">{alert.title}</h2>
      <p className="max-w-prose text-body break-words text-ink-2">{alert.what}</p>
      <p className="max-w-prose text-body break-words text-ink">{t("admin.alerts.todo", { todo: alert.todo })}</p>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        {place !== null && (
          <ButtonLink size="row" icon="arrowRight" href={place.href}>
            {t("admin.alerts.go", { page: t(place.page) })}
          </ButtonLink>
        )}
        {!alert.read && (
          <Button size="row" icon="check" busy={props.busy} onClick={props.onRead} aria-label={t("admin.alerts.readNamed", { title: alert.title })}>
            {t("admin.alerts.read")}
          </Button>
        )}
        <Mute alert={alert} />
      </div>
    </li>
  );
}

/** Says that alerts were read; all of them when none is named. */
function useRead() {
  const askAnew = useAskAnew();
  const [busy, setBusy] = useState<number | "all" | null>(null);
  const [error, setError] = useState<Problem | null>(null);
  const send = async (what: number | "all", ids: number[]) => {
    setBusy(what);
    setError(null);
    try {
      await post("/alerts/read", { ids });
      await askAnew();
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(null);
    }
  };
  return { busy, error, send };
}

/** Goes to the alert that the address names, once it is there. */
function useNamed(isThere: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!isThere || done.current) return;
    done.current = true;
    const name = location.hash.slice(1);
    const element = name.startsWith("alert-") ? document.getElementById(name) : null;
    element?.scrollIntoView({ block: "center" });
    element?.focus();
  }, [isThere]);
}
