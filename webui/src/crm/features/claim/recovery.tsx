// The recovery key: shown, carried to paper, then typed back from there, so that it is known to be
// right before anything depends on it.
import { useState } from "react";
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { CodeField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Facts, Sheet } from "../../../ui/page";
import { Groups } from "../../groups";

interface Props {
  organisation: string;
  recoveryKey: string;
  onLost: (problem: Problem) => void;
  onDone: () => void;
}

export function RecoveryStep(props: Props) {
  const { t } = useText();
  const [shown, setShown] = useState(true);
  if (shown) {
    return (
      <div className="grid max-w-xl gap-6">
        <Sheet title={t("crm.recoveryKey")} footer={t("crm.claim.shownOnce")}>
          <div className="grid gap-4">
            <Groups large text={props.recoveryKey} />
            <Facts items={[{ label: t("crm.claim.organisation"), value: props.organisation }]} />
            <p className="text-body text-ink-2">{t("crm.claim.keep")}</p>
          </div>
        </Sheet>
        <div className="screen-only">
          <Actions>
            <Button size="large" icon="print" onClick={() => window.print()}>
              {t("crm.claim.print")}
            </Button>
            <Button size="large" kind="primary" onClick={() => setShown(false)}>
              {t("crm.claim.onPaper")}
            </Button>
          </Actions>
        </div>
      </div>
    );
  }
  return <TypeBack {...props} onShow={() => setShown(true)} />;
}

function TypeBack(props: Props & { onShow: () => void }) {
  const { t } = useText();
  const form = useForm({
    initial: { recoveryKey: "" },
    check: (values) => ({ recoveryKey: values.recoveryKey.trim() === "" ? t("crm.claim.typeEmpty") : undefined }),
    submit: async (values, sender) => {
      try {
        await post("/claim/recovery", values, sender.idempotencyKey);
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
      props.onDone();
    },
  });
  return (
    <Form form={form} label={t("crm.step.recovery")} className="grid max-w-xl gap-5">
      <CodeField label={t("crm.claim.type")} hint={t("crm.claim.typeHint")} field={form.field("recoveryKey")} maxLength={200} autoFocus />
      <Actions>
        <Button size="large" onClick={props.onShow}>
          {t("crm.claim.showAgain")}
        </Button>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("ui.continue")}
        </Button>
      </Actions>
    </Form>
  );
}
