// The block lists: a row each, with how its fetching goes; well-known ones by one press.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icons";
import { NextSentence } from "../../../ui/next-sentence";
import { When } from "../../../ui/when";
import type { BlockingTold } from "../../api";
import { Failed, problemOf } from "../devices/failed";
import { added, type Blocked, changed, KNOWN, type Unsaid, without } from "./blocking";
import { BLOCKING_TOLD } from "./blocking-told";

type Told = BlockingTold["lists"][number];
const POINTER = "/document/blocking/lists/";

export function Lists(props: { blocked: Blocked; told: Told[]; unsaid: Unsaid | null; problem: Problem | null; known: Set<string>; onBlocked: (next: Blocked) => void }) {
  const { t } = useText();
  const { blocked, onBlocked } = props;
  const errors = new Map<string, string>();
  for (const { field, message } of props.problem?.errors ?? []) {
    if (!field.startsWith(POINTER)) continue;
    errors.set(field.slice(POINTER.length).replaceAll("~1", "/").replaceAll("~0", "~"), message);
    props.known.add(field.replace(/^\//, ""));
  }
  const isEmpty = blocked.lists.length === 0;
  const wrong = (id: string, ...whys: Unsaid["why"][]) => (props.unsaid?.id === id && whys.includes(props.unsaid.why) ? t(`admin.blocking.${props.unsaid.why}`) : null);
  return (
    <fieldset className="grid gap-4">
      <legend className="mb-1 text-row font-medium text-ink">{t("admin.blocking.lists")}</legend>
      {isEmpty && <p className="max-w-prose text-body text-ink-2">{t("admin.blocking.noLists")}</p>}
      {blocked.lists.map((list) => {
        const told = props.told.find((one) => one.address === list.address);
        return (
          <div key={list.id} className="grid gap-3 border-t border-line pt-4 sm:grid-cols-[minmax(9rem,13rem)_minmax(12rem,1fr)_auto] sm:items-start">
            <TextField
              label={t("admin.blocking.listName")}
              field={{ name: `list-name-${list.id}`, value: list.name, onValue: (name) => onBlocked(changed(blocked, list.id, { name })), error: wrong(list.id, "no-name", "twice") }}
              autoComplete="off"
              maxLength={32}
            />
            <TextField
              label={t("admin.blocking.address")}
              field={{
                name: `list-address-${list.id}`,
                value: list.address,
                onValue: (address) => onBlocked(changed(blocked, list.id, { address })),
                error: wrong(list.id, "no-address") ?? errors.get(list.name.trim()) ?? null,
              }}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              inputMode="url"
            />
            <div className="sm:pt-6">
              <Button kind="quiet" onClick={() => onBlocked(without(blocked, list.id))} aria-label={t("admin.blocking.removeNamed", { name: list.name || list.address })}>
                <Icon name="trash" />
                <span className="sm:hidden">{t("admin.blocking.remove")}</span>
              </Button>
            </div>
            {told !== undefined && (
              <div className="sm:col-span-3">
                <State list={told} />
              </div>
            )}
          </div>
        );
      })}
      <div>
        <div className="flex flex-wrap gap-2">
          <Button icon="plus" onClick={() => onBlocked(added(blocked, { name: "", address: "" }))}>
            {t("admin.blocking.add")}
          </Button>
          {KNOWN.filter((one) => !blocked.lists.some(({ address }) => address === one.address)).map((one) => (
            <Button key={one.name} icon="plus" onClick={() => onBlocked(added(blocked, one))}>
              {t("admin.blocking.known", { name: one.name, license: one.license })}
            </Button>
          ))}
        </div>
        <p className="mt-1 max-w-prose text-row text-ink-3">{t("admin.blocking.knownHint")}</p>
      </div>
    </fieldset>
  );
}

/** How the fetching of a list goes, and what is in force meanwhile. */
function State({ list }: { list: Told }) {
  const { t } = useText();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const { fetch } = list;
  const order = async (mayShrink: boolean) => {
    setBusy(true);
    setError(null);
    try {
      await post("/blocking/fetch", { address: list.address, mayShrink });
      await client.invalidateQueries({ queryKey: BLOCKING_TOLD });
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="text-row text-ink-2 tabular-nums" role="status">
          {fetch.fetching ? (
            t("admin.blocking.fetching")
          ) : list.names === null || list.fetched === null ? (
            t("admin.blocking.notYet")
          ) : (
            <>
              {t("admin.blocking.names", { count: list.names })} · {t("admin.blocking.fetched")}<When at={list.fetched} within />
              {list.checked !== null && list.checked !== list.fetched && (
                <>
                  {" · "}
                  {t("admin.blocking.checked")}<When at={list.checked} within />
                </>
              )}
              {list.odd > 0 && ` · ${t("admin.blocking.odd", { count: list.odd })}`}
            </>
          )}
        </p>
        <Button size="row" busy={busy || fetch.fetching} onClick={() => void order(false)} aria-label={t("admin.blocking.fetchNamed", { name: list.name })}>
          {t("admin.blocking.fetchNow")}
        </Button>
      </div>
      {fetch.failure !== null && (
        <Note state="needs-you">
          <p>
            <span className="font-medium">{t("admin.blocking.failed")}</span>
            <NextSentence />
            {t(`admin.blocking.failure.${fetch.failure.why}`, { detail: fetch.failure.detail ?? "" })}
          </p>
          <p>
            {t(list.names === null ? "admin.blocking.nothingYet" : "admin.blocking.lastGood")}
            {fetch.next !== null && (
              <>
                {" "}
                {t("admin.blocking.next")}<When at={fetch.next} within />
              </>
            )}
          </p>
          {fetch.failure.why === "shrank" && (
            <div className="mt-2">
              <Button size="row" busy={busy} onClick={() => void order(true)}>
                {t("admin.blocking.shrinkAnyway")}
              </Button>
            </div>
          )}
        </Note>
      )}
      {error !== null && <Failed problem={error} />}
    </div>
  );
}
