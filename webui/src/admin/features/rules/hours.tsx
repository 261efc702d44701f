// Hours of the week by the clock on the wall of the box's time zone.
import { useId } from "react";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { inputClass } from "../../../ui/field";
import { Icon } from "../../../ui/icons";
import { type Day, DAYS, type Span } from "./document";
import { useStaging } from "./draft";
import { isTime, timeOf } from "./lists";
import { NamedPage, NamedTable } from "./named";
import { TimeZoneSheet } from "./time-zone";
import { useWords } from "./words";

const OFFICE: Span = { days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "18:00" };
/** As the server takes it. */
const MOST = 32;

export function HoursTab() {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  return (
    <>
      <TimeZoneSheet />
      <NamedTable kind="schedules" lists={parts.schedules} said={words.spans} contents={t("admin.hours.when")} />
    </>
  );
}

export function HoursPage({ what }: { what: "new" | "edit" }) {
  const { t } = useText();
  return (
    <NamedPage<Span>
      kind="schedules"
      what={what}
      empty={[OFFICE]}
      tidy={(spans) => spans.map(tidied)}
      check={(spans) => {
        const at = spans.findIndex((one) => faultOf(one) !== null);
        const fault = at < 0 ? null : faultOf(spans[at] as Span);
        return fault === null ? null : t(`admin.hours.fault.${fault}`, { number: String(at + 1) });
      }}
      fields={(spans, onSpans, error) => <Spans spans={spans} onSpans={onSpans} error={error} />}
    />
  );
}

/** Midnight at the end of a day is 24:00. */
function tidied(span: Span): Span {
  const to = timeOf(span.to);
  return { ...span, from: timeOf(span.from), to: to === "00:00" ? "24:00" : to };
}

type Fault = "noDay" | "noTime" | "noLength";

export function faultOf(span: Span): Fault | null {
  if (span.days.length === 0) return "noDay";
  if (!isTime(span.from) || !isTime(span.to)) return "noTime";
  return span.from === span.to ? "noLength" : null;
}

function Spans(props: { spans: Span[]; onSpans: (spans: Span[]) => void; error: string | null }) {
  const { t } = useText();
  const { spans, onSpans } = props;
  return (
    <div className="grid gap-4">
      {spans.map((span, index) => (
        <SpanFields
          key={index}
          span={span}
          number={index + 1}
          isWrong={props.error !== null && faultOf(span) !== null}
          onSpan={(next) => onSpans(spans.with(index, next))}
          onRemove={spans.length > 1 ? () => onSpans(spans.toSpliced(index, 1)) : null}
        />
      ))}
      {props.error !== null && props.error !== "" && (
        <p className="flex items-start gap-1.5 text-row text-bad">
          <Icon name="octagonCross" className="mt-0.5 size-4" />
          <span>{props.error}</span>
        </p>
      )}
      {spans.length < MOST && (
        <div>
          <Button icon="plus" onClick={() => onSpans([...spans, { days: [], from: "", to: "" }])}>
            {t("admin.hours.more")}
          </Button>
        </div>
      )}
    </div>
  );
}

function SpanFields(props: { span: Span; number: number; isWrong: boolean; onSpan: (span: Span) => void; onRemove: (() => void) | null }) {
  const { t } = useText();
  const words = useWords();
  const { span, onSpan } = props;
  const toggled = (day: Day) => DAYS.filter((one) => (one === day ? !span.days.includes(one) : span.days.includes(one)));
  const overNight = isTime(span.from) && isTime(span.to) && span.to < span.from;
  return (
    <fieldset className="grid gap-2.5 rounded-control border border-line px-3 py-3">
      <legend className="px-1 text-row font-medium">{t("admin.hours.spanNumber", { number: String(props.number) })}</legend>
      <div role="group" aria-label={t("admin.hours.days")} className="flex flex-wrap gap-1.5">
        {DAYS.map((day) => {
          const on = span.days.includes(day);
          return (
            <button
              key={day}
              type="button"
              aria-pressed={on}
              onClick={() => onSpan({ ...span, days: toggled(day) })}
              className={classes(
                "target inline-flex min-h-8 min-w-12 items-center justify-center gap-1 rounded-control border px-2 text-row",
                on ? "border-accent bg-tint font-semibold text-accent" : "border-edge text-ink-2 hover:bg-sunk",
              )}
            >
              {on && <Icon name="check" className="size-3.5" />}
              {words.day(day)}
            </button>
          );
        })}
      </div>
      <div className="flex flex-wrap items-end gap-3">
        <TimeField label={t("admin.hours.from")} value={span.from} isWrong={props.isWrong && !isTime(span.from)} onValue={(from) => onSpan({ ...span, from })} />
        <TimeField label={t("admin.hours.until")} value={span.to} isWrong={props.isWrong && (!isTime(span.to) || span.from === span.to)} onValue={(to) => onSpan({ ...span, to })} />
        {overNight && <span className="pb-1.5 text-row text-ink-2">{t("admin.hours.overNight")}</span>}
        {props.onRemove && (
          <span className="ml-auto">
            <Button kind="quiet" icon="trash" aria-label={t("admin.hours.removeSpan", { number: String(props.number) })} onClick={props.onRemove}>
              {t("admin.rules.delete")}
            </Button>
          </span>
        )}
      </div>
    </fieldset>
  );
}

/** 24 hours, whatever the browser's own field would show. */
function TimeField(props: { label: string; value: string; isWrong: boolean; onValue: (value: string) => void }) {
  const id = useId();
  return (
    <div className="w-28">
      <label htmlFor={id} className="mb-1 block text-row font-medium text-ink">
        {props.label}
      </label>
      <input
        id={id}
        type="text"
        inputMode="text"
        autoComplete="off"
        spellCheck={false}
        placeholder="08:30"
        aria-invalid={props.isWrong || undefined}
        value={props.value}
        onChange={(event) => props.onValue(event.target.value)}
        onBlur={(event) => props.onValue(timeOf(event.target.value))}
        className={classes(inputClass, "tabular-nums")}
      />
    </div>
  );
}
