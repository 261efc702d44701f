// The search box of a long list.
import { type ChangeEvent, type CompositionEvent, useEffect, useId, useRef, useState } from "react";
import { classes } from "./classes";
import { FieldFrame, inputClass } from "./field";
import { Icon } from "./icons";
import { useShortcut } from "./shortcuts";

const PAUSE_MS = 250;

/** A search of a list. Asks after a pause in typing, and never in the middle of a Chinese character. What is too long is not cut: it is
    said, and asked for once it is shorter. */
export function Search(props: {
  label: string;
  hint: string;
  /** Characters, as the server counts them. */
  most: number;
  tooLong: (has: number) => string;
  value: string;
  error: string | null;
  onValue: (value: string) => void;
}) {
  const id = useId();
  const [text, setText] = useState(props.value);
  const sent = useRef(props.value);
  const composing = useRef(false);
  /** What was typed and is not asked for yet. */
  const due = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const begin = () => {
    input.current?.focus();
    input.current?.select();
  };
  useShortcut({ keys: ["/"], text: props.label, act: begin });
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // Changed from elsewhere: going back, or dropping the search.
    if (props.value === sent.current) return;
    sent.current = props.value;
    setText(props.value);
  }, [props.value]);
  const ask = () => {
    clearTimeout(timer.current);
    if (due.current === null) return;
    sent.current = due.current;
    due.current = null;
    props.onValue(sent.current);
  };
  const later = (value: string) => {
    clearTimeout(timer.current);
    due.current = lengthOf(value) > props.most ? null : value.trim();
    timer.current = setTimeout(ask, PAUSE_MS);
  };
  const has = lengthOf(text);
  const error = has > props.most ? props.tooLong(has) : props.error;
  return (
    <div className="w-full min-w-0 sm:max-w-80">
      <FieldFrame id={id} label={props.label} error={error}>
        <div className="relative">
          <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-2" />
          <input
            ref={input}
            id={id}
            type="search"
            value={text}
            placeholder={props.hint}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={error !== null || undefined}
            aria-describedby={error !== null ? `${id}-below` : undefined}
            onCompositionStart={() => {
              composing.current = true;
            }}
            onCompositionEnd={(event: CompositionEvent<HTMLInputElement>) => {
              composing.current = false;
              later(event.currentTarget.value);
            }}
            onChange={(event: ChangeEvent<HTMLInputElement>) => {
              setText(event.target.value);
              if (!composing.current) later(event.target.value);
            }}
            // Whoever goes on, by key or pointer, does so with what stands here.
            onBlur={ask}
            className={classes(inputClass, "pl-9")}
          />
        </div>
      </FieldFrame>
    </div>
  );
}

function lengthOf(search: string): number {
  return [...search.trim()].length;
}
