// Who is told outside the box, whether it may go there, and how it went; each can be tried with one press.
import { useState } from "react";
import { Link } from "wouter";
import { call, post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { NextSentence } from "../../../ui/next-sentence";
import { Dialog, useToast } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { AlertTarget } from "../../api";
import { Failed, problemOf } from "../devices/failed";
import { AlertsFrame, TARGETS } from "./frame";
import { useTargets, useTargetsAnew } from "./targets";

export function TargetsPage() {
  const { t } = useText();
  const query = useTargets();
  const add = (kind?: "primary") => (
    <ButtonLink kind={kind} icon="plus" href={`${TARGETS}/new`}>
      {t("admin.targets.add")}
    </ButtonLink>
  );
  const count = query.data?.items.length ?? 0;
  const isFull = query.data !== undefined && count >= query.data.most;
  return (
    <AlertsFrame at={TARGETS} lead={t("admin.targets.lead")} actions={count > 0 && !isFull && add()}>
      <Loaded query={query}>
        {({ items, most }) => (
          <>
            {items.length === 0 && <Note state="open">{t("admin.targets.nobody")}</Note>}
            {isFull && <Note>{t("admin.targets.full", { count: most })}</Note>}
            <Sheet bare footer={items.length > 0 && t("admin.targets.how")}>
              {items.length === 0 ? (
                <EmptyState title={t("admin.targets.none")} action={add("primary")}>
                  {t("admin.targets.noneText")}
                </EmptyState>
              ) : (
                <ul aria-label={t("admin.targets.title")}>
                  {items.map((one) => (
                    <Row key={one.id} target={one} />
                  ))}
                </ul>
              )}
            </Sheet>
          </>
        )}
      </Loaded>
    </AlertsFrame>
  );
}

function Row({ target }: { target: AlertTarget }) {
  const { t } = useText();
  const anew = useTargetsAnew();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const { name } = target;
  const does = async (work: () => Promise<unknown>, done?: string) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      if (done !== undefined) toast(done);
      await anew();
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const remove = () => {
    setAsks(false);
    void does(() => call("DELETE", `/alerts/targets/${target.id}`, { ifMatch: `"${target.version}"` }), t("admin.targets.removed", { name }));
  };
  return (
    <li className="grid gap-2 border-b border-line px-4 py-4 last:border-b-0 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 className="text-section font-semibold break-words text-ink">
            <Link href={`${TARGETS}/${target.id}`} className="hover:text-accent">
              {name}
            </Link>
          </h2>
          <p className="text-row break-words text-ink-2">
            {t(`admin.targets.way.${target.way}`)} · <span className="wrap-anywhere">{target.recipients.length > 0 ? target.recipients.join(t("admin.targets.comma")) : `${target.host}:${target.port}`}</span>
          </p>
          <p className="text-row break-words text-ink-2">
            {t(`admin.targets.gets.${target.from}`)}
            {target.quiet !== null && ` · ${t(target.quiet.critical ? "admin.targets.quietBut" : "admin.targets.quietAll", { from: target.quiet.from, to: target.quiet.to })}`}
            {target.heads && ` · ${t("admin.targets.getsHeads")}`}
          </p>
        </div>
        <div className="flex flex-wrap gap-2 max-sm:w-full">
          <Button size="row" icon="send" busy={busy} onClick={() => void does(() => post(`/alerts/targets/${target.id}/test`), undefined)} aria-label={t("admin.targets.testNamed", { name })}>
            {t("admin.targets.test")}
          </Button>
          <Button size="row" kind="quiet" onClick={() => setAsks(true)} aria-label={t("admin.targets.removeNamed", { name })}>
            <Icon name="trash" />
          </Button>
        </div>
      </div>
      <Egress target={target} />
      <State target={target} />
      <Failed problem={error} />
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("admin.targets.removeTitle", { name })}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.back")}</Button>
            <Button kind="destructive" onClick={remove}>
              {t("admin.targets.remove")}
            </Button>
          </>
        }
      >
        <p>{t("admin.targets.removeText")}</p>
      </Dialog>
    </li>
  );
}

/** The box goes nowhere that an admin did not allow, not even to tell him something. */
function Egress({ target }: { target: AlertTarget }) {
  const { t } = useText();
  const place = `${target.host}:${target.port}`;
  switch (target.egress) {
    case "allowed":
      return null;
    case "asked":
      return (
        <Note state="needs-you">
          {t("admin.targets.notYet", { place })}
          <NextSentence />
          <TextLink href={`/egress/new?wanted=${target.egressId}`}>{t("admin.targets.allow")}</TextLink>
        </Note>
      );
    case "declined":
    case "missing":
      return (
        <Note state="needs-you">
          {t(target.egress === "declined" ? "admin.targets.declined" : "admin.targets.notAsked", { place })}
          <NextSentence />
          <TextLink href="/egress">{t("admin.egress.title")}</TextLink>
        </Note>
      );
    case "unknown":
      return <p className="text-row text-ink-3">{t("admin.targets.unknown")}</p>;
  }
}

function State({ target }: { target: AlertTarget }) {
  const { t } = useText();
  const { failing, sent, waiting } = target;
  return (
    <div role="status" className="grid gap-1 text-row text-ink-2">
      {failing !== null && (
        <p className="break-words">
          <Badge plain state="open">
            {t("admin.targets.failing")}
          </Badge>{" "}
          {failing.why}
          <NextSentence />
          {t("admin.targets.tried")}<When at={failing.last} within />
          {failing.next !== null && (
            <>
              {t("admin.targets.comma")}
              {t("admin.targets.again")}<When at={failing.next} within />
            </>
          )}
        </p>
      )}
      {failing === null && sent !== null && (
        <p>
          <Badge plain state="proven">
            {t("admin.targets.reached")}
          </Badge>{" "}
          <When at={sent} />
        </p>
      )}
      {failing === null && sent === null && (
        <p>
          <Badge plain state="unknown">
            {t("admin.targets.never")}
          </Badge>
        </p>
      )}
      {failing !== null && sent !== null && (
        <p>
          {t("admin.targets.before")}<When at={sent} within />
        </p>
      )}
      {waiting > 0 && <p className="tabular-nums">{t("admin.targets.waiting", { count: waiting })}</p>}
    </div>
  );
}
