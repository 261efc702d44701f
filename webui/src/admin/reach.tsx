// Who of each zone reaches the CRM: everyone, only these addresses, nobody. Used by the set-up and
// by the page of its own; the server judges the addresses, its errors land at the zone, by line.
import { useId } from "react";
import type { Problem } from "../api/problem";
import { useText } from "../i18n";
import { Note } from "../ui/badge";
import { AreaField, FieldFrame, SelectBox } from "../ui/field";
import { type Choice, type Entry, lacksAddresses, reachOf, refusedOf } from "./reach-list";
import { useZoneName } from "./zone";

/** Characters shown of an entry that was refused: a whole sentence may have been pasted. */
const SHOWN = 40;

export function ReachFields(props: {
  choices: Choice[];
  onChoices: (choices: Choice[]) => void;
  /** Said where addresses are wanted and none is typed. */
  empty: string | null;
  problem: Problem | null;
  /** Where the list stands in what is sent: `/crm/reachableFrom`. */
  pointer: string;
  known: Set<string>;
}) {
  const { t } = useText();
  const errorOf = useErrorOf(props);
  return (
    <div className="grid gap-5">
      {props.choices.map((choice) => (
        <ZoneChoice
          key={choice.zone}
          choice={choice}
          error={lacksAddresses(choice) ? props.empty : errorOf(choice)}
          onChoice={(next) => props.onChoices(props.choices.map((one) => (one.zone === next.zone ? next : one)))}
        />
      ))}
      {props.choices.some((choice) => choice.who === "some") && <p className="text-row text-ink-2">{t("admin.addressIsClaim")}</p>}
      {reachOf(props.choices).length === 0 && (
        <Note state="needs-you" role="status">
          {t("admin.reachedByNobody")}
        </Note>
      )}
    </div>
  );
}

/** What the server said of a zone, in a few lines: each entry by its line and its reason. */
function useErrorOf(props: { choices: Choice[]; problem: Problem | null; pointer: string; known: Set<string> }): (choice: Choice) => string | null {
  const { t } = useText();
  const sent = reachOf(props.choices);
  return (choice) => {
    const index = sent.findIndex((one) => one.zone === choice.zone);
    if (props.problem === null || index < 0) return null;
    const at = `${props.pointer}/${index}`;
    for (const { field } of props.problem.errors) if (field === at || field.startsWith(`${at}/`)) props.known.add(field.replace(/^\//, ""));
    const { whole, faults, more } = refusedOf(props.problem.errors, at, choice);
    const entry = ({ line, text }: Entry) => t("admin.refusedEntry", { line: String(line), entry: shortened(text) });
    const lines = faults.map(({ entries, reason }) => t("admin.refusedFor", { entries: entries.map(entry).join(t("admin.refusedGap")), reason }));
    const all = [...whole, ...lines, ...(more > 0 ? [t("admin.refusedMore", { count: more })] : [])];
    return all.length === 0 ? null : all.join("\n");
  };
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN ? text : `${characters.slice(0, SHOWN).join("")}…`;
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
