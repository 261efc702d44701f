// Who of each zone reaches the CRM: everyone, only these addresses, nobody. Used by the set-up and
// by the page of its own; the server judges the addresses, its errors land at the zone.
import { AreaField, FieldFrame, SelectBox } from "../ui/field";
import type { Problem } from "../api/problem";
import { useText } from "../i18n";
import { useId } from "react";
import type { ReachableFrom } from "./api";
import { reachOf, type Choice } from "./reach-list";
import { useZoneName } from "./zone";

export function ReachFields(props: {
  choices: Choice[];
  onChoices: (choices: Choice[]) => void;
  problem: Problem | null;
  /** Where the list stands in what is sent: `/crm/reachableFrom`. */
  pointer: string;
  known: Set<string>;
}) {
  const sent = reachOf(props.choices);
  return (
    <div className="grid gap-5">
      {props.choices.map((choice) => (
        <ZoneChoice
          key={choice.zone}
          choice={choice}
          error={errorOf(props.problem, props.pointer, sent, choice.zone, props.known)}
          onChoice={(next) => props.onChoices(props.choices.map((one) => (one.zone === next.zone ? next : one)))}
        />
      ))}
    </div>
  );
}

function errorOf(problem: Problem | null, pointer: string, sent: ReachableFrom[], zone: string, known: Set<string>): string | null {
  const index = sent.findIndex((one) => one.zone === zone);
  if (problem === null || index < 0) return null;
  const at = `${pointer}/${index}`;
  const mine = problem.errors.filter((one) => one.field === at || one.field.startsWith(`${at}/`));
  for (const one of mine) known.add(one.field.replace(/^\//, ""));
  return mine.length === 0 ? null : mine.map((one) => one.message).join(" ");
}

function ZoneChoice(props: { choice: Choice; error: string | null; onChoice: (choice: Choice) => void }) {
  const { t } = useText();
  const name = useZoneName()(props.choice.zone);
  const id = useId();
  const { choice } = props;
  return (
    <div className="grid gap-3">
      <FieldFrame id={id} label={t("admin.reachZone", { zone: name })} error={choice.who === "some" ? null : props.error}>
        <SelectBox
          id={id}
          value={choice.who}
          onValue={(who) => props.onChoice({ ...choice, who: who as Choice["who"] })}
          options={[
            { value: "all", label: t("admin.reachAll") },
            { value: "some", label: t("admin.reachSome") },
            { value: "nobody", label: t("admin.reachNobody") },
          ]}
        />
      </FieldFrame>
      {choice.who === "some" && (
        <AreaField
          label={t("admin.addresses", { zone: name })}
          hint={t("admin.addressesHint")}
          rows={3}
          spellCheck={false}
          field={{ name: `addresses-${choice.zone}`, value: choice.addresses, onValue: (addresses) => props.onChoice({ ...choice, addresses }), error: props.error }}
        />
      )}
    </div>
  );
}
