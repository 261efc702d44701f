// A packet as one can describe it, and what the rules in force do with it: the verdict first, then its way with the rule
// that decided, then why. Nothing is sent.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { post, read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge, type State } from "../../../ui/badge";
import { Button, TextLink } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { Device, DevicesPage, PacketJudged, PacketStep, Zones } from "../../api";
import { useZoneName } from "../../zone";
import { type Draft, EMPTY, isSameQuestion, PROTOCOLS, questionOf, SENDERS, sentBy, STATES, wrongIn } from "./packet";
import { inOrder } from "./picture";

export function SimulatorPage() {
  const { t } = useText();
  const { language } = useLanguage();
  const query = useQuery({ queryKey: ["zones", language], queryFn: ({ signal }) => read<Zones>("/zones", signal) });
  return (
    <Page narrow title={t("admin.tryPacket")} lead={t("admin.tryPacketLead")} above={<TextLink href="/zones">{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>{(zones) => <Simulator zones={zones} />}</Loaded>
    </Page>
  );
}

function Simulator({ zones }: { zones: Zones }) {
  const { t } = useText();
  const { language } = useLanguage();
  const name = useZoneName();
  // What was asked, so that a change of language asks again in the other words.
  const [answer, setAnswer] = useState<{ judged: PacketJudged; language: string; draft: Draft } | null>(null);
  const ordered = inOrder(zones.zones);
  const first = ordered.find((zone) => zone.kind !== "wan")?.name ?? "box";
  const ask = async (draft: Draft) => setAnswer({ judged: await post<PacketJudged>("/simulations", questionOf(draft)), language, draft });
  const form = useForm<Draft>({
    initial: { ...EMPTY, from: first },
    check: (draft) => {
      const wrong = wrongIn(draft);
      return Object.fromEntries(wrong.map((field) => [field, t("admin.packetNeeded")]));
    },
    submit: ask,
  });
  const { protocol, from, state } = form.values;
  // A verdict on a packet that is another by now would be taken for one on this.
  const isCurrent = answer !== null && isSameQuestion(answer.draft, form.values);
  const stale = isCurrent && answer.language !== language;
  useEffect(() => {
    if (stale) form.send("language");
  });
  const isFromZone = from !== "wan" && from !== "box";
  const withPorts = protocol === "tcp" || protocol === "udp";
  return (
    <>
      <Sheet title={t("admin.packetForm")}>
        <Form form={form} label={t("admin.packetForm")}>
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField
              label={t("admin.packetFrom")}
              field={form.field("from")}
              options={[...ordered.map((zone) => ({ value: zone.name, label: name(zone.name) })), { value: "box", label: t("admin.packetFromBox") }]}
            />
            <SelectField label={t("admin.packetProtocol")} field={form.field("protocol")} options={PROTOCOLS.map((value) => ({ value, label: t(`admin.packet.${value}`) }))} />
            {isFromZone && (
              <Devices
                card={form.values.card}
                onDevice={(device) => {
                  const next = device === null ? { ...form.values, card: "" } : sentBy(form.values, device);
                  for (const name of ["card", "from", "source"] as const) form.set(name, next[name]);
                }}
              />
            )}
            {isFromZone && <TextField label={t("admin.packetCard")} hint={t("admin.packetCardHint")} optional field={form.field("card")} autoComplete="off" autoCapitalize="none" spellCheck={false} />}
            <TextField label={t("admin.packetSource")} hint={t("admin.packetSourceHint")} field={form.field("source")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
            <TextField label={t("admin.packetDestination")} hint={t("admin.packetSourceHint")} field={form.field("destination")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
            {withPorts && <TextField label={t("admin.packetPort")} field={form.field("port")} inputMode="numeric" autoComplete="off" />}
            {withPorts && <TextField label={t("admin.packetSourcePort")} optional field={form.field("sourcePort")} inputMode="numeric" autoComplete="off" />}
            {protocol === "icmp" && <TextField label={t("admin.packetIcmpType")} hint={t("admin.packetIcmpHint")} optional field={form.field("icmpType")} inputMode="numeric" autoComplete="off" />}
            <SelectField
              label={t("admin.packetState")}
              field={{ ...form.field("state"), value: state }}
              options={STATES.filter((value) => value !== "error" || protocol === "icmp").map((value) => ({ value, label: t(`admin.packetState.${value}`) }))}
            />
            {from === "box" && <SelectField label={t("admin.packetSender")} field={form.field("sender")} options={SENDERS.map((value) => ({ value, label: t(`admin.packetSender.${value}`) }))} />}
          </div>
          <Actions>
            <Button kind="primary" type="submit" busy={form.busy}>
              {t("admin.packetJudge")}
            </Button>
          </Actions>
        </Form>
      </Sheet>
      {isCurrent && <Verdict judged={answer.judged} />}
    </>
  );
}

/** Devices that are offered; of others the card is typed. */
const OFFERED = 200;

/** Rules and quarantine know a device by its card: picking it fills in the card, where it is and its address. */
function Devices(props: { card: string; onDevice: (device: Device | null) => void }) {
  const { t } = useText();
  const name = useZoneName();
  const query = useQuery({ queryKey: ["devices", "packet"], queryFn: ({ signal }) => read<DevicesPage>(`/devices?limit=${OFFERED}`, signal), staleTime: 30_000 });
  const devices = query.data?.items ?? [];
  if (devices.length === 0) return null;
  const label = (one: Device) => t("admin.packetDeviceNamed", { name: one.name ?? one.mac, address: one.addresses[0] ?? one.mac, zone: name(one.zone) });
  const picked = devices.find((one) => one.mac === props.card.trim().toLowerCase());
  return (
    <SelectField
      label={t("admin.packetDevice")}
      hint={t("admin.packetDeviceHint")}
      field={{ name: "device", value: picked?.mac ?? "", error: null, onValue: (mac) => props.onDevice(devices.find((one) => one.mac === mac) ?? null) }}
      options={[{ value: "", label: t("admin.packetDeviceOther") }, ...devices.map((one) => ({ value: one.mac, label: label(one) }))]}
    />
  );
}

const BADGES: Record<PacketJudged["verdict"], State> = { passes: "proven", dropped: "unknown", refused: "unknown", inside: "info", nowhere: "needs-you" };

function Verdict({ judged }: { judged: PacketJudged }) {
  const { t } = useText();
  const name = useZoneName();
  const place = useRef<HTMLDivElement>(null);
  // Newer Chromium gives a promise, which is nothing to clean up.
  useEffect(() => void place.current?.scrollIntoView({ block: "nearest" }), [judged]);
  const to = judged.to === "box" ? t("admin.packetFromBox") : judged.to === null ? null : name(judged.to);
  return (
    <div ref={place}>
      <Sheet title={t("admin.packetResult")} bare footer={t("admin.packetNoProbe")}>
        <div role="status" className="grid gap-1.5 px-4 py-4 sm:px-5">
          <p>
            <Badge state={BADGES[judged.verdict]} icon={judged.verdict === "passes" ? "check" : judged.verdict === "dropped" ? "cross" : undefined}>
              {t(`admin.packetVerdict.${judged.verdict}`)}
            </Badge>
          </p>
          <p className="text-body">
            {judged.why} {judged.rule?.own != null && <TextLink href="/rules">{t("admin.cellSeeRules")}</TextLink>}
          </p>
          {to !== null && (
            <p className="text-row text-ink-2">
              {t("admin.packetGoesTo", { to })} {judged.newSource && t("admin.packetNewSource")}
            </p>
          )}
        </div>
        {judged.steps.length > 0 && (
          <ol aria-label={t("admin.packetPath")} className="border-t border-line">
            {judged.steps.map((step, at) => (
              <StepRow key={at} step={step} />
            ))}
          </ol>
        )}
      </Sheet>
    </div>
  );
}

function StepRow({ step }: { step: PacketStep }) {
  const { t, find } = useText();
  const passes = step.verdict === "passes";
  return (
    <li className="grid gap-x-5 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[9rem_minmax(0,1fr)] sm:px-5">
      <div className="flex flex-wrap items-center gap-2 sm:block">
        <span className="block text-row font-medium text-ink">{find(`admin.packetHook.${step.hook}`) ?? step.hook}</span>
        <Badge plain state={passes ? "info" : "unknown"} icon={passes ? "check" : "cross"}>
          {find(`admin.packetStep.${step.verdict}`) ?? step.verdict}
        </Badge>
      </div>
      <div className="min-w-0">
        <p className="text-body">
          {step.decides && <Badge state="info">{t("admin.packetDecides")}</Badge>} {step.why}
        </p>
        <p className="mt-1 text-row text-ink-3">{step.rule ? t("admin.packetRule", { number: step.rule.number, chain: step.rule.chain }) : t("admin.packetChainEnd")}</p>
        {step.rule && (
          <p translate="no" className="mt-0.5 font-mono text-label wrap-anywhere text-ink-2">
            {step.rule.text}
          </p>
        )}
      </div>
    </li>
  );
}
