// One published service: which ports, which device answers, who may come and until when. Staged here, judged by the
// box at once, in force only after the review and the trial.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "wouter";
import { read } from "../../../api/client";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { AreaField, Checkbox, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { Leases } from "../../api";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { useZoneName, ZoneLabels } from "../../zone";
import { fixedOf } from "../addresses/reservations";
import { useAddressesFault } from "../rules/fault-words";
import { addressesOf } from "../rules/lists";
import { type Document, labelsOf } from "../zones/document";
import { type Draft, useDraft, useStage } from "../zones/draft";
import { freeNumber, publishedOf, withPublication, zoneWith } from "./document";
import { nowhereOf } from "./internet";
import { PUBLISH, REVIEW } from "./page";
import { placeOf, publicationOf, type Values, valuesOf, wrongPort } from "./values";

/** Addresses that a note names. */
const NAMED = 3;
/** Devices that are offered; others are typed. */
const OFFERED = 200;

export function PublishNewPage() {
  return <FormPage id={null} />;
}

export function PublishEditPage() {
  const { id = "" } = useParams<{ id: string }>();
  return <FormPage key={id} id={Number(id)} />;
}

function FormPage({ id }: { id: number | null }) {
  const { t } = useText();
  const { query } = useTrial();
  return (
    <Page narrow title={t(id === null ? "admin.publish.new" : "admin.publish.edit")} lead={t("admin.publish.formLead")} above={<TextLink href={PUBLISH}>{t("admin.publish")}</TextLink>}>
      <Loaded query={query}>
        {(known) => (
          <ZoneLabels labels={labelsOf(known.document)}>
            <Found known={known} id={id} />
          </ZoneLabels>
        )}
      </Loaded>
    </Page>
  );
}

function Found({ known, id }: { known: Known; id: number | null }) {
  const { t } = useText();
  const draft = useDraft(known);
  const [fresh] = useState(() => freeNumber([draft.now, draft.document]));
  const one = publishedOf(draft.document).find((other) => other.id === id);
  if (id !== null && one === undefined) {
    return (
      <Sheet>
        <EmptyState title={t("admin.publish.gone")} action={<ButtonLink href={PUBLISH}>{t("ui.back")}</ButtonLink>}>
          {t("admin.publish.goneText")}
        </EmptyState>
      </Sheet>
    );
  }
  const zone = zonesOf(draft.document)[0] ?? "";
  const blank: Values = { label: "", enabled: true, ports: "", zone, address: "", port: "", ipv6: "", who: "all", addresses: "", groups: [], until: "", comment: "" };
  return <ServiceForm draft={draft} id={id ?? fresh} isNew={id === null} initial={one === undefined ? blank : valuesOf(one)} />;
}

/** Zones whose devices can be published: those with IPv4, the CRM's aside. */
function zonesOf(document: Document): string[] {
  return Object.entries(document.zones).flatMap(([name, zone]) => (zone.ipv4 === undefined || name === document.crm.zone ? [] : [name]));
}

/** As a field for a day writes it, where the box stands. */
function today(timeZone: unknown): string {
  return new Intl.DateTimeFormat("sv-SE", typeof timeZone === "string" ? { timeZone } : {}).format(new Date());
}

function ServiceForm({ draft, id, isNew, initial }: { draft: Draft; id: number; isNew: boolean; initial: Values }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const leave = useLeave();
  const stage = useStage(draft);
  const { document } = draft;
  const faultOf = useAddressesFault();
  const form = useForm<Values>({
    initial,
    early: (values) => {
      const wrong = wrongPort(values.ports);
      return {
        ports: wrong === null ? undefined : t("admin.publish.portsWrong", { text: wrong }),
        addresses: (values.who === "some" && faultOf(values.addresses, false)) || undefined,
      };
    },
    check: (values) => ({
      label: values.label.trim() === "" ? t("admin.publish.labelEmpty") : undefined,
      ports: values.ports.trim() === "" ? t("admin.publish.portsEmpty") : undefined,
      address: values.address.trim() === "" ? t("admin.publish.addressEmpty") : undefined,
      until: values.until !== "" && values.until !== initial.until && values.until < today(document.time_zone) ? t("admin.publish.untilPast") : undefined,
      addresses: values.who === "some" && values.addresses.trim() === "" && values.groups.length === 0 ? t("admin.publish.addressesEmpty") : undefined,
    }),
    submit: async (values) => {
      const next = withPublication(document, publicationOf(id, values));
      const index = publishedOf(next).findIndex((one) => one.id === id);
      await stage(next, (pointer) => placeOf(index, pointer));
      leave(`${PUBLISH}/${id}`, REVIEW);
    },
  });
  const { values } = form;
  const address = form.field("address");
  const nowhere = nowhereOf(document, addressesOf(values.addresses)).slice(0, NAMED);
  const groups = Object.keys((document.groups as Record<string, unknown> | undefined) ?? {});
  const hasIpv6 = document.zones[values.zone]?.ipv6 === "automatic";
  return (
    <Sheet>
      <Form form={form} label={t(isNew ? "admin.publish.new" : "admin.publish.edit")}>
        <TextField label={t("admin.publish.label")} hint={t("admin.publish.labelHint")} field={form.field("label")} autoComplete="off" />
        <TextField label={t("admin.publish.ports")} hint={t("admin.publish.portsHint")} field={form.field("ports")} autoComplete="off" spellCheck={false} />
        <Devices
          document={document}
          address={values.address}
          onDevice={(device) => {
            form.set("address", device.address);
            form.set("zone", device.zone);
          }}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t("admin.publish.address")}
            hint={t("admin.publish.addressHint")}
            field={{
              ...address,
              onValue: (next) => {
                address.onValue(next);
                const zone = zoneWith(document, next.trim());
                if (zone !== null && zonesOf(document).includes(zone)) form.set("zone", zone);
              },
            }}
            inputMode="decimal"
            spellCheck={false}
            autoComplete="off"
          />
          <SelectField label={t("admin.publish.zone")} field={form.field("zone")} options={zonesOf(document).map((one) => ({ value: one, label: zoneName(one) }))} />
        </div>
        <TextField label={t("admin.publish.port")} hint={t("admin.publish.portHint")} field={form.field("port")} optional inputMode="numeric" autoComplete="off" />
        {(hasIpv6 || values.ipv6 !== "") && <TextField label={t("admin.publish.ipv6")} hint={t("admin.publish.ipv6Hint")} field={form.field("ipv6")} optional spellCheck={false} autoComplete="off" autoCapitalize="none" />}
        <Choices
          seen
          legend={t("admin.publish.who")}
          options={[
            { value: "all", label: t("admin.publish.everybody"), hint: t("admin.publish.everybodyHint") },
            { value: "some", label: t("admin.publish.some"), hint: t("admin.publish.someHint") },
          ]}
          picked={[values.who]}
          onPicked={([who]) => form.set("who", who === "some" ? "some" : "all")}
        />
        {values.who === "some" && (
          <>
            {groups.length > 0 && <Choices seen many legend={t("admin.publish.groups")} options={groups.map((one) => ({ value: one, label: one }))} picked={values.groups} onPicked={(next) => form.set("groups", next)} />}
            <AreaField label={t("admin.publish.addresses")} hint={t("admin.publish.addressesHint")} field={form.field("addresses")} rows={4} spellCheck={false} autoComplete="off" />
            {nowhere.length > 0 && <p className="text-row text-warn">{t("admin.publish.nowhere", { addresses: nowhere.join(t("ui.listGap")) })}</p>}
          </>
        )}
        <TextField type="date" label={t("admin.publish.until")} hint={t("admin.publish.untilHint")} field={form.field("until")} optional />
        {values.until !== "" && document.time_zone === undefined && (
          <p className="text-row text-ink-2">
            {t("admin.publish.noTimeZone")} <TextLink href="/rules/hours">{t("admin.publish.toTimeZone")}</TextLink>
          </p>
        )}
        <TextField label={t("admin.publish.note")} field={form.field("comment")} optional autoComplete="off" maxLength={200} />
        <Checkbox label={t("admin.publish.enabled")} checked={values.enabled} onChecked={(enabled) => form.set("enabled", enabled)} />
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.reviewChange")}
          </Button>
          <ButtonLink href={PUBLISH}>{t("ui.back")}</ButtonLink>
        </Actions>
      </Form>
    </Sheet>
  );
}

