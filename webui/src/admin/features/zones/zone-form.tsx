// A zone, new or known: what it is called, its VLAN, its addresses, whether its devices reach each other. Staged here,
// judged by the box at once, in force only after the review and the trial.
import { type ReactNode, useState } from "react";
import { useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Checkbox, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { useOwnName, useZoneName, ZoneLabels } from "../../zone";
import { type Document, labelsShown, meets, portsOf, withZone } from "./document";
import { type Draft, useDraft, useStage } from "./draft";
import { RemoveZone } from "./remove-zone";
import { dhcpOf, freeAddress, freeVlan, zoneName } from "./suggest";
import { isStale, placeOf, valuesOf, type ZoneValues, zoneOf } from "./zone-values";

const BACK = "/zones";

export function ZoneNewPage() {
  const { t } = useText();
  const { query } = useTrial();
  return (
    <Page narrow title={t("admin.zoneNew")} lead={t("admin.zoneNewLead")} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>{(known) => <New known={known} />}</Loaded>
    </Page>
  );
}

function New({ known }: { known: Known }) {
  const draft = useDraft(known);
  const [initial] = useState((): ZoneValues => {
    const vlan = freeVlan(draft.document);
    const address = freeAddress(draft.document, vlan);
    const dhcp = dhcpOf(address);
    return { label: "", vlan: String(vlan), address, dhcp: true, from: dhcp?.from ?? "", to: dhcp?.to ?? "", ipv6: true, isolated: false };
  });
  return (
    <Labelled known={known}>
      <ZoneForm draft={draft} name={null} initial={initial} ofItself="" />
    </Labelled>
  );
}

export function ZonePage() {
  const name = useAddressPart("name");
  const { query } = useTrial();
  return (
    <Loaded query={query}>
      {(known) => (
        <Labelled known={known}>
          <Titled name={name}>
            <Found known={known} name={name} />
          </Titled>
        </Labelled>
      )}
    </Loaded>
  );
}

function Labelled(props: { known: Known; children: ReactNode }) {
  const { now, document } = useDraft(props.known);
  return <ZoneLabels labels={labelsShown(now, document)}>{props.children}</ZoneLabels>;
}

function Titled(props: { name: string; children: ReactNode }) {
  const { t } = useText();
  const name = useZoneName();
  return (
    <Page narrow title={t("admin.zoneTitle", { zone: name(props.name) })} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      {props.children}
    </Page>
  );
}

function Found({ known, name }: { known: Known; name: string }) {
  const { t } = useText();
  const ofItself = useOwnName()(name);
  const draft = useDraft(known);
  const zone = draft.document.zones[name];
  if (zone === undefined) {
    return (
      <Sheet>
        <EmptyState title={t("admin.zoneGone")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
          {t("admin.zoneGoneText")}
        </EmptyState>
      </Sheet>
    );
  }
  const values = valuesOf(zone);
  return <ZoneForm draft={draft} name={name} initial={{ ...values, label: values.label || ofItself }} ofItself={ofItself} />;
}

/** `ofItself`: what the zone is called when nothing else is said, in this language. */
function ZoneForm({ draft, name, initial, ofItself }: { draft: Draft; name: string | null; initial: ZoneValues; ofItself: string }) {
  const { t } = useText();
  const called = useZoneName();
  const leave = useLeave();
  const stage = useStage(draft);
  const { document } = draft;
  const isCrm = name === document.crm.zone;
  const form = useForm<ZoneValues>({
    initial,
    check: (values) => {
      // The box tells the second of two that meet, in its own order: that may be the other one.
      const others = Object.entries(document.zones).filter(([other]) => other !== name);
      const sameVlan = others.find(([, zone]) => String(zone.vlan) === values.vlan.trim());
      const overlapping = others.find(([, zone]) => zone.ipv4 !== undefined && meets(zone.ipv4.address, values.address.trim()));
      return {
        label: values.label.trim() === "" ? t("admin.zoneNameEmpty") : undefined,
        vlan: sameVlan && t("admin.vlanTaken", { zone: called(sameVlan[0]) }),
        address: overlapping && t("admin.subnetTaken", { zone: called(overlapping[0]), subnet: overlapping[1].ipv4?.address ?? "" }),
      };
    },
    submit: async (values) => {
      const key = name ?? zoneName(document, values.label, Number(values.vlan));
      await stage(withZone(document, key, zoneOf(document.zones[key], { ...values, label: values.label.trim() === ofItself ? "" : values.label })), (pointer) => placeOf(key, pointer));
      leave(`${BACK}/zone/${encodeURIComponent(key)}`, BACK);
    },
  });
  const { values } = form;
  const address = form.field("address");
  return (
    <>
      <Sheet>
        <Form form={form} label={t(name === null ? "admin.zoneNew" : "admin.edit")}>
          <TextField
            label={t("admin.zoneLabel")}
            hint={t("admin.zoneLabelHint")}
            field={form.field("label")}
            autoComplete="off"
          />
          <TextField label={t("admin.zoneVlan")} hint={t("admin.zoneVlanHint")} field={form.field("vlan")} inputMode="numeric" autoComplete="off" />
          <TextField
            label={t("admin.zoneAddress")}
            hint={t("admin.zoneAddressHint")}
            field={{
              ...address,
              onValue: (next) => {
                address.onValue(next);
                const range = dhcpOf(next);
                if (range === null || !isStale(next, values)) return;
                form.set("from", range.from);
                form.set("to", range.to);
              },
            }}
            optional
            spellCheck={false}
            autoComplete="off"
          />
          {values.address.trim() !== "" && (
            <div className="grid gap-3">
              <Checkbox label={t("admin.zoneDhcp")} hint={t("admin.zoneDhcpHint")} checked={values.dhcp} onChecked={(dhcp) => form.set("dhcp", dhcp)} />
              {values.dhcp && (
                <div className="grid gap-3 sm:grid-cols-2">
                  <TextField label={t("admin.zoneDhcpFrom")} field={form.field("from")} spellCheck={false} autoComplete="off" />
                  <TextField label={t("admin.zoneDhcpTo")} field={form.field("to")} spellCheck={false} autoComplete="off" />
                </div>
              )}
            </div>
          )}
          <div className="grid gap-1">
            <Checkbox label={t("admin.zoneIpv6")} hint={t("admin.zoneIpv6Hint")} checked={values.ipv6} onChecked={(ipv6) => form.set("ipv6", ipv6)} />
            {!isCrm && <Checkbox label={t("admin.zoneIsolated")} hint={t("admin.zoneIsolatedHint")} checked={values.isolated} onChecked={(isolated) => form.set("isolated", isolated)} />}
          </div>
          {name !== null && moves(draft.now, name, values) && <Note state="needs-you">{t("admin.zoneMoves")}</Note>}
          {(name === null || (!isCrm && portsOf(document, name).length === 0)) && <p className="text-row text-ink-2">{t("admin.zoneNoPort")}</p>}
          <Actions>
            <Button kind="primary" type="submit" busy={form.busy}>
              {t("admin.prepare")}
            </Button>
            <ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>
          </Actions>
        </Form>
      </Sheet>
      {name !== null && !isCrm && <RemoveZone draft={draft} name={name} />}
    </>
  );
}

/** Devices have to learn their addresses anew. */
function moves(now: Document, name: string, values: ZoneValues): boolean {
  const before = now.zones[name]?.ipv4?.address;
  return before !== undefined && before !== values.address.trim();
}
