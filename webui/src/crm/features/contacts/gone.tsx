// A contact that is not there: erased for good; deleted, by whom and when, with the way back for as long as there is one;
// or never was.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { Page } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { When } from "../../../ui/when";
import type { Deletion, Erasure } from "../../api";
import { noteErasure } from "./deletions";
import { forgetErased } from "./erased";
import { listAddress } from "./place";
import { deletionOf, erasureOf, useRestore } from "./restore";

export function GonePage(props: { id: string; error: unknown }) {
  const { t } = useText();
  const client = useQueryClient();
  const deletion = deletionOf(props.error);
  const { id, error } = props;
  const erasure = erasureOf(error);
  // Learnt by asking, after events were missed: what is kept of it goes as well.
  useEffect(() => {
    const learnt = erasureOf(error);
    if (learnt !== null && noteErasure(id, learnt)) forgetErased(client, id);
  }, [client, id, error]);
  return (
    <Page title={t("crm.gone")} above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}>
      {erasure !== null ? (
        <EmptyState title={t("crm.erased.title")} action={<ButtonLink href={listAddress()}>{t("crm.contacts")}</ButtonLink>}>
          <ErasedBy erasure={erasure} />
          {t("crm.erased.text")}
        </EmptyState>
      ) : deletion === null ? (
        <EmptyState title={t("crm.goneTitle")} action={<ButtonLink href={listAddress()}>{t("crm.contacts")}</ButtonLink>}>
          {t("crm.goneText")}
        </EmptyState>
      ) : (
        <Deleted id={props.id} deletion={deletion} />
      )}
    </Page>
  );
}

/** Nothing, where this page was told by others only that it happened. */
function ErasedBy({ erasure }: { erasure: Partial<Erasure> }) {
  const { t } = useText();
  if (erasure.erasedAt === undefined) return null;
  return (
    <>
      {t("crm.erased.by", { actor: erasure.erasedBy?.name ?? t("crm.somebody") })} <When at={erasure.erasedAt} />
      <br />
    </>
  );
}

function Deleted(props: { id: string; deletion: Deletion }) {
  const { t } = useText();
  const [, go] = useLocation();
  const manager = useAccount().role === "manager";
  const restore = useRestore();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const undoUntil = props.deletion.undoUntil ?? null;
  const back = async () => {
    setProblem(null);
    setBusy(true);
    try {
      await restore(props.id);
      go(`/contacts/${props.id}`, { replace: true });
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
      <EmptyState
        title={t("crm.deletedTitle")}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {undoUntil === null ? (
              <ButtonLink href={listAddress()}>{t("crm.contacts")}</ButtonLink>
            ) : (
              <Button kind="primary" icon="undo" busy={busy} onClick={() => void back()}>
                {t("crm.restore")}
              </Button>
            )}
            {manager && (
              <ButtonLink kind="destructive" href={`/contacts/${props.id}/erase`}>
                {t("crm.erase.ask")}
              </ButtonLink>
            )}
          </div>
        }
      >
        <DeletedBy deletion={props.deletion} />
        <br />
        {undoUntil === null ? t("crm.restoreOver") : <RestoreUntil at={undoUntil} />}
      </EmptyState>
    </>
  );
}

/** "王芳 deleted this contact: Today 09:12." */
export function DeletedBy({ deletion }: { deletion: Deletion }) {
  const { t } = useText();
  return (
    <>
      {t("crm.deletedBy", { actor: deletion.deletedBy?.name ?? t("crm.somebody") })} <When at={deletion.deletedAt} />
    </>
  );
}

export function RestoreUntil(props: { at: string }) {
  const { t } = useText();
  return (
    <>
      {t("crm.restoreUntil")}<When within at={props.at} />
    </>
  );
}
