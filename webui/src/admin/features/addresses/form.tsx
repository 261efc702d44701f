// One device with a fixed address: a new one, or one that is changed. The box judges it; what it refuses is said at the
// field. What is typed is reviewed with whatever else is staged.
import { useSearchParams } from "wouter";
import { useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { SettingsDocument } from "../../api";
import { membersOf, refusal, useJudged } from "../../review/judged";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import { useZoneName } from "../../zone";
import { editAddress, FIXED, REVIEW, useEdits } from "./frame";
import { edited, type Fixed, macOf, pointerTo, rowsOf, withEdits, zonesOf } from "./reservations";

export function NewPage() {
  const { t } = useText();
  const [asked] = useSearchParams();
  const [zone, mac, address] = [asked.get("zone"), asked.get("mac"), asked.get("address")];
  const known = zone === null || mac === null ? undefined : { zone, mac, address: address ?? "", name: "" };
  // Whoever comes from a device may find that it has a fixed address already.
  return <FormPage title={t("admin.dhcp.add")} known={known} find={(all) => all.find((one) => one.zone === zone && one.mac === mac) ?? null} />;
}

export function EditPage() {
  const { t } = useText();
  const [zone, mac] = [useAddressPart("zone"), useAddressPart("mac")];
  return <FormPage title={t("admin.dhcp.edit")} find={(all) => all.find((one) => one.zone === zone && one.mac === mac)} />;
}

/** `find`: null for a new one; undefined when there is none (any more). */
function FormPage(props: { title: string; known?: Fixed; find: (all: Fixed[]) => Fixed | null | undefined }) {
  const { t } = useText();
  const { query } = useTrial();
  const { edits } = useEdits();
  return (
    <Page narrow title={props.title} lead={t("admin.dhcp.formLead")} above={<TextLink href={FIXED}>{t("admin.dhcp.fixed")}</TextLink>}>
      <Loaded query={query}>
        {(settings) => {
          const found = props.find(rowsOf(settings.document, edits).filter((row) => row.state !== "gone"));
          return (
            <Sheet>
              {found === undefined ? (
                <EmptyState title={t("admin.dhcp.gone")} action={<ButtonLink href={FIXED}>{t("ui.back")}</ButtonLink>}>
                  {t("admin.dhcp.goneText")}
                </EmptyState>
              ) : (
                <DeviceForm title={props.title} document={settings.document} etag={settings.etag} device={found} known={props.known} />
              )}
            </Sheet>
          );
        }}
      </Loaded>
    </Page>
  );
}

function DeviceForm(props: { title: string; document: SettingsDocument; etag: string | null; device: Fixed | null; known?: Fixed }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const judge = useJudged(props.etag);
  const leave = useLeave();
  const { edits, keep } = useEdits();
  const zones = zonesOf(props.document);
  const before = props.device;
  const form = useForm({
    initial: before ?? props.known ?? { zone: zones[0]?.name ?? "", mac: "", address: "", name: "" },
    check: (values) => ({
      mac: values.mac.trim() === "" ? t("admin.dhcp.macEmpty") : undefined,
      address: values.address.trim() === "" ? t("admin.dhcp.addressEmpty") : undefined,
    }),
    submit: async (values) => {
      const mac = macOf(values.mac);
      const to = { address: values.address.trim(), name: values.name.trim().toLowerCase() };
      let next = edits;
      if (before === null) {
        // It would silently replace what is said of this device.
        const taken = rowsOf(props.document, edits).find((one) => one.zone === values.zone && one.mac === mac && one.state !== "gone");
        if (taken !== undefined) throw refusal("/mac", t("admin.dhcp.macTaken", { address: taken.address }));
      } else if (before.zone !== values.zone || before.mac !== mac) {
        next = edited(next, { zone: before.zone, mac: before.mac, to: null });
      }
      next = edited(next, { zone: values.zone, mac, to });
      const document = withEdits(props.document, next);
      await judge(document, membersOf(pointerTo(document, values.zone, mac)));
      keep(next);
      leave(editAddress(values.zone, mac), REVIEW);
    },
  });
  const router = zones.find((one) => one.name === form.values.zone)?.address ?? "";
  return (
    <Form form={form} label={props.title}>
      <SelectField label={t("admin.dhcp.zone")} field={form.field("zone")} options={zones.map((one) => ({ value: one.name, label: zoneName(one.name) }))} />
      <TextField label={t("admin.dhcp.mac")} hint={t("admin.dhcp.macHint")} field={form.field("mac")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
      <TextField label={t("admin.dhcp.address")} hint={t("admin.dhcp.addressHint", { router })} field={form.field("address")} autoComplete="off" inputMode="decimal" />
      <TextField label={t("admin.dhcp.name")} hint={t("admin.dhcp.nameHint")} field={form.field("name")} optional autoComplete="off" autoCapitalize="none" spellCheck={false} />
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("admin.reviewChange")}
        </Button>
        <ButtonLink href={FIXED}>{t("ui.back")}</ButtonLink>
      </Actions>
    </Form>
  );
}
