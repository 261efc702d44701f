// A contact that is not there: deleted, by whom and when, with the way back for as long as there is one; or never was.
import { useState } from "react";
import { useLocation } from "wouter";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { Page } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { Deletion } from "../../api";
import { listAddress } from "./place";
import { deletionOf, useRestore } from "./restore";

export function GonePage(props: { id: string; error: unknown }) {
  const { t } = useText();
  const deletion = deletionOf(props.error);
  return (
    <Page title={t("crm.gone")} above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}>
      {deletion === null ? (
        <EmptyState title={t("crm.goneTitle")} action={<ButtonLink href={listAddress()}>{t("crm.contacts")}</ButtonLink>}>
          {t("crm.goneText")}
        </EmptyState>
      ) : (
        <Deleted id={props.id} deletion={deletion} />
      )}
    </Page>
  );
}

function Deleted(props: { id: string; deletion: Deletion }) {
  const { t } = useText();
  const [, go] = useLocation();
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
          undoUntil === null ? (
            <ButtonLink href={listAddress()}>{t("crm.contacts")}</ButtonLink>
          ) : (
            <Button kind="primary" icon="undo" busy={busy} onClick={() => void back()}>
              {t("crm.restore")}
            </Button>
          )
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
      {t("crm.restoreUntil")} <When within at={props.at} />
    </>
  );
}
