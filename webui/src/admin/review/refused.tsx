// What is wrong with a document, each at its field, in words.
import { isProblem } from "../../api/problem";
import { useText } from "../../i18n";
import { LoadFailed } from "../../ui/async";
import { Icon } from "../../ui/icons";
import type { SettingsDocument } from "../api";
import { useWords } from "../features/rules/words";
import { useZoneName } from "../zone";
import { type Step, stepsOf } from "./field-words";

/** Shown of the errors; the others are counted. */
const SHOWN = 50;

/** `of`: the document, where it is at hand; `isFile`: it was read from a file. */
export function Refused(props: { error: unknown; of?: SettingsDocument; isFile?: boolean; retry: () => void }) {
  const { t } = useText();
  const where = useWhere(props.of);
  const { error } = props;
  if (!isProblem(error) || error.errors.length === 0) return <LoadFailed error={error} retry={props.retry} />;
  const shown = error.errors.slice(0, SHOWN);
  return (
    <div role="alert" tabIndex={-1} className="grid gap-3 rounded-sheet border border-bad bg-sheet px-4 py-4 sm:px-5">
      <p className="flex items-start gap-2 text-body font-semibold text-bad">
        <Icon name="octagonCross" className="mt-1 size-4" />
        {t(props.isFile ? "admin.documentRefused" : "admin.proposedRefused", { count: error.errors.length })}
      </p>
      <ul className="grid gap-2">
        {shown.map((one, index) => (
          <li key={index} className="grid border-t border-line pt-2 break-words">
            <span className="text-row text-ink-3">{where(one.field)}</span>
            <span className="text-body text-ink">{one.message}</span>
          </li>
        ))}
      </ul>
      {error.errors.length > SHOWN && <p className="text-row text-ink-2">{t("admin.refusedMore", { count: error.errors.length - SHOWN })}</p>}
    </div>
  );
}

function useWhere(document: SettingsDocument | undefined): (pointer: string) => string {
  const { t } = useText();
  const zone = useZoneName();
  const words = useWords();
  const said = (step: Step) => {
    if ("word" in step) return t(`admin.field.${step.word}`);
    if ("zone" in step) return step.zone === "wan" ? words.zone("wan") : zone(step.zone);
    if ("rule" in step) return t("admin.rules.named", { number: String(step.rule.id), rule: words.rule(step.rule) });
    return "name" in step ? step.name : t("admin.fieldNumber", { number: step.number });
  };
  return (pointer) => {
    const steps = stepsOf(pointer, document);
    return steps.length === 0 ? t("admin.fieldWhole") : steps.map(said).join(t("admin.fieldGap"));
  };
}
