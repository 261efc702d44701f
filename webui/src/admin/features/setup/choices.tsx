// Which zones there are, and who may reach the CRM; the box applies it and makes the manager's code.
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Checkbox } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Sheet } from "../../../ui/page";
import type { ManagerCode, Setup, SetupFinish } from "../../api";
import { ReachFields } from "../../reach";
import { choicesOf, reachOf } from "../../reach-list";
import { useZoneName, ZoneLabel } from "../../zone";

/** Zones that nobody can be let in from during set-up: strangers, guests, and the CRM's own. */
const NEVER = ["wan", "crm", "guest"];

export function Choices(props: { setup: Setup; onLost: (problem: Problem) => void; onDone: (code: ManagerCode) => void }) {
  const { t } = useText();
  const name = useZoneName();
  const { setup } = props;
  const zones = setup.zones.map((zone) => zone.name).filter((one) => !NEVER.includes(one));
  const form = useForm({
    initial: {
      guest: setup.zones.some((zone) => zone.name === "guest"),
      choices: choicesOf(zones, setup.crm.reachableFrom),
    },
    submit: async (values, sender) => {
      const body: SetupFinish = {
        zones: { guest: values.guest },
        crm: { reachableFrom: reachOf(values.choices) },
        management: setup.management,
      };
      try {
        props.onDone(await post<ManagerCode>("/setup/finish", body, sender.idempotencyKey));
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  return (
    <Form form={form} label={t("admin.step.choices")} className="grid max-w-2xl gap-5">
      <Sheet title={t("admin.zones")}>
        <ul className="grid gap-2">
          {setup.zones
            .filter((zone) => zone.name !== "guest")
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
        <ul className="mt-3 grid gap-1.5 border-t border-line pt-3">
          {setup.ports.map((port, index) => (
            <li key={port.mac ?? index} className="flex flex-wrap items-center justify-between gap-x-4 text-row text-ink-2">
              <span>
                {t("admin.port", { name: port.name ?? port.interface ?? port.mac ?? "?" })} {port.role && `(${name(port.role)})`}
              </span>
              <Badge plain state={port.linked ? "info" : "unknown"}>
                {port.linked ? t("admin.linked") : t("admin.notLinked")}
              </Badge>
            </li>
          ))}
        </ul>
      </Sheet>
      <Sheet title={t("admin.whoReaches")}>
        <ReachFields choices={form.values.choices} onChoices={(choices) => form.set("choices", choices)} problem={form.problem} pointer="/crm/reachableFrom" known={form.known} />
      </Sheet>
      <p className="text-row text-ink-2">{t("admin.changeLater")}</p>
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {form.busy ? t("admin.applying") : t("admin.finish")}
      </Button>
    </Form>
  );
}
