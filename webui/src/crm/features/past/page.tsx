// A copy that is open: how its contacts differ from those of now, and bringing them back, one or all.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { call, post, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { COPIES } from "../../../copies/targets";
import { useText } from "../../../i18n";
import { shorten } from "../../../i18n/text";
import { EmptyState, Loaded, Loading } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, TextLink } from "../../../ui/button";
import { Checkbox } from "../../../ui/field";
import { ProblemNote } from "../../../ui/form";
import { Dialog, useToast } from "../../../ui/overlay";
import { Page, Sheet } from "../../../ui/page";
import { Search } from "../../../ui/search";
import { Views } from "../../../ui/views";
import { When } from "../../../ui/when";
import type { Past, PastContacts, PastListed } from "../../api";
import { isBusy, PAST, pastContactsKey, usePast, usePastAnew } from "./asked";
import { Choose } from "./choose";

const PAGE = 50;
const SEARCH_MOST = 200;

type Since = PastListed["since"];
const VIEWS: { since: Since; href: string }[] = [
  { since: "deleted", href: PAST },
  { since: "changed", href: `${PAST}/changed` },
  { since: "made", href: `${PAST}/made` },
];

export function PastPage({ since }: { since: Since }) {
  const { t } = useText();
  const query = usePast();
  const past = query.data;
  return (
    <Page narrow title={t("crm.past.title")} lead={t("crm.past.lead")} above={<TextLink href={COPIES}>{t("copies.title")}</TextLink>} actions={past?.state === "open" && <Close busy={isBusy(past)} />}>
      <Loaded query={query}>
        {(past) => {
          if (past.state === "restoring") return <Restoring past={past} />;
          if (past.state === "open") return <Open past={past} since={since} />;
          return <Choose past={past} />;
        }}
      </Loaded>
    </Page>
  );
}

function Restoring({ past }: { past: Past }) {
  const { t } = useText();
  return (
    <Sheet>
      <div role="status" className="grid gap-3">
        <Loading />
        <p className="text-body text-ink-2">{t("crm.past.restoring", { name: past.target ?? "" })}</p>
      </div>
    </Sheet>
  );
}

function Close({ busy }: { busy: boolean }) {
  const { t } = useText();
  const anew = usePastAnew();
  const [closing, setClosing] = useState(false);
  const close = async () => {
    setClosing(true);
    try {
      await call("DELETE", "/past");
    } catch (error) {
      // Closed by itself meanwhile, or by somebody else: the page says how it is.
      if (!isProblem(error)) throw error;
    } finally {
      setClosing(false);
      await anew();
    }
  };
  return (
    <Button icon="cross" busy={closing} disabled={busy} onClick={() => void close()}>
      {t("crm.past.close")}
    </Button>
  );
}

function Open({ past, since }: { past: Past; since: Since }) {
  const { t } = useText();
  const differs = past.differs;
  if (differs === null || past.at === null) return null;
  const counts: Record<Since, number> = { deleted: differs.deleted, changed: differs.changed, made: differs.made };
  const at = VIEWS.find((one) => one.since === since)?.href ?? PAST;
  const names: Record<Since, string> = { deleted: t("crm.past.deleted"), changed: t("crm.past.changed"), made: t("crm.past.made") };
  return (
    <>
      <Sheet>
        <div className="grid gap-3">
          <p className="text-body text-ink">
            {t("crm.past.asOf", { name: past.target ?? "" })}
            <When at={past.at} within />
          </p>
          {differs.erased > 0 && <p className="text-row text-ink-2">{t("crm.past.erased", { count: differs.erased })}</p>}
          {differs.damaged > 0 && <Note state="needs-you">{t("crm.past.damaged", { count: differs.damaged })}</Note>}
          <All past={past} counts={counts} />
        </div>
      </Sheet>
      <Views label={t("crm.past.differs")} at={at} views={VIEWS.map((one) => ({ href: one.href, text: names[one.since], count: String(counts[one.since]) }))} />
      <Differing key={since} since={since} count={counts[since]} />
    </>
  );
}

