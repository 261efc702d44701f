// Contacts deleted within the last hour, by anybody: each can be restored until its hour is over.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { shorten } from "../../../i18n/text";
import { EmptyState, Loaded } from "../../../ui/async";
import { Button, TextLink } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import type { DeletedContact, DeletedContacts } from "../../api";
import { DeletedBy, RestoreUntil } from "./gone";
import { DELETED } from "./keys";
import { listAddress } from "./place";
import { useRestore } from "./restore";

/** Those whose hour is over leave the list though nobody does anything. */
const AGAIN_MS = 60_000;

export function DeletedPage() {
  const { t } = useText();
  const [, go] = useLocation();
  const toast = useToast();
  const manager = useAccount().role === "manager";
  const restore = useRestore();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const query = useQuery({
    queryKey: DELETED,
    queryFn: ({ signal }) => read<DeletedContacts>("/contacts/deleted", signal),
    refetchInterval: AGAIN_MS,
  });
  const back = async (one: DeletedContact) => {
    setProblem(null);
    setBusy(one.id);
    try {
      await restore(one.id);
      toast(t("crm.restoredNamed", { name: shorten(one.name) }));
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(null);
    }
  };
  return (
    <Page narrow title={t("crm.deletedList")} lead={t("crm.deletedLead")} above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}>
      {problem && <ProblemNote problem={problem} />}
      <Sheet bare>
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title={t("crm.deletedNone")}>{t("crm.deletedNoneText")}</EmptyState>
            ) : (
              <ul aria-label={t("crm.deletedList")}>
                {items.map((one) => (
                  <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
                    <div className="min-w-0 flex-1 basis-52">
                      <div className="text-body font-semibold break-words text-ink">{one.name}</div>
                      {one.company !== "" && <div className="text-row break-words text-ink-2">{one.company}</div>}
                      <div className="text-row text-ink-2">
                        <DeletedBy deletion={one} />
                      </div>
                      {one.undoUntil && (
                        <div className="text-row text-ink-3">
                          <RestoreUntil at={one.undoUntil} />
                        </div>
                      )}
                    </div>
                    <Button size="row" icon="undo" busy={busy === one.id} aria-label={t("crm.restoreNamed", { name: one.name })} onClick={() => void back(one)}>
                      {t("crm.restore")}
                    </Button>
                    {manager && (
                      <Button size="row" kind="destructive" aria-label={t("crm.erase.askNamed", { name: one.name })} onClick={() => go(`/contacts/${one.id}/erase`)}>
                        {t("crm.erase.ask")}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Sheet>
    </Page>
  );
}
