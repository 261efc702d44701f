// A port: the one zone that it carries untagged, several tagged, or the internet. Either a port of the settings, or a
// card that is none yet.
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Checkbox, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import { refusal } from "../../review/judged";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import { useZoneName, ZoneLabels } from "../../zone";
import { type Document, labelsShown, type Match, type Port, type Role, withoutPort, withPort } from "./document";
import { type Draft, useDraft, useStage } from "./draft";
import { useZones } from "./page";
import { idOf, matchOf } from "./ports";
import { portName } from "./suggest";

const BACK = "/zones";

interface PortValues {
  name: string;
  kind: "access" | "trunk" | "wan" | "unused";
  zone: string;
  trunk: string[];
}

/** A port of the settings. */
export function PortPage() {
  const { t } = useText();
  const name = useAddressPart("name");
  const { query } = useTrial();
  return (
    <Page narrow title={t("admin.port", { name })} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>
        {(known) => (
          <WithDraft known={known}>
            {(draft) => {
              const port = draft.document.ports[name];
              return port === undefined ? <Gone /> : <PortForm draft={draft} name={name} match={port.match} port={port} />;
            }}
          </WithDraft>
        )}
      </Loaded>
    </Page>
  );
}

/** A card that is to become a port. */
export function CardPage() {
  const { t } = useText();
  const id = useAddressPart("id");
  const { query } = useTrial();
  const zones = useZones();
  return (
    <Page narrow title={t("admin.cardTitle", { card: id })} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>
        {(known) => (
          <Loaded query={zones}>
            {({ cards }) => {
              const card = cards.find((one) => idOf(one) === id);
              return card === undefined ? <Gone /> : <WithDraft known={known}>{(draft) => <PortForm draft={draft} name={null} match={matchOf(card, false)} port={null} />}</WithDraft>;
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function WithDraft(props: { known: Parameters<typeof useDraft>[0]; children: (draft: Draft) => ReactNode }) {
  const draft = useDraft(props.known);
  return <ZoneLabels labels={labelsShown(draft.now, draft.document)}>{props.children(draft)}</ZoneLabels>;
}

function Gone() {
  const { t } = useText();
  return (
    <Sheet>
      <EmptyState title={t("admin.portGone")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
        {t("admin.portGoneText")}
      </EmptyState>
    </Sheet>
  );
}

function PortForm({ draft, name, match, port }: { draft: Draft; name: string | null; match: Match; port: Port | null }) {
  const { t } = useText();
  const zone = useZoneName();
  const [, go] = useLocation();
  const leave = useLeave();
  const stage = useStage(draft);
  const { document } = draft;
  const all = Object.keys(document.zones);
  const isCrmsOwn = crmsOwn(document, port);
  // Nothing but the CRM belongs into its zone: what is plugged in there reaches nothing. One that carries it already is shown as it is.
  const offered = all.filter((one) => one !== document.crm.zone || isCrmsOwn);
  const [initial] = useState(() => valuesOf(document, port));
  const form = useForm<PortValues>({
    initial,
    check: (values) => ({
      zone: values.kind === "access" && values.zone === "" ? t("admin.portZoneMissing") : undefined,
      trunk: values.kind === "trunk" && values.trunk.length === 0 ? t("admin.trunkEmpty") : undefined,
    }),
    submit: async (values) => {
      const key = name ?? values.name.trim();
      if (name === null && key in document.ports) throw refusal("/name", t("admin.portNameTaken"));
      const next = values.kind === "unused" ? withoutPort(document, key) : withPort(document, key, { ...port, match, role: roleOf(values, all) });
      await stage(next, (pointer) => placeOf(key, pointer));
      // A port that is used no more has no page.
      if (values.kind === "unused") go(BACK);
      else leave(`${BACK}/port/${encodeURIComponent(key)}`, BACK);
    },
  });
  const { values } = form;
  const trunk = form.field("trunk");
  const crmHint = values.zone === document.crm.zone ? t("admin.portCrm") : undefined;
  const kinds = (["access", "trunk", "wan", ...(name === null ? [] : (["unused"] as const))] as const).map((kind) => ({ value: kind, label: t(`admin.portKind.${kind}`) }));
  return (
    <Sheet>
      <Form form={form} label={t("admin.edit")}>
        {name === null && <TextField label={t("admin.portName")} hint={t("admin.portNameHint")} field={form.field("name")} spellCheck={false} autoCapitalize="none" autoComplete="off" />}
        <SelectField label={t("admin.portKind")} hint={t(`admin.portKindHint.${values.kind}`)} field={form.field("kind")} options={kinds} />
        {values.kind === "access" && <SelectField label={t("admin.portZone")} hint={crmHint} field={form.field("zone")} options={offered.map((one) => ({ value: one, label: zone(one) }))} />}
        {values.kind === "trunk" && (
          <fieldset className="min-w-0" aria-invalid={trunk.error !== null || undefined} tabIndex={-1}>
            <legend className="mb-1 text-row font-medium">{t("admin.portZones")}</legend>
            {offered.map((one) => (
              <Checkbox
                key={one}
                hint={one === document.crm.zone ? t("admin.portCrm") : undefined}
                label={`${zone(one)} · VLAN ${document.zones[one]?.vlan ?? ""}`}
                checked={values.trunk.includes(one)}
                onChecked={(is) => form.set("trunk", is ? [...values.trunk, one] : values.trunk.filter((other) => other !== one))}
              />
            ))}
            {trunk.error !== null && trunk.error !== "" && <p className="mt-1 text-row text-bad">{trunk.error}</p>}
          </fieldset>
        )}
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.prepare")}
          </Button>
          <ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>
        </Actions>
      </Form>
    </Sheet>
  );
}

function valuesOf(document: Document, port: Port | null): PortValues {
  const first = Object.keys(document.zones).find((zone) => zone !== document.crm.zone) ?? "";
  const values: PortValues = { name: portName(document), kind: "access", zone: first, trunk: [] };
  if (port === null) return values;
  if (port.role === "wan") return { ...values, kind: "wan" };
  return "access" in port.role ? { ...values, zone: port.role.access } : { ...values, kind: "trunk", trunk: port.role.trunk };
}

/** Whether a port carries the CRM's zone. */
function crmsOwn({ crm }: Document, port: Port | null): boolean {
  if (port === null || port.role === "wan") return false;
  return "access" in port.role ? port.role.access === crm.zone : port.role.trunk.includes(crm.zone);
}

/** Zones of a trunk in the order of the document, so that picking and unpicking one changes nothing. */
function roleOf(values: PortValues, all: string[]): Role {
  if (values.kind === "wan") return "wan";
  return values.kind === "access" ? { access: values.zone } : { trunk: all.filter((zone) => values.trunk.includes(zone)) };
}

function placeOf(name: string, pointer: string): string | null {
  const at = `/ports/${name}`;
  if (pointer === at) return "name";
  if (pointer.startsWith(`${at}/role/trunk`)) return "trunk";
  if (pointer.startsWith(`${at}/role/access`)) return "zone";
  return pointer.startsWith(`${at}/role`) ? "kind" : null;
}
