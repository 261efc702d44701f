// Which rules are shown: those about a zone, and with these words in their sentence.
import { useCallback, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { inputClass, SelectBox } from "../../../ui/field";
import { Icon } from "../../../ui/icons";
import { useShortcut } from "../../../ui/shortcuts";
import { type Rule, zonesOf } from "./document";
import { useStaging } from "./draft";
import { useWords, type Words } from "./words";

export const ALL_ZONES = "";

export interface RuleFilter {
  text: string;
  zone: string;
}

/** Stands in the address of the page: whoever goes elsewhere and comes back finds it as it was. */
export function useFilter(): [RuleFilter, (next: RuleFilter) => void] {
  const [params, setParams] = useSearchParams();
  const [filter, setFilter] = useState<RuleFilter>(() => ({ text: params.get("find") ?? "", zone: params.get("zone") ?? ALL_ZONES }));
  const set = useCallback(
    (next: RuleFilter) => {
      setFilter(next);
      setParams(Object.entries({ find: next.text.trim(), zone: next.zone }).filter(([, value]) => value !== ""), { replace: true });
    },
    [setParams],
  );
  return [filter, set];
}

export function fits(rule: Rule, filter: RuleFilter, words: Words): boolean {
  const { zone } = filter;
  const isAbout = (zones: "all" | string[]) => zones === "all" || zones.includes(zone);
  if (zone !== ALL_ZONES && !isAbout(rule.to.zones) && (zone === "wan" || !isAbout(rule.from.zones))) return false;
  const wanted = filter.text.trim().toLowerCase();
  return wanted === "" || wanted.split(/\s+/).every((word) => words.searched(rule).includes(word));
}

export function FilterFields(props: { filter: RuleFilter; onFilter: (filter: RuleFilter) => void; add: () => void }) {
  const { t } = useText();
  const words = useWords();
  const { document } = useStaging();
  const { filter, onFilter } = props;
  const search = useRef<HTMLInputElement>(null);
  useShortcut({ keys: ["/"], text: t("admin.rules.keySearch"), act: () => search.current?.focus() });
  useShortcut({ keys: ["n"], text: t("admin.rules.new"), act: props.add });
  const zones = [...zonesOf(document), "wan"].map((zone) => ({ value: zone, label: words.zone(zone) }));
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5 sm:px-5">
      <div className="relative min-w-40 flex-1">
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3" />
        <input
          ref={search}
          type="search"
          aria-label={t("admin.rules.search")}
          placeholder={t("admin.rules.search")}
          autoComplete="off"
          spellCheck={false}
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          className={classes(inputClass, "pl-9")}
        />
      </div>
      <div className="min-w-36 max-sm:flex-1">
        <SelectBox aria-label={t("admin.rules.zoneFilter")} value={filter.zone} onValue={(zone) => onFilter({ ...filter, zone })} options={[{ value: ALL_ZONES, label: t("admin.rules.allZones") }, ...zones]} />
      </div>
      <Button icon="plus" onClick={props.add}>
        {t("admin.rules.new")}
      </Button>
    </div>
  );
}
