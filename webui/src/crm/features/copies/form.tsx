// One target of copies: a new one, or one that is changed. The password is typed, shown on its sheet alone, and never taken
// along to another place.
import { useState } from "react";
import { useLocation } from "wouter";
import { call } from "../../../api/client";
import { useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { AreaField, PasswordField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { CopyTarget } from "../../api";
import { COPIES, useCopyTargets, useCopyTargetsAnew } from "./targets";

export function NewCopyTargetPage() {
  return <FormPage find={() => null} />;
}

export function EditCopyTargetPage() {
  const id = useAddressPart("id");
  return <FormPage find={(all) => all.find((one) => one.id === id)} />;
}

function FormPage(props: { find: (all: CopyTarget[]) => CopyTarget | null | undefined }) {
  const { t } = useText();
  const query = useCopyTargets();
  // What is typed is not taken away by what the box says meanwhile.
  const [start, setStart] = useState<{ before: CopyTarget | null | undefined } | null>(null);
  const found = start ?? (query.data && { before: props.find(query.data.items) });
  if (start === null && found) setStart(found);
  const title = t(found?.before ? "crm.copies.edit" : "crm.copies.add");
  return (
    <Page narrow title={title} lead={t("crm.copies.formLead")} above={<TextLink href={COPIES}>{t("crm.copies")}</TextLink>}>
      <Loaded query={query}>
        {() => (
          <Sheet>
            {found?.before === undefined ? (
              <EmptyState title={t("crm.copies.gone")} action={<ButtonLink href={COPIES}>{t("ui.back")}</ButtonLink>}>
                {t("crm.copies.goneText")}
              </EmptyState>
            ) : (
              <TargetForm title={title} before={found.before} />
            )}
          </Sheet>
        )}
      </Loaded>
    </Page>
  );
}

function TargetForm(props: { title: string; before: CopyTarget | null }) {
  const { t } = useText();
  const { before } = props;
  const [, go] = useLocation();
  const toast = useToast();
  const anew = useCopyTargetsAnew();
  const form = useForm({
    initial: {
      name: before?.name ?? "",
      address: before?.address ?? "",
      user: before?.user ?? "",
      password: "",
      authority: before?.authority ?? "",
    },
    submit: async ({ password, authority, ...values }) => {
      const body = { ...values, ...(password === "" ? {} : { password }), ...(authority.trim() === "" ? {} : { authority }) };
      const { data } =
        before === null
          ? await call<CopyTarget>("POST", COPIES, { body })
          : await call<CopyTarget>("PUT", `${COPIES}/${before.id}`, { body, ifMatch: `"${before.version}"` });
      await anew();
      toast(t("crm.copies.saved", { name: data.name }));
      go(data.sheet === null ? `${COPIES}/${data.id}/sheet` : COPIES);
    },
  });
  const code = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;
  const moves = before !== null && before.sheet !== null && (form.values.address !== before.address || form.values.user !== before.user || form.values.password !== "" || form.values.authority !== (before.authority ?? ""));
  return (
    <Form form={form} label={props.title}>
      <TextField label={t("crm.copies.name")} hint={t("crm.copies.nameHint")} field={form.field("name")} autoComplete="off" />
      <TextField label={t("crm.copies.address")} hint={t("crm.copies.addressHint")} field={form.field("address")} inputMode="url" {...code} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t("crm.copies.user")} field={form.field("user")} {...code} />
        <PasswordField label={t("crm.copies.password")} hint={before === null ? undefined : t("crm.copies.passwordKept")} field={form.field("password")} optional={before !== null} autoComplete="off" />
      </div>
      <AreaField label={t("crm.copies.authority")} hint={t("crm.copies.authorityHint")} field={form.field("authority")} rows={3} optional {...code} />
      {moves && <Note state="needs-you">{t("crm.copies.voids")}</Note>}
      <Note>{t("crm.copies.egress")}</Note>
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("ui.save")}
        </Button>
        <ButtonLink href={COPIES}>{t("ui.back")}</ButtonLink>
      </Actions>
    </Form>
  );
}
