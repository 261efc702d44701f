// The recovery key: shown, carried to paper, then typed back from there, so that it is known to be
// right before anything depends on it. The box shows a key once: a page that was loaded again has it typed back, or
// another one made.
import { useState } from "react";
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { CodeField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Facts, Sheet } from "../../../ui/page";
import type { RecoveryKey } from "../../api";
import { Groups } from "../../../ui/groups";

interface Props {
  organisation: string;
  /** None when the page was loaded again since it was made. */
  made: RecoveryKey | null;
  onLost: (problem: Problem) => void;
  /** Another one is wanted. */
  onAnother: () => void;
  onDone: () => void;
}

export function RecoveryStep(props: Props) {
  const { t } = useText();
  const { made } = props;
  const [shown, setShown] = useState(true);
  if (shown && made !== null) {
    return (
      <div className="grid max-w-xl gap-6">
        {made.replaces && (
          <div className="screen-only">
            <Note state="needs-you" role="status">
              {t("crm.claim.replaces")}
            </Note>
          </div>
        )}
        <Sheet title={t("crm.recoveryKey")} footer={t("crm.claim.shownOnce")}>
          <div className="grid gap-4">
            <Groups large text={made.recoveryKey} />
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
  return <TypeBack {...props} onShow={made && (() => setShown(true))} />;
}

function TypeBack(props: Props & { onShow: (() => void) | null }) {
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
      {props.onShow === null && <Note role="status">{t("crm.claim.notShownAgain")}</Note>}
      <CodeField label={t("crm.claim.type")} hint={t("crm.claim.typeHint")} field={form.field("recoveryKey")} maxLength={200} autoFocus />
      <Actions>
        {props.onShow && (
          <Button size="large" onClick={props.onShow}>
            {t("crm.claim.showAgain")}
          </Button>
        )}
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("ui.continue")}
        </Button>
      </Actions>
      <div>
        <Button kind="quiet" size="large" onClick={props.onAnother}>
          {t("crm.claim.another")}
        </Button>
      </div>
    </Form>
  );
}
