// Inviting somebody: the link is shown once, to be handed over by whoever invites.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../../api/client";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { Secret } from "../../../ui/copy";
import { SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Facts } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { FreshInvitation } from "../../api";
import { INVITATIONS, useRoles } from "./roles";

export function InviteForm() {
  const { t } = useText();
  const client = useQueryClient();
  const roles = useRoles();
  const [made, setMade] = useState<(FreshInvitation & { name: string }) | null>(null);
  const form = useForm({
    initial: { name: "", role: "staff" },
    check: (values) => ({ name: values.name.trim() === "" ? t("crm.nameEmpty") : undefined }),
    submit: async (values, sender) => {
      const invitation = await post<FreshInvitation>("/invitations", values, sender.idempotencyKey);
      setMade({ ...invitation, name: values.name });
      form.reset({ name: "", role: "staff" });
      await client.invalidateQueries({ queryKey: INVITATIONS });
    },
  });
  if (made !== null) {
    return (
      <div role="status" className="grid gap-4">
        <p className="text-body text-ink">{t("crm.handOver", { name: made.name })}</p>
        <Secret text={made.link} />
        <Facts
          items={[
            { label: t("crm.enrol.code"), value: <Secret text={made.code} /> },
            { label: t("crm.until"), value: <When at={made.expires} /> },
          ]}
        />
        <Actions>
          <Button onClick={() => setMade(null)}>{t("crm.inviteAnother")}</Button>
        </Actions>
      </div>
    );
  }
  return (
    <Form form={form} label={t("crm.invite")}>
      <TextField label={t("ui.name")} hint={t("crm.inviteNameHint")} field={form.field("name")} autoComplete="off" maxLength={200} />
      <SelectField label={t("crm.role")} hint={t("crm.roleHint")} field={form.field("role")} options={roles} />
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("crm.makeInvitation")}
        </Button>
      </Actions>
    </Form>
  );
}
