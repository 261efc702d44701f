// Whose CRM it is, and what opens it after every start of the box.
import { useEffect, useState } from "react";
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { PasswordField, TextField } from "../../../ui/field";
import { Form, ProblemNote, useForm } from "../../../ui/form";
import type { Proposal, RecoveryKey } from "../../api";
import { Groups } from "../../../ui/groups";
import { keepClaim } from "./drafts";

export interface Vault {
  organisation: string;
  passphrase: string;
}

interface Props {
  typed: Vault;
  /** Goes back to the recovery key that there is, when another one is to be made. */
  onBack: (() => void) | null;
  onTyped: (vault: Vault) => void;
  /** A copy is to be restored instead. */
  onRestore: () => void;
  onLost: (problem: Problem) => void;
  onDone: (made: RecoveryKey) => void;
}

export function VaultStep(props: Props) {
  const { t } = useText();
  const [proposal, setProposal] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<Problem | null>(null);
  const form = useForm({
    initial: { ...props.typed, again: "" },
    check: (values) => ({
      organisation: values.organisation.trim() === "" ? t("crm.claim.organisationEmpty") : undefined,
      passphrase: values.passphrase === "" ? t("crm.claim.passphraseEmpty") : undefined,
      again: values.again === values.passphrase ? undefined : t("crm.claim.againWrong"),
    }),
    submit: async ({ organisation, passphrase }, sender) => {
      try {
        const made = await post<RecoveryKey>("/claim/vault", { organisation, passphrase }, sender.idempotencyKey);
        // The passphrase is not needed any more.
        props.onTyped({ organisation, passphrase: "" });
        props.onDone(made);
      } catch (error) {
        if (isProblem(error)) {
          props.onTyped({ organisation, passphrase });
          props.onLost(error);
        }
        throw error;
      }
    },
  });
  const { organisation } = form.values;
  useEffect(() => keepClaim({ organisation }), [organisation]);
  const propose = async () => {
    setFailed(null);
    setAsking(true);
    try {
      setProposal((await post<Proposal>("/claim/passphrase-proposal")).passphrase);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setFailed(error);
      props.onLost(error);
    } finally {
      setAsking(false);
    }
  };
  return (
    <Form form={form} label={t("crm.step.vault")} className="grid max-w-md gap-5">
      {props.onBack && (
        <Note state="needs-you" role="status">
          {t("crm.claim.anew")}
        </Note>
      )}
      <TextField label={t("crm.claim.organisation")} hint={t("crm.claim.organisationHint")} field={form.field("organisation")} autoComplete="organization" autoFocus maxLength={200} />
      <div className="grid justify-items-start gap-3 rounded-control border border-line bg-sheet px-4 py-3">
        <p className="text-body text-ink-2">{t("crm.claim.proposal")}</p>
        {proposal !== null && (
          <div role="status" className="min-w-0">
            <Groups text={proposal} />
          </div>
        )}
        {failed && <ProblemNote problem={failed} />}
        <Button icon={proposal === null ? "key" : "refresh"} busy={asking} onClick={() => void propose()}>
          {t(proposal === null ? "crm.claim.propose" : "crm.claim.proposeAnother")}
        </Button>
      </div>
      <PasswordField label={t("crm.passphrase")} hint={t("crm.claim.passphraseHint")} field={form.field("passphrase")} autoComplete="off" />
      <PasswordField label={t("crm.claim.again")} hint={t("crm.claim.againHint")} field={form.field("again")} autoComplete="off" />
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("crm.claim.make")}
      </Button>
      {props.onBack && (
        <Button kind="quiet" size="large" onClick={props.onBack}>
          {t("ui.back")}
        </Button>
      )}
      <div className="border-t border-line pt-4">
        <Button kind="quiet" icon="undo" onClick={props.onRestore}>
          {t("copies.restore.instead")}
        </Button>
      </div>
    </Form>
  );
}
