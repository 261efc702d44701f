// One end of a rule: which zones, and whether all in them or only some addresses, groups, cards.
import { useState } from "react";
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { AreaField } from "../../../ui/field";
import { type Member, type Side, zonesOf } from "./document";
import { useStaging } from "./draft";
import { useAddressesFault } from "./fault-words";
import { addressesOf, groupsIn, textsIn } from "./lists";
import type { PanelProps } from "./picker";
import { chosen } from "./service-choices";
import { useWords } from "./words";

/** No name of a zone begins with a blank. */
const ALL = " all";

export function SidePanel(props: PanelProps & { side: "from" | "to" }) {
  const { t } = useText();
  const words = useWords();
  const { document } = useStaging();
  const { rule, side } = props;
  const { zones, addresses } = rule[side];
  const set = (change: Partial<Side>) => props.onRule((one) => ({ ...one, [side]: { ...one[side], ...change } }));
  const offered = side === "to" ? [...zonesOf(document), "wan"] : zonesOf(document);
  const strange = zones === "all" ? [] : zones.filter((one) => !offered.includes(one));
  return (
    <div className="grid gap-3">
      <Choices
        seen
        many
        legend={t(side === "from" ? "admin.rules.fromZones" : "admin.rules.toZones")}
        options={[{ value: ALL, label: t(side === "from" ? "admin.rules.everyZone" : "admin.rules.everywhere") }, ...[...offered, ...strange].map((one) => ({ value: one, label: words.zone(one), also: one }))]}
        picked={zones === "all" ? [ALL] : zones}
        onPicked={(picked) => set({ zones: chosen(picked, ALL, zones === "all") })}
      />
      <Choices
        seen
        legend={t("admin.rules.whichAddresses")}
        options={[
          { value: "all", label: t("admin.rules.allAddresses") },
          { value: "some", label: t("admin.rules.someAddresses") },
        ]}
        picked={[addresses === "all" ? "all" : "some"]}
        onPicked={([which]) => set({ addresses: which === "all" ? "all" : addresses === "all" ? [] : addresses })}
      />
      {addresses !== "all" && <MembersFields members={addresses} onMembers={(next) => set({ addresses: next })} cards={side === "from"} />}
    </div>
  );
}

/** Groups by their names, and all else as text, one a line. */
export function MembersFields(props: { members: Member[]; onMembers: (members: Member[]) => void; cards: boolean; without?: string; error?: string | null }) {
  const { t } = useText();
  const { parts } = useStaging();
  // As it was typed: what was read from it is spelled in another way.
  const [text, setText] = useState(() => textsIn(props.members).join("\n"));
  const [fault, setFault] = useState<string | null>(null);
  const faultOf = useAddressesFault();
  const picked = groupsIn(props.members);
  const offered = parts.groups.filter((one) => one.name !== props.without).map((one) => ({ value: one.name, label: one.name, hint: t("admin.groups.count", { count: one.list.length }) }));
  const strange = picked.filter((name) => !offered.some((one) => one.value === name)).map((name) => ({ value: name, label: name }));
  const give = (groups: string[], typed: string) => props.onMembers([...groups.map((group) => ({ group })), ...addressesOf(typed)]);
  return (
    <>
      {offered.length + strange.length > 0 ? (
        <Choices seen many legend={t("admin.groups.title")} options={[...offered, ...strange]} picked={picked} onPicked={(groups) => give(groups, text)} />
      ) : (
        props.without === undefined && (
          <p className="text-row text-ink-2">
            {t("admin.rules.noGroups")} <TextLink href="/rules/groups/new">{t("admin.groups.new")}</TextLink>
          </p>
        )
      )}
      <AreaField
        label={t("admin.rules.addresses")}
        hint={t(props.cards ? "admin.rules.addressesHintCards" : "admin.rules.addressesHint")}
        rows={4}
        spellCheck={false}
        autoCapitalize="none"
        field={{
          name: "addresses",
          value: text,
          onValue: (next) => {
            setText(next);
            setFault(null);
            give(picked, next);
          },
          onLeft: () => setFault(faultOf(text, props.cards)),
          error: fault ?? props.error ?? null,
        }}
      />
    </>
  );
}
