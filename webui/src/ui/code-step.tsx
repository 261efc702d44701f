// The first step of every way in: the code somebody was handed, and how many tries are left after a
// wrong one.
import { post } from "../api/client";
import { isProblem } from "../api/problem";
import { useText } from "../i18n";
import { Button } from "./button";
import { CodeField } from "./field";
import { Form, useForm } from "./form";

export function CodeStep<T>(props: {
  path: string;
  /** Names the form. */
  name: string;
  label: string;
  hint: string;
  /** Said when nothing is typed. */
  empty: string;
  /** Said above when a later step is over: why, and how to go on. */
  over: string | null;
  maxLength: number;
  /** What stands in the field from the start. */
  code?: string;
  tries: (left: number) => string;
  onDone: (answer: T, code: string) => Promise<void> | void;
}) {
  const { t } = useText();
  const form = useForm({
    initial: { code: props.code ?? "" },
    check: (values) => ({ code: values.code.trim() === "" ? props.empty : undefined }),
    told: (problem) => {
      const left = isProblem(problem, "wrong-code") ? problem.number("triesLeft") : null;
      return { code: left === null ? undefined : props.tries(left) };
    },
    submit: async (values, sender) => {
      const answer = await post<T>(props.path, { code: values.code }, sender.idempotencyKey);
      await props.onDone(answer, values.code);
    },
  });
  return (
    <Form form={form} label={props.name} className="grid max-w-md gap-5">
      {props.over !== null && (
        <p role="status" className="text-body text-warn">
          {props.over}
        </p>
      )}
      <CodeField label={props.label} hint={props.hint} field={form.field("code")} maxLength={props.maxLength} autoFocus />
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}
