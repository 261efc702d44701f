// What a picker of a sentence opens: the choices for one part of a rule. What is picked is staged at once.
import { useText } from "../../../i18n";
import { Button, TextLink } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { TextField } from "../../../ui/field";
import { ACTIONS, type Action, type Rule } from "./document";
import { useStaging } from "./draft";
import { withAction } from "./edit";
import type { Part } from "./problems";
import { SidePanel } from "./side";
import { ServiceChoices } from "./service-choices";
import { useWords } from "./words";

/** As the server takes it. */
const NOTE = 200;
const ALWAYS = "";

export interface PanelProps {
  rule: Rule;
  onRule: (change: (rule: Rule) => Rule) => void;
}

export function Panel(props: PanelProps & { part: Part; messages: string[]; onClose: () => void }) {
  const { t } = useText();
  return (
    <div className="grid gap-3">
      {props.messages.map((one) => (
        <p key={one} className="text-row break-words text-bad">
          {one}
        </p>
      ))}
      <PartPanel {...props} />
      <div className="flex justify-end">
        <Button onClick={props.onClose}>{t("ui.close")}</Button>
      </div>
    </div>
  );
}

function PartPanel(props: PanelProps & { part: Part; onClose: () => void }) {
  const { t } = useText();
  const words = useWords();
  const { rule, onRule, part } = props;
  switch (part) {
    case "who":
      return <SidePanel {...props} side="from" />;
    case "where":
      return <SidePanel {...props} side="to" />;
    case "what":
      return <ServiceChoices {...props} />;
    case "when":
      return <HoursChoices {...props} />;
    case "does":
      return (
        <Choices
          legend={words.topic(part)}
          options={ACTIONS.map((one) => ({ value: one, label: t(`admin.rules.does.${one}`), hint: t(`admin.rules.doesHint.${one}`) }))}
          picked={[rule.action]}
          onPicked={([action]) => onRule((one) => withAction(one, action as Action))}
        />
      );
    case "log":
      return (
        <Choices
          legend={words.topic(part)}
          options={[
            { value: "no", label: t("admin.rules.notLogged") },
            { value: "yes", label: t("admin.rules.logged"), hint: t("admin.rules.loggedHint") },
          ]}
          picked={[rule.log ? "yes" : "no"]}
          onPicked={([log]) => onRule((one) => ({ ...one, log: log === "yes" }))}
        />
      );
    case "note":
      return (
        // Enter is done with it.
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            props.onClose();
          }}
        >
          <TextField
            label={t("admin.rules.note")}
            hint={t("admin.rules.noteHint")}
            maxLength={NOTE}
            autoComplete="off"
            field={{ name: "note", value: rule.comment ?? "", onValue: (comment) => onRule((one) => ({ ...one, comment })), error: null }}
            onBlur={() => onRule((one) => (one.comment === undefined || one.comment === one.comment.trim() ? one : { ...one, comment: one.comment.trim() }))}
          />
        </form>
      );
  }
}

function HoursChoices({ rule, onRule }: PanelProps) {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  return (
    <>
      <HoursOptions legend={words.topic("when")} picked={rule.schedule ?? null} onPicked={(schedule) => onRule((one) => ({ ...one, schedule: schedule ?? undefined }))} />
      <p className="text-row">{parts.schedules.length === 0 ? <NoHours /> : <TextLink href="/rules/hours">{t("admin.rules.toHours")}</TextLink>}</p>
    </>
  );
}

function NoHours() {
  const { t } = useText();
  return (
    <>
      <span className="text-ink-2">{t("admin.rules.noHours")}</span> <TextLink href="/rules/hours/new">{t("admin.hours.new")}</TextLink>
    </>
  );
}

export function HoursOptions(props: { legend: string; picked: string | null; onPicked: (schedule: string | null) => void }) {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  return (
    <Choices
      legend={props.legend}
      options={[{ value: ALWAYS, label: t("admin.rules.always") }, ...parts.schedules.map((one) => ({ value: one.name, label: one.name, hint: words.spans(one.list) }))]}
      picked={[props.picked ?? ALWAYS]}
      onPicked={([name]) => props.onPicked(name === undefined || name === ALWAYS ? null : name)}
    />
  );
}
