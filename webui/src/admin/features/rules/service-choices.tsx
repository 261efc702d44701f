// What a rule is for: everything, or services by name; own ones first, then those that everybody has.
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { useRulesNow } from "./answer";
import { useStaging } from "./draft";
import type { PanelProps } from "./picker";
import { useWords } from "./words";

/** No name of a service begins with a blank. */
const ALL = " all";

export function ServiceChoices({ rule, onRule }: PanelProps) {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  const known = useRulesNow().data?.knownServices ?? [];
  const gap = t("ui.listGap");
  const options = [
    { value: ALL, label: t("admin.rules.everything") },
    ...parts.services.map((one) => ({ value: one.name, label: one.name, hint: one.list.join(gap) })),
    ...known.map((one) => ({ value: one.name, label: words.service(one.name), hint: one.ways.join(gap), also: one.name })),
  ];
  // What is picked and known nowhere can be taken away.
  const strange = rule.services === "all" ? [] : rule.services.filter((name) => !options.some((one) => one.value === name));
  return (
    <>
      <Choices
        legend={words.topic("what")}
        many
        options={[...options, ...strange.map((name) => ({ value: name, label: name }))]}
        picked={rule.services === "all" ? [ALL] : rule.services}
        onPicked={(picked) => onRule((one) => ({ ...one, services: chosen(picked, ALL, one.services === "all") }))}
      />
      <p className="text-row">
        <TextLink href="/rules/services">{t("admin.rules.toServices")}</TextLink>
      </p>
    </>
  );
}

/** All, or these: picking the one lets go of the other. */
export function chosen(picked: string[], all: string, was: boolean): "all" | string[] {
  if (picked.includes(all) && !was) return "all";
  const these = picked.filter((one) => one !== all);
  return was && these.length === 0 && picked.includes(all) ? "all" : these;
}
