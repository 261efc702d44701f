// Label above, hint below; an error replaces the hint and says what would be right. What was typed
// is never cleared. Works with `useForm().field("name")`.
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { useText } from "../i18n";
import { classes } from "./classes";
import { Icon } from "./icons";

/** What `useForm` hands to a control. */
export interface Bound {
  name: string;
  value: string;
  onValue: (value: string) => void;
  error: string | null;
  /** The focus went elsewhere: what is wrong with what was typed can be said. */
  onLeft?: () => void;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  field: Bound;
  optional?: boolean;
}

export const inputClass = classes(
  "block w-full min-w-0 rounded-control border border-edge bg-sheet px-3 py-1.5 text-input text-ink",
  "placeholder:text-ink-3 max-sm:min-h-11 aria-invalid:border-2 aria-invalid:border-bad",
  "disabled:bg-sunk disabled:text-ink-2",
);

/** The frame of every control: label, control, hint or error. */
export function FieldFrame(props: {
  id: string;
  label: ReactNode;
  hint?: ReactNode;
  error: string | null;
  optional?: boolean;
  children: ReactNode;
}) {
  const { t } = useText();
  return (
    <div className="min-w-0">
      <label htmlFor={props.id} className="mb-1 block text-row font-medium text-ink">
        {props.label}
        {props.optional && <span className="font-normal text-ink-3"> {t("ui.optional")}</span>}
      </label>
      {props.children}
      <Below id={`${props.id}-below`} hint={props.hint} error={props.error} />
    </div>
  );
}

function Below(props: { id: string; hint?: ReactNode; error: string | null }) {
  // An empty one marks the field; what is wrong is said elsewhere.
  if (props.error !== null && props.error !== "") {
    return (
      <p id={props.id} className="mt-1 flex items-start gap-1.5 text-row text-bad">
        <Icon name="octagonCross" className="mt-0.5 size-4" />
        <span className="min-w-0 break-words whitespace-pre-line">{props.error}</span>
      </p>
    );
  }
  if (!props.hint) return null;
  return (
    <p id={props.id} className="mt-1 text-row text-ink-3">
      {props.hint}
    </p>
  );
}

/** The attributes that tie a control to its label, hint and error. */
function tied(id: string, field: Bound, hint: ReactNode) {
  return {
    id,
    name: field.name,
    "aria-invalid": field.error !== null || undefined,
    "aria-describedby": field.error !== null || hint ? `${id}-below` : undefined,
  };
}

type TextProps = FieldProps & Omit<ComponentProps<"input">, "className" | "style" | "name" | "value" | "onChange" | "id">;

export function TextField({ label, hint, field, optional, ...rest }: TextProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={field.error} optional={optional}>
      <input
        type="text"
        onBlur={field.onLeft}
        {...rest}
        {...tied(id, field, hint)}
        value={field.value}
        onChange={(event) => field.onValue(event.target.value)}
        className={inputClass}
      />
    </FieldFrame>
  );
}

type AreaProps = FieldProps & Omit<ComponentProps<"textarea">, "className" | "style" | "name" | "value" | "onChange" | "id">;

export function AreaField({ label, hint, field, optional, ...rest }: AreaProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={field.error} optional={optional}>
      <textarea
        rows={5}
        onBlur={field.onLeft}
        {...rest}
        {...tied(id, field, hint)}
        value={field.value}
        onChange={(event) => field.onValue(event.target.value)}
        className={inputClass}
      />
    </FieldFrame>
  );
}

/** A secret with an eye: shown on request, and hidden again when the page is left. */
export function PasswordField({ label, hint, field, optional, ...rest }: TextProps) {
  const id = useId();
  const { t } = useText();
  const [shown, setShown] = useState(false);
  return (
    <FieldFrame id={id} label={label} hint={hint} error={field.error} optional={optional}>
      <div className="relative">
        <input
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          {...rest}
          {...tied(id, field, hint)}
          type={shown ? "text" : "password"}
          value={field.value}
          onChange={(event) => field.onValue(event.target.value)}
          className={classes(inputClass, "pr-11")}
        />
        <button
          type="button"
          aria-pressed={shown}
          aria-label={t("ui.showTyped")}
          title={t("ui.showTyped")}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-0 right-0 flex w-10 items-center justify-center rounded-control text-ink-2 hover:text-ink"
        >
          <Icon name={shown ? "eyeOff" : "eye"} />
        </button>
      </div>
    </FieldFrame>
  );
}

/** A code read off somewhere: wide figures, no correction, digits or letters with dashes. */
export function CodeField({ label, hint, field, digits, ...rest }: TextProps & { digits?: number }) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={field.error}>
      <input
        type="text"
        autoCapitalize={digits ? "none" : "characters"}
        autoCorrect="off"
        spellCheck={false}
        autoComplete={digits ? "one-time-code" : "off"}
        inputMode={digits ? "numeric" : "text"}
        {...rest}
        {...tied(id, field, hint)}
        value={field.value}
        onChange={(event) => field.onValue(event.target.value)}
        className={classes(inputClass, "max-w-72 min-h-11 font-mono !text-code tracking-wider tabular-nums")}
      />
    </FieldFrame>
  );
}

export interface Option {
  value: string;
  label: string;
  lang?: string;
}

/** The system's own list: best with keys, with a screen reader and on a phone. */
export function SelectField({ label, hint, field, options, ...rest }: FieldProps & { options: Option[]; disabled?: boolean; autoComplete?: string }) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={field.error}>
      <SelectBox {...rest} {...tied(id, field, hint)} value={field.value} onValue={field.onValue} options={options} />
    </FieldFrame>
  );
}

type BoxProps = Omit<ComponentProps<"select">, "className" | "style" | "onChange"> & {
  value: string;
  onValue: (value: string) => void;
  options: Option[];
};

/** The select alone, for use inside a sentence or a filter; give it an `aria-label`. */
export function SelectBox({ value, onValue, options, ...rest }: BoxProps) {
  return (
    <span className="relative block min-w-0">
      <select
        {...rest}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        className={classes(inputClass, "appearance-none pr-9 text-ellipsis")}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} lang={option.lang}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-2" />
    </span>
  );
}

/** The whole row is the target. */
export function Checkbox(props: { label: ReactNode; hint?: ReactNode; checked: boolean; onChecked: (checked: boolean) => void }) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex min-h-8 items-start gap-2.5 py-1.5 max-sm:min-h-11 max-sm:py-2.5">
      <span className="relative mt-0.5 flex size-4.5 shrink-0">
        <input
          id={id}
          type="checkbox"
          checked={props.checked}
          onChange={(event) => props.onChecked(event.target.checked)}
          aria-describedby={props.hint ? `${id}-hint` : undefined}
          className="peer size-4.5 appearance-none rounded-tag border border-edge bg-sheet checked:border-accent checked:bg-accent"
        />
        <Icon name="check" className="pointer-events-none absolute inset-0.5 hidden size-3.5 text-on-accent peer-checked:block" />
      </span>
      <span className="min-w-0">
        <span className="block text-body text-ink">{props.label}</span>
        {props.hint && (
          <span id={`${id}-hint`} className="block text-row text-ink-3">
            {props.hint}
          </span>
        )}
      </span>
    </label>
  );
}
