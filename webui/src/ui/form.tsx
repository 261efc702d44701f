// A form that loses nothing: values stay, the server's errors land at their fields, what has no
// field lands in a summary that takes the focus. A second press while busy does nothing, and a
// repeated POST carries the same Idempotency-Key until an answer came.
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { isProblem, type Problem } from "../api/problem";
import { useText } from "../i18n";
import type { Bound } from "./field";
import { Icon } from "./icons";
import { useLostAnswer } from "./lost-answer";
import { useProblemText } from "./problem-text";

interface FormState<V> {
  values: V;
  set: <K extends keyof V>(name: K, value: V[K]) => void;
  /** A text field bound to the form. */
  field: (name: keyof V & string) => Bound;
  busy: boolean;
  problem: Problem | null;
  onSubmit: (event: FormEvent) => void;
  /** Sends by another button than the form's own; `way` says which to what sends it. */
  send: (way: string) => void;
  reset: (values: V) => void;
  /** Bound fields, so that the summary knows what is shown elsewhere. */
  known: Set<string>;
  attempt: number;
  /** What is told at fields and needs no summary; null when nothing is. */
  told: string[] | null;
}

interface Sender {
  idempotencyKey: string;
  /** As `send` was told; none by the form's own button. */
  way: string | null;
}

export function useForm<V extends object>(options: {
  initial: V;
  submit: (values: V, sender: Sender) => Promise<unknown>;
  /** What is wrong with what was typed so far: said when its field is left, and before sending. */
  early?: (values: V) => Partial<Record<keyof V & string, string>>;
  /** Errors known before sending, by field; the server has the last word all the same. */
  check?: (values: V) => Partial<Record<keyof V & string, string>>;
  /** What a problem that names no field says at one, in the language of the moment; until the next is sent. */
  told?: (problem: Problem) => Partial<Record<keyof V & string, string>>;
  /** What `told` says is all there is to say: no summary then. An empty text marks the field alone. */
  toldAlone?: boolean;
}): FormState<V> {
  const [values, setValues] = useState(options.initial);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const running = useRef(false);
  const key = useRef<string | null>(null);
  const known = useRef(new Set<string>()).current;
  known.clear();
  useLostAnswer(problem, () => setProblem(null));

  const set = <K extends keyof V>(name: K, value: V[K]) => {
    key.current = null;
    setValues((before) => ({ ...before, [name]: value }));
    setErrors((before) => {
      const kept = Object.entries(before).filter(([at]) => at !== name && !at.startsWith(`${String(name)}/`));
      return kept.length === Object.keys(before).length ? before : Object.fromEntries(kept);
    });
  };

  const send = async (way: string | null) => {
    if (running.current) return;
    setProblem(null);
    const early = { ...definite(options.check?.(values) ?? {}), ...definite(options.early?.(values) ?? {}) };
    setErrors(early);
    if (Object.keys(early).length > 0) {
      setAttempt((before) => before + 1);
      return;
    }
    running.current = true;
    setBusy(true);
    key.current ??= crypto.randomUUID();
    try {
      await options.submit(values, { idempotencyKey: key.current, way });
      key.current = null;
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.status !== 0) key.current = null;
      setProblem(error);
      setErrors(byField(error));
      setAttempt((before) => before + 1);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  const told = definite((problem && options.told?.(problem)) ?? {}, true);
  const alone = options.toldAlone && Object.keys(told).length > 0 ? Object.values(told).filter((text) => text !== "") : null;
  return {
    values,
    set,
    field: (name) => {
      known.add(name);
      return {
        name,
        value: String(values[name] ?? ""),
        onValue: (value) => set(name, value as V[typeof name]),
        error: errors[name] ?? told[name] ?? null,
        onLeft: () => {
          const wrong = options.early?.(values)[name];
          if (wrong) setErrors((before) => ({ ...before, [name]: wrong }));
        },
      };
    },
    busy,
    problem,
    onSubmit: (event) => {
      event.preventDefault();
      void send(null);
    },
    send: (way) => void send(way),
    reset: (next) => {
      setValues(next);
      setErrors({});
      setProblem(null);
    },
    known,
    attempt,
    told: alone,
  };
}

function definite(errors: Partial<Record<string, string>>, emptyToo = false): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter((pair): pair is [string, string] => Boolean(pair[1]) || (emptyToo && pair[1] === "")));
}

/** JSON pointers become field names: `/phone` is `phone`. */
function byField(problem: Problem): Record<string, string> {
  return Object.fromEntries(problem.errors.map((one) => [one.field.replace(/^\//, ""), one.message]));
}

/** `<form>` with the summary on top; the focus goes to the first field in error, else to the summary. */
export function Form<V extends object>(props: { form: FormState<V>; label?: string; children: ReactNode; className?: string }) {
  const { form } = props;
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (form.attempt === 0) return;
    const wrong = element.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (wrong ?? element.current?.querySelector<HTMLElement>("[data-summary]"))?.focus();
  }, [form.attempt]);
  return (
    <form ref={element} noValidate aria-label={props.label} onSubmit={form.onSubmit} className={props.className ?? "grid gap-5"}>
      {props.children}
      <FormError form={form} />
    </form>
  );
}

/** What happened, what was not changed, what to do; fields that are not on the page are listed. */
function FormError<V extends object>({ form }: { form: FormState<V> }) {
  const { problem } = form;
  if (problem === null) return null;
  // At the field it is seen, and the focus is there already: it is said aloud here.
  if (form.told !== null) {
    return (
      <p role="alert" className="sr-only">
        {form.told.join(" ")}
      </p>
    );
  }
  const elsewhere = problem.errors.filter((one) => !form.known.has(one.field.replace(/^\//, "")));
  const shown = problem.errors.length > 0 && elsewhere.length === 0;
  return <ProblemNote problem={problem} quiet={shown} extra={elsewhere.map((one) => one.message)} />;
}

export function ProblemNote(props: { problem: Problem; quiet?: boolean; extra?: string[] }) {
  const { t } = useText();
  const sentence = useProblemText()(props.problem);
  const extra = props.extra?.filter((one) => one !== "") ?? [];
  return (
    <div
      role="alert"
      tabIndex={-1}
      data-summary
      className="flex items-start gap-2.5 rounded-control border border-bad bg-bad-ground px-3 py-2.5 text-body text-bad"
    >
      <Icon name="octagonCross" className="mt-1 size-4" />
      <div className="min-w-0 break-words">
        {props.quiet ? t("ui.fieldsWrong", { count: props.problem.errors.length }) : sentence}
        {extra.length > 0 && (
          <ul className="mt-1 list-disc pl-5">
            {extra.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
