// One target of copies: a new one, or one that is changed. The password is typed, shown on its sheet alone, and never taken
// along to another place.
import { useState } from "react";
import { useLocation } from "wouter";
import { call } from "../api/client";
import { useText } from "../i18n";
import { useAddressPart } from "../ui/address-part";
import { EmptyState, Loaded } from "../ui/async";
import { Note } from "../ui/badge";
import { Button, ButtonLink, TextLink } from "../ui/button";
import { Checkbox, SelectField, TextField } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { useToast } from "../ui/overlay";
import { Actions, Page, Sheet } from "../ui/page";
import type { CopyTarget } from "./api";
import { limits, rateText, sentLimit, toldOfLimit, typedLimit } from "./limit";
import { isByKey, isElsewhere, kindOf, sentPlace, toldOfPlace, typedPlace } from "./place";
import { PlaceFields } from "./place-fields";
import { COPIES, useCopyTargets, useCopyTargetsAnew } from "./targets";

/** Days: as long as every day's copy stays, and some more. */
const USUAL_LOCK = 30;

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
  const title = t(found?.before ? "copies.edit" : "copies.add");
  return (
    <Page narrow title={title} lead={t("copies.formLead")} above={<TextLink href={COPIES}>{t("copies.title")}</TextLink>}>
      <Loaded query={query}>
        {() => (
          <Sheet>
            {found?.before === undefined ? (
              <EmptyState title={t("copies.gone")} action={<ButtonLink href={COPIES}>{t("ui.back")}</ButtonLink>}>
                {t("copies.goneText")}
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
    initial: { name: before?.name ?? "", ...typedPlace(before), ...typedLimit(before), locks: (before?.lockDays ?? null) !== null, lockDays: String(before?.lockDays ?? USUAL_LOCK) },
    check: ({ kind, locks, lockDays }) => ({ lockDays: kind === "s3" && locks && !/^\d{1,4}$/.test(lockDays.trim()) ? t("copies.lockNumber") : undefined }),
    told: (problem) => ({ ...toldOfPlace(problem), ...toldOfLimit(problem) }),
    submit: async ({ name, locks, lockDays, limit, hours, from, to, ...typed }) => {
      // What was typed as a password before the box's key was chosen is none.
      const place = isByKey(typed) ? { ...typed, password: "" } : typed;
      const body = { name, ...sentPlace(place), ...sentLimit({ limit, hours, from, to }), ...(place.kind === "s3" && locks ? { lockDays: Number(lockDays) } : {}) };
      const { data } =
        before === null
          ? await call<CopyTarget>("POST", COPIES, { body })
          : await call<CopyTarget>("PUT", `${COPIES}/${before.id}`, { body, ifMatch: `"${before.version}"` });
      await anew();
      toast(t("copies.saved", { name: data.name }));
      // A key that its server does not know yet is shown first, with the target.
      go(data.sheet === null && (data.publicKey === null || data.publicKey === before?.publicKey) ? `${COPIES}/${data.id}/sheet` : COPIES);
    },
  });
  const { kind, signIn, locks } = form.values;
  const moves = before !== null && before.sheet !== null && isElsewhere(form.values, before);
  const isBucket = kind === "s3";
  return (
    <Form form={form} label={props.title}>
      <TextField label={t("copies.name")} hint={t("copies.nameHint")} field={form.field("name")} autoComplete="off" />
      <PlaceFields kind={kind} field={form.field} kept={before !== null && kindOf(before) === kind && !isByKey(typedPlace(before))} signIn={signIn} ofSheet={false} />
      {isBucket && (
        <div>
          <Checkbox label={t("copies.locks")} hint={t("copies.locksHint")} checked={locks} onChecked={(on) => form.set("locks", on)} />
          {locks && (
            <div className="mt-2 max-w-40 pl-7">
              <TextField label={t("copies.lockDays")} field={form.field("lockDays")} inputMode="numeric" autoComplete="off" />
            </div>
          )}
        </div>
      )}
      <div>
        <SelectField label={t("copies.limit")} hint={t("copies.limitHint")} field={form.field("limit")} options={limits(form.values.limit).map((one) => ({ value: one, label: one === "" ? t("copies.noLimit") : t("copies.limitOf", { rate: rateText(one) }) }))} />
        {form.values.limit !== "" && (
          <div className="mt-2">
            <Checkbox label={t("copies.hours")} hint={t("copies.hoursHint")} checked={form.values.hours} onChecked={(on) => form.set("hours", on)} />
            {form.values.hours && (
              <div className="mt-2 grid max-w-80 grid-cols-2 gap-4 pl-7">
                <TextField label={t("copies.hoursFrom")} field={form.field("from")} type="time" />
                <TextField label={t("copies.hoursTo")} field={form.field("to")} type="time" />
              </div>
            )}
          </div>
        )}
      </div>
      {moves && <Note state="needs-you">{t("copies.voids")}</Note>}
      <Note>{t("copies.egress")}</Note>
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("ui.save")}
        </Button>
        <ButtonLink href={COPIES}>{t("ui.back")}</ButtonLink>
      </Actions>
    </Form>
  );
}
