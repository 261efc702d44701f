// One of several, or several of many: rows of which each is the target as a whole; a search above a long list.
import { type ReactNode, useId, useState } from "react";
import { useText } from "../i18n";
import { classes } from "./classes";
import { inputClass } from "./field";
import { Icon } from "./icons";

export interface ChoiceOption {
  value: string;
  label: string;
  /** A second line. */
  hint?: string;
  /** Found by these words as well. */
  also?: string;
}

/** With more options than this there is a search. */
const LONG = 8;
/** Rows shown of what a search finds; the others take more letters. */
const SHOWN = 100;

interface ChoicesProps {
  legend: string;
  /** The legend is seen, not only read aloud. */
  seen?: boolean;
  options: ChoiceOption[];
  picked: string[];
  onPicked: (picked: string[]) => void;
  many?: boolean;
  /** Said when nothing can be found. */
  none?: ReactNode;
}

export function Choices(props: ChoicesProps) {
  const { t } = useText();
  const id = useId();
  const [wanted, setWanted] = useState("");
  // Of many, what was picked already comes first, and stays there.
  const [first] = useState(() => new Set(props.options.length > LONG ? props.picked : []));
  const found = [...props.options.filter((one) => first.has(one.value)), ...props.options.filter((one) => !first.has(one.value))].filter((one) => fits(one, wanted));
  const shown = found.slice(0, SHOWN);
  const pick = (value: string, on: boolean) => {
    if (!props.many) props.onPicked([value]);
    else props.onPicked(on ? [...props.picked, value] : props.picked.filter((one) => one !== value));
  };
  return (
    <fieldset className="min-w-0">
      <legend className={props.seen ? "mb-1 text-row font-medium text-ink" : "sr-only"}>{props.legend}</legend>
      {props.options.length > LONG && (
        <div className="relative mb-2">
          <label htmlFor={`${id}-search`} className="sr-only">
            {t("ui.find", { what: props.legend })}
          </label>
          <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3" />
          <input id={`${id}-search`} type="search" placeholder={t("ui.find", { what: props.legend })} autoComplete="off" spellCheck={false} value={wanted} onChange={(event) => setWanted(event.target.value)} className={classes(inputClass, "pl-9")} />
        </div>
      )}
      {/* As high as before whatever is found: nothing jumps away from the pointer. */}
      <div className={classes(props.options.length > LONG && "h-64 overflow-y-auto px-1")}>
        {shown.map((one) => (
          <ChoiceRow key={one.value} type={props.many ? "checkbox" : "radio"} name={id} option={one} checked={props.picked.includes(one.value)} onChecked={(on) => pick(one.value, on)} />
        ))}
        {found.length === 0 && (
          <p role="status" className="py-1 text-row text-ink-2">
            {wanted !== "" ? t("ui.findNone", { text: wanted }) : props.none}
          </p>
        )}
        {found.length > SHOWN && <p className="py-1 text-row text-ink-3">{t("ui.findMore", { count: found.length - SHOWN })}</p>}
      </div>
    </fieldset>
  );
}

function fits(option: ChoiceOption, wanted: string): boolean {
  const text = `${option.label} ${option.hint ?? ""} ${option.also ?? ""} ${option.value}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/[\s_]+/)
    .every((word) => text.includes(word));
}

function ChoiceRow(props: { type: "radio" | "checkbox"; name: string; option: ChoiceOption; checked: boolean; onChecked: (on: boolean) => void }) {
  const { option } = props;
  const id = useId();
  const round = props.type === "radio";
  return (
    <label htmlFor={id} className="flex min-h-8 items-start gap-2.5 py-1 max-sm:min-h-11 max-sm:py-2.5">
      <span className="relative mt-0.5 flex size-4.5 shrink-0">
        {/* Larger than what is drawn: a target of 24. */}
        <input
          id={id}
          type={props.type}
          name={round ? props.name : undefined}
          checked={props.checked}
          onChange={(event) => props.onChecked(event.target.checked)}
          aria-describedby={option.hint ? `${id}-hint` : undefined}
          className={classes("peer absolute -inset-[3px] size-6 appearance-none", round ? "rounded-full" : "rounded-tag")}
        />
        <span className={classes("pointer-events-none size-4.5 border border-edge bg-sheet peer-checked:border-accent peer-checked:bg-accent", round ? "rounded-full" : "rounded-tag")} />
        {round ? (
          <span className="pointer-events-none absolute inset-[5px] hidden rounded-full bg-on-accent peer-checked:block" />
        ) : (
          <Icon name="check" className="pointer-events-none absolute inset-0.5 hidden size-3.5 text-on-accent peer-checked:block" />
        )}
      </span>
      <span className="min-w-0">
        <span className="block text-body break-words text-ink">{option.label}</span>
        {option.hint && (
          <span id={`${id}-hint`} className="block text-row break-words text-ink-3">
            {option.hint}
          </span>
        )}
      </span>
    </label>
  );
}
