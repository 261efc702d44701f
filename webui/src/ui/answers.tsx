// Above the page while the box does not answer. Once it does, everything on the page is asked for anew.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { watchAnswers } from "../api/answers";
import { useText } from "../i18n";
import { Answering } from "./answering";
import { Note } from "./badge";
import { SESSION } from "./session";

export function WatchedAnswers(props: { children: ReactNode }) {
  const client = useQueryClient();
  const [answers, setAnswers] = useState(true);
  useEffect(
    () =>
      watchAnswers((now) => {
        setAnswers(now);
        if (!now) return;
        // Who is signed in is told by the first refusal, which leaves the page as it is.
        const all = { predicate: (one: { queryKey: readonly unknown[] }) => one.queryKey[0] !== SESSION[0] };
        // Requests to the box as it was before would wait for their full time.
        void client.cancelQueries(all).then(() => client.invalidateQueries(all));
      }),
    [client],
  );
  return (
    <Answering value={answers}>
      {!answers && <Silent />}
      {props.children}
    </Answering>
  );
}

/** What else stays at the top while one scrolls stays below it: `--notice` is its height. */
function Silent() {
  const { t } = useText();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty("--notice", `${element.current?.offsetHeight ?? 0}px`));
    if (element.current) observer.observe(element.current);
    return () => {
      observer.disconnect();
      style.removeProperty("--notice");
    };
  }, []);
  return (
    <div ref={element} role="alert" className="sticky top-0 z-50 bg-sheet p-2 shadow-float">
      <Note state="needs-you">{t("ui.silent")}</Note>
    </div>
  );
}
