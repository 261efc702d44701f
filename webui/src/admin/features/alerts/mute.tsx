// Not to hear of a kind of alerts for a while: of all, or of what one of them is about. It always ends.
import { useState } from "react";
import { post } from "../../../api/client";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Dialog, useToast } from "../../../ui/overlay";
import type { Alert } from "../../api";
import { useAskAnew } from "./told";

const DAYS = [1, 7, 30, 90];

export function Mute({ alert }: { alert: Alert }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="row" icon="bellOff" onClick={() => setOpen(true)} aria-label={t("admin.alerts.muteNamed", { title: alert.title })}>
        {t("admin.alerts.mute")}
      </Button>
      {open && <MuteDialog alert={alert} onClose={() => setOpen(false)} />}
    </>
  );
}

function MuteDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const { t } = useText();
  const toast = useToast();
  const askAnew = useAskAnew();
  const one = alert.subject !== "";
  const form = useForm({
    initial: { of: one ? "subject" : "kind", days: "7" },
    submit: async ({ of, days }) => {
      await post("/alerts/mutes", { kind: alert.kind, subject: of === "subject" ? alert.subject : undefined, days: Number(days) });
      onClose();
      toast(t("admin.alerts.muted", { name: alert.name }));
      await askAnew();
    },
  });
  const what = [...(one ? [{ value: "subject", label: t("admin.alerts.muteOne", { name: alert.name, about: alert.about }) }] : []), { value: "kind", label: t("admin.alerts.muteAll", { name: alert.name }) }];
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("admin.alerts.muteTitle")}
      buttons={
        <>
          <Button onClick={onClose}>{t("ui.back")}</Button>
          <Button kind="primary" busy={form.busy} onClick={() => form.send("mute")}>
            {t("admin.alerts.muteNow")}
          </Button>
        </>
      }
    >
      <p>{t("admin.alerts.muteText")}</p>
      <Form form={form} label={t("admin.alerts.muteTitle")} className="grid gap-3">
        <SelectField label={t("admin.alerts.muteWhat")} field={form.field("of")} options={what} />
        <SelectField label={t("admin.alerts.muteFor")} field={form.field("days")} options={DAYS.map((days) => ({ value: String(days), label: t("admin.alerts.days", { count: days }) }))} />
      </Form>
    </Dialog>
  );
}
