// The rules in their order, each a sentence. What is done to one is staged; the order by drag, by keys and by menu.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { Button } from "../../../ui/button";
import { useToast } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { MenuAt, PopoverAt } from "../../../ui/popover";
import { useRulesNow } from "./answer";
import type { Rule } from "./document";
import { useDrag } from "./drag";
import { useStaging } from "./draft";
import { changedRule, freeId, movedRule, newRule, type Step, steppedIndex, withoutRule, withRule, withRuleAt } from "./edit";
import { ALL_ZONES, fits, FilterFields, useFilter } from "./filter";
import { Panel } from "./picker";
import type { Part, Trouble } from "./problems";
import { Row, type RowActs, saidTrouble } from "./row";
import { useWords } from "./words";

/** Rows that are drawn at once. */
const FIRST = 40;

interface Open {
  id: number;
  part: Part | "menu";
  button: HTMLElement;
}

export interface Wanted {
  id: number;
  /** Its handle rather than its first picker. */
  handle: boolean;
}

export function RuleList(props: { wanted: Wanted | null; onWanted: (wanted: Wanted | null) => void }) {
  const { t } = useText();
  const words = useWords();
  const toast = useToast();
  const { parts, update, differences, troubles, attempt } = useStaging();
  const now = useRulesNow().data;
  const [filter, setFilter] = useFilter();
  const looked = useDeferredValue(filter);
  const [open, setOpen] = useState<Open | null>(null);
  const [told, setTold] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const { wanted, onWanted } = props;
  const { rules } = parts;

  const ofRule = useMemo(() => {
    const all = new Map<number, Trouble[]>();
    for (const one of troubles) if ("rule" in one.at) all.set(one.at.rule, [...(all.get(one.at.rule) ?? []), one]);
    return all;
  }, [troubles]);
  const counted = useMemo(() => new Map(now?.rules.map((one) => [one.id, one])), [now]);
  // What is wrong, new or worked on is shown whatever is looked for.
  const openId = open?.id ?? null;
  const shown = useMemo(() => rules.filter((rule) => fits(rule, looked, words) || ofRule.has(rule.id) || rule.id === openId || rule.id === wanted?.id), [looked, ofRule, openId, rules, wanted, words]);

  // The first ones at once, all of them as soon as there is time.
  const drawn = useDeferredValue(shown.length, FIRST);

  const state = useRef({ rules, shown, open });
  useEffect(() => {
    state.current = { rules, shown, open };
  });
  const place = useCallback(
    (id: number, index: number) => {
      update((before) => movedRule(before, id, index));
      setTold(t("admin.rules.moved", { number: String(id), place: String(index + 1), of: String(state.current.rules.length) }));
    },
    [t, update],
  );
  const step = useCallback(
    (id: number, by: Step) => {
      const index = steppedIndex(state.current.rules, state.current.shown, id, by);
      if (index === null) return;
      place(id, index);
      onWanted({ id, handle: true });
    },
    [onWanted, place],
  );
  const { dragging, grab } = useDrag(list, ({ id, before }) => {
    const others = rules.filter((one) => one.id !== id);
    const next = shown.slice(before).find((one) => one.id !== id);
    const last = shown.slice(0, before).findLast((one) => one.id !== id);
    place(id, next ? others.indexOf(next) : last ? others.indexOf(last) + 1 : 0);
  });
  const acts = useMemo<RowActs>(
    () => ({
      pick: (id, part, button) => setOpen((before) => (before?.id === id && before.part === part ? null : { id, part, button })),
      switchOn: (id, on) => update((before) => changedRule(before, id, (rule) => ({ ...rule, enabled: on }))),
      step,
      grab,
      show: (id) => onWanted({ id, handle: false }),
    }),
    [grab, onWanted, step, update],
  );

  // The row that something was asked of takes the focus: it may have moved, or be new.
  useEffect(() => {
    if (wanted === null) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-rule="${wanted.id}"]`);
    const buttons = row?.querySelectorAll<HTMLElement>("button");
    buttons?.[wanted.handle ? 0 : 1]?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    if (row) onWanted(null);
  }, [drawn, onWanted, shown, wanted]);
  useEffect(() => {
    const wrong = attempt > 0 ? list.current?.querySelector<HTMLElement>("[data-wrong]") : null;
    wrong?.focus({ preventScroll: true });
    // With what is said of it.
    wrong?.closest("li")?.scrollIntoView({ block: "nearest" });
  }, [attempt]);

  const add = () => {
    const rule = newRule(rules, [], []);
    update((before) => withRule(before, rule));
    onWanted({ id: rule.id, handle: false });
  };
  const remove = (rule: Rule) => {
    const index = rules.indexOf(rule);
    const next = shown[shown.indexOf(rule) + 1] ?? shown[shown.indexOf(rule) - 1];
    update((before) => withoutRule(before, rule.id));
    toast(t("admin.rules.deleted", { number: String(rule.id) }), () => update((before) => withRuleAt(before, rule, index)));
    if (next) onWanted({ id: next.id, handle: true });
  };
  const opened = open === null ? undefined : rules.find((one) => one.id === open.id);
  const close = () => setOpen(null);
  const filtered = looked.text.trim() !== "" || looked.zone !== ALL_ZONES;
  const moves: { step: Step; label: string }[] = [
    { step: "first", label: t("admin.rules.moveFirst") },
    { step: "up", label: t("admin.rules.moveUp") },
    { step: "down", label: t("admin.rules.moveDown") },
    { step: "last", label: t("admin.rules.moveLast") },
  ];
  return (
    <Sheet
      title={t("admin.rules")}
      aside={rules.length > 0 ? t("admin.rules.firstDecides") : undefined}
      bare
      footer={rules.length === 0 ? undefined : filtered ? t("admin.rules.shownOf", { shown: shown.length, count: rules.length }) : t("admin.rules.count", { count: rules.length })}
    >
      {rules.length === 0 ? (
        <EmptyState
          title={t("admin.rules.empty")}
          action={
            <Button icon="plus" onClick={add}>
              {t("admin.rules.new")}
            </Button>
          }
        >
          {t("admin.rules.emptyWhy")}
        </EmptyState>
      ) : (
        <>
          <FilterFields filter={filter} onFilter={setFilter} add={add} />
          {shown.length === 0 && (
            <EmptyState title={t("admin.rules.noneFits")} action={<Button onClick={() => setFilter({ text: "", zone: ALL_ZONES })}>{t("admin.rules.showAll")}</Button>}>
              {t("admin.rules.noneFitsWhy")}
            </EmptyState>
          )}
          <ul ref={list} aria-label={t("admin.rules")}>
            {shown.slice(0, drawn).map((rule, index) => (
              <Row
                key={rule.id}
                rule={rule}
                place={filtered ? rules.indexOf(rule) + 1 : index + 1}
                of={rules.length}
                staged={differences.rules.get(rule.id)}
                now={counted.get(rule.id)}
                troubles={ofRule.get(rule.id)}
                open={open?.id === rule.id ? open.part : null}
                drop={dragging === null ? null : dragging.before === index ? "before" : dragging.before === shown.length && index === shown.length - 1 ? "behind" : null}
                dragged={dragging?.id === rule.id}
                acts={acts}
              />
            ))}
          </ul>
        </>
      )}
      <p role="status" className="sr-only">
        {told}
      </p>
      <PopoverAt at={opened && open && open.part !== "menu" ? open.button : null} onClose={close} label={open && open.part !== "menu" ? words.topic(open.part) : ""}>
        {opened && open && open.part !== "menu" && (
          <Panel
            key={`${open.id}-${open.part}`}
            part={open.part}
            rule={opened}
            messages={(ofRule.get(open.id) ?? []).filter((one) => "rule" in one.at && one.at.part === open.part).map((one) => saidTrouble(t, words, one))}
            onRule={(change) => update((before) => changedRule(before, open.id, change))}
            onClose={close}
          />
        )}
      </PopoverAt>
      <MenuAt
        at={opened && open?.part === "menu" ? open.button : null}
        onClose={close}
        label={opened ? t("admin.rules.menuOf", { number: String(opened.id) }) : ""}
        items={
          opened === undefined || open === null
            ? []
            : [
                ...moves.map(({ step: by, label }) => ({
                  label,
                  disabled: steppedIndex(rules, shown, opened.id, by) === null,
                  onSelect: () => {
                    close();
                    step(opened.id, by);
                  },
                })),
                { label: t(opened.comment ? "admin.rules.editNote" : "admin.rules.addNote"), icon: "note" as const, onSelect: () => setOpen({ ...open, part: "note" }) },
                {
                  label: t("admin.rules.duplicate"),
                  icon: "copy" as const,
                  onSelect: () => {
                    close();
                    const rule = { ...opened, id: freeId(rules) };
                    update((before) => withRule(before, rule, opened.id));
                    onWanted({ id: rule.id, handle: false });
                  },
                },
                {
                  label: t("admin.rules.delete"),
                  icon: "trash" as const,
                  destructive: true,
                  onSelect: () => {
                    close();
                    remove(opened);
                  },
                },
              ]
        }
      />
    </Sheet>
  );
}
