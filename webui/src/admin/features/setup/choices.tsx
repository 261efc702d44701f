// Which zones there are, and who may reach the CRM; the box applies it and makes the manager's code. What was picked
// before the box or the page started again is there again.
import { useEffect, useState } from "react";
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Badge, Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Checkbox } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Sheet } from "../../../ui/page";
import type { ManagerCode, Setup, SetupFinish } from "../../api";
import { ReachFields } from "../../reach";
import { choicesOf, lacksAddresses, mergedChoices, reachOf } from "../../reach-list";
import { useZoneName, ZoneLabel } from "../../zone";
import { type ChoicesDraft, forgetDrafts, keepDrafts, readDrafts } from "./drafts";

const GUEST = "guest";
/** Zones that nobody can be let in from during set-up: strangers, guests, and the CRM's own. */
const NEVER = ["wan", "crm", GUEST];

export function Choices(props: { setup: Setup; onLost: (problem: Problem) => void; onDone: (code: ManagerCode) => void }) {
  const { t } = useText();
  const name = useZoneName();
  const { setup } = props;
  const [box] = useState(() => offered(setup));
  const [found] = useState(() => readDrafts().choices);
  const initial = found === null ? box : { guest: found.guest, choices: mergedChoices(box.choices, found.choices) };
  const [restored, setRestored] = useState(JSON.stringify(initial) !== JSON.stringify(box));
  const form = useForm({
    initial,
    check: (values) => ({ choices: values.choices.some(lacksAddresses) ? t("admin.reachLacksAddresses") : undefined }),
    submit: async (values, sender) => {
      const body: SetupFinish = {
        zones: { guest: values.guest },
        crm: { reachableFrom: reachOf(values.choices) },
        management: setup.management,
      };
      try {
        const code = await post<ManagerCode>("/setup/finish", body, sender.idempotencyKey);
        forgetDrafts();
        props.onDone(code);
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const { values } = form;
  useEffect(() => keepDrafts({ choices: values }), [values]);
  /** Where a port leads to, once this is in force. */
  const leadsTo = (zones: string[]) => {
    const names = zones.filter((zone) => zone !== GUEST || values.guest).map(name);
    return names.length === 0 ? t("admin.portUnused") : names.join(t("ui.listGap"));
  };
  const startOver = () => {
    form.reset(box);
    setRestored(false);
  };
  return (
    <Form form={form} label={t("admin.step.choices")} className="grid max-w-2xl gap-5">
      {restored && (
        <Note role="status">
          <p>{t("admin.choicesBack")}</p>
          <div className="mt-2">
            <Button size="row" icon="undo" onClick={startOver}>
              {t("admin.showBox")}
            </Button>
          </div>
        </Note>
      )}
      <Sheet title={t("admin.zones")}>
        <ul className="grid gap-2">
          {setup.zones
            .filter((zone) => zone.name !== GUEST)
            .map((zone) => (
              <li key={zone.name} className="flex flex-wrap items-center justify-between gap-x-4 text-body">
                <ZoneLabel name={zone.name} />
                <span className="text-row text-ink-3 tabular-nums">{zone.address ?? ""}</span>
              </li>
            ))}
        </ul>
        <div className="mt-2 border-t border-line pt-2">
          <Checkbox label={t("admin.guestZone")} hint={t("admin.guestHint")} checked={form.values.guest} onChecked={(guest) => form.set("guest", guest)} />
        </div>
        {values.guest && !setup.ports.some((port) => port.zones.includes(GUEST)) && (
          <Note state="needs-you" role="status">
            {t("admin.noGuestPort")}
          </Note>
        )}
        <ul className="mt-3 grid gap-1.5 border-t border-line pt-3">
          {setup.ports.map((port, index) => (
            <li key={port.mac ?? index} className="flex flex-wrap items-center justify-between gap-x-4 text-row text-ink-2">
              <span>
                {t("admin.port", { name: port.name ?? port.interface ?? port.mac ?? "?" })} · {leadsTo(port.zones)}
              </span>
              <Badge plain state={port.linked ? "info" : "unknown"}>
                {t(port.linked ? "admin.line.linked" : "admin.line.unplugged")}
              </Badge>
            </li>
          ))}
        </ul>
      </Sheet>
      <Sheet title={t("admin.whoReaches")}>
        <ReachFields choices={form.values.choices} onChoices={(choices) => form.set("choices", choices)} empty={form.field("choices").error} problem={form.problem} pointer="/crm/reachableFrom" known={form.known} />
      </Sheet>
      <p className="text-row text-ink-2">{t("admin.changeLater")}</p>
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {form.busy ? t("admin.applying") : t("admin.finish")}
      </Button>
    </Form>
  );
}

/** What the box says, before anything was picked here. */
function offered(setup: Setup): ChoicesDraft {
  const zones = setup.zones.map((zone) => zone.name).filter((one) => !NEVER.includes(one));
  // Nobody is let in yet: the office is what nearly everyone wants, and it stands there to be seen.
  const office = zones.includes("office") ? [{ zone: "office", addresses: "all" as const }] : [];
  const reachable = setup.crm.reachableFrom.length > 0 ? setup.crm.reachableFrom : office;
  return { guest: setup.zones.some((zone) => zone.name === GUEST), choices: choicesOf(zones, reachable) };
}