interface Device {
  zone: string;
  address: string;
  name: string;
  isFixed: boolean;
}

/** Devices with a fixed address first, then those that have one for now. */
function Devices(props: { document: Document; address: string; onDevice: (device: Device) => void }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const { document } = props;
  const lent = useQuery({ queryKey: ["leases", "published"], queryFn: ({ signal }) => read<Leases>("/leases?limit=200", signal), staleTime: 30_000 });
  const zones = zonesOf(document);
  const fixed = fixedOf(document).map((one): Device => ({ zone: one.zone, address: one.address, name: one.name, isFixed: true }));
  const others = (lent.data?.items ?? []).filter((one) => !fixed.some(({ address }) => address === one.address)).map((one): Device => ({ zone: one.zone, address: one.address, name: one.name ?? "", isFixed: false }));
  const devices = [...fixed, ...others].filter((one) => zones.includes(one.zone)).slice(0, OFFERED);
  if (devices.length === 0) return null;
  const picked = devices.find((one) => one.address === props.address.trim());
  const label = (one: Device) => t(one.name === "" ? "admin.publish.deviceUnnamed" : "admin.publish.deviceNamed", { name: one.name, address: one.address, zone: zoneName(one.zone) });
  return (
    <>
      <SelectField
        label={t("admin.publish.pick")}
        field={{
          name: "device",
          value: picked?.address ?? "",
          error: null,
          onValue: (address) => {
            const device = devices.find((one) => one.address === address);
            if (device !== undefined) props.onDevice(device);
          },
        }}
        options={[{ value: "", label: t("admin.publish.pickOther") }, ...devices.map((one) => ({ value: one.address, label: label(one) }))]}
      />
      {picked?.isFixed === false && (
        <p className="text-row text-warn">
          {t("admin.publish.notFixed")} <TextLink href="/addresses">{t("admin.publish.toFix")}</TextLink>
        </p>
      )}
    </>
  );
}