/** All of them at once, and how far that has come. */
function All({ past, counts }: { past: Past; counts: Record<Since, number> }) {
  const { t } = useText();
  const anew = usePastAnew();
  const [asks, setAsks] = useState(false);
  const [made, setMade] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { all, at } = past;
  const back = counts.deleted + counts.changed;
  const go = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await post("/past/restore", { deleteMade: made });
      setMade(false);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setAsks(false);
      setBusy(false);
      await anew();
    }
  };
  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      {all !== null && (
        <div role="status">
          <Note state={all.over ? (all.failed === 0 ? "proven" : "open") : "info"}>
            {all.over ? t("crm.past.allDone", { count: all.done }) : t("crm.past.running", { done: all.done, of: all.of })}
            {all.over && all.failed > 0 && ` ${t("crm.past.allFailed", { count: all.failed })}`}
          </Note>
        </div>
      )}
      {back + counts.made === 0 ? (
        <p className="text-body text-ink-2">{t("crm.past.nothing")}</p>
      ) : (
        <div>
          <Button icon="undo" disabled={isBusy(past)} onClick={() => setAsks(true)}>
            {t("crm.past.all")}
          </Button>
        </div>
      )}
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("crm.past.allTitle")}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.back")}</Button>
            <Button kind={made ? "destructive" : "primary"} busy={busy} disabled={!made && back === 0} onClick={() => void go()}>
              {t("crm.past.allGo", { count: made ? back + counts.made : back })}
            </Button>
          </>
        }
      >
        <div className="grid gap-4">
          <p>
            {t("crm.past.allAsOf")}
            {at !== null && <When at={at} within />}
          </p>
          {back > 0 && (
            <ul className="list-disc pl-5">
              {counts.changed > 0 && <li>{t("crm.past.allChanged", { count: counts.changed })}</li>}
              {counts.deleted > 0 && <li>{t("crm.past.allDeleted", { count: counts.deleted })}</li>}
            </ul>
          )}
          <p>{t("crm.past.allKept")}</p>
          {counts.made > 0 && <Checkbox label={t("crm.past.allMade", { count: counts.made })} hint={t("crm.past.allMadeHint")} checked={made} onChecked={setMade} />}
        </div>
      </Dialog>
    </>
  );
}

/** `count` is what the box counts now: when it is another one, so is the list. */
function Differing({ since, count }: { since: Since; count: number }) {
  const { t } = useText();
  const [search, setSearch] = useState("");
  const [from, setFrom] = useState(0);
  const query = useQuery({
    queryKey: pastContactsKey(since, search, from, count),
    queryFn: ({ signal }) => {
      const asked = new URLSearchParams({ since, search, offset: String(from), limit: String(PAGE) });
      return read<PastContacts>(`/past/contacts?${asked.toString()}`, signal);
    },
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Search
        label={t("crm.past.search")}
        hint={t("crm.past.searchHint")}
        most={SEARCH_MOST}
        tooLong={(has) => t("crm.searchTooLong", { most: SEARCH_MOST, has })}
        value={search}
        error={null}
        onValue={(value) => {
          setSearch(value);
          setFrom(0);
        }}
      />
      <Sheet bare>
        <Loaded query={query}>
          {({ items, count: found }) =>
            items.length === 0 ? (
              <EmptyState title={t(search === "" ? "crm.past.none" : "crm.past.noneFound")}>{t(search === "" ? `crm.past.noneText.${since}` : "crm.past.noneFoundText")}</EmptyState>
            ) : (
              <>
                <ul aria-label={t("crm.past.differs")}>
                  {items.map((one) => (
                    <Row key={one.id} one={one} />
                  ))}
                </ul>
                {found > PAGE && (
                  <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3 sm:px-5">
                    <Button size="row" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - PAGE))}>
                      {t("crm.past.before")}
                    </Button>
                    <span className="text-row text-ink-2 tabular-nums">{t("crm.past.part", { from: from + 1, to: from + items.length, of: found })}</span>
                    <Button size="row" disabled={from + PAGE >= found} onClick={() => setFrom(from + PAGE)}>
                      {t("crm.past.after")}
                    </Button>
                  </div>
                )}
              </>
            )
          }
        </Loaded>
      </Sheet>
    </>
  );
}

function Row({ one }: { one: PastListed }) {
  const { t } = useText();
  const { id, name, company, since } = one;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-52">
        <Link href={`${PAST}/contact/${id}`} className="text-body font-semibold break-words text-ink hover:text-accent">
          {name}
        </Link>
        {company !== "" && <div className="text-row break-words text-ink-2">{company}</div>}
      </div>
      {since !== "made" && <Back id={id} name={name} size="row" label={t("crm.past.backNamed", { name })} />}
    </li>
  );
}

/** Makes one contact what it was. */
export function Back(props: { id: string; name: string; size?: "row" | "large"; label?: string; onDone?: () => void }) {
  const { t } = useText();
  const anew = usePastAnew();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const back = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await post(`/past/contacts/${props.id}/restore`);
      toast(t("crm.past.backDone", { name: shorten(props.name) }));
      props.onDone?.();
      await anew();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      <Button size={props.size} kind={props.size === "large" ? "primary" : undefined} icon="undo" busy={busy} aria-label={props.label} onClick={() => void back()}>
        {t("crm.past.back")}
      </Button>
    </>
  );
}
