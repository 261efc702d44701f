// The frame of a way in several steps: all of them at the side, the present one with its title and
// sentence. On a phone the count alone says where one is.
import type { ReactNode } from "react";
import { useText } from "../i18n";
import { classes } from "./classes";
import { Icon } from "./icons";
import { LanguageSwitch } from "./language-switch";
import { useHeading } from "./page";

const LOOKS = {
  admin: {
    aside: "on-rail bg-rail px-6 text-rail-text",
    inset: "",
    here: "",
    other: "text-rail-text-2",
    hereMark: "bg-rail-accent text-rail",
    doneMark: "bg-rail-line text-rail-accent",
    nextMark: "border border-rail-line text-rail-text-2",
    foot: "text-rail-text-2",
  },
  crm: {
    aside: "border-line bg-sunk px-3 max-md:border-b md:border-r",
    inset: "px-3",
    here: "text-ink",
    other: "text-ink-2",
    hereMark: "bg-accent text-on-accent",
    doneMark: "bg-tint text-accent",
    nextMark: "border border-line-2 text-ink-2",
    foot: "text-ink-2",
  },
};

export function Steps(props: {
  look: keyof typeof LOOKS;
  /** Whose steps these are, above them. */
  mark: ReactNode;
  /** The words of all steps. */
  steps: string[];
  /** Which of `steps` is shown, from 0. */
  at: number;
  title: string;
  lead: string;
  /** A sentence that holds for this step and those before. */
  foot: string | null;
  children: ReactNode;
}) {
  const { t } = useText();
  const heading = useHeading(props.title, true);
  const look = LOOKS[props.look];
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[296px_minmax(0,1fr)]">
      <aside className={classes("screen-only flex flex-col py-5 md:sticky md:top-0 md:h-dvh md:py-7", look.aside)}>
        {props.mark}
        <ol className={classes("mt-8 grid gap-5 max-md:hidden", look.inset)}>
          {props.steps.map((step, index) => (
            <li
              key={step}
              aria-current={index === props.at ? "step" : undefined}
              className={classes("flex items-center gap-3 text-body", index === props.at ? classes("font-semibold", look.here) : look.other)}
            >
              <span
                className={classes(
                  "inline-flex size-7 shrink-0 items-center justify-center rounded-full text-label font-semibold tabular-nums",
                  index === props.at ? look.hereMark : index < props.at ? look.doneMark : look.nextMark,
                )}
              >
                {index < props.at ? <Icon name="check" /> : index + 1}
              </span>
              {step}
            </li>
          ))}
        </ol>
        {props.foot !== null && <p className={classes("mt-auto text-row max-md:hidden", look.inset, look.foot)}>{props.foot}</p>}
      </aside>
      <main className="min-w-0 px-4 py-6 sm:px-8 md:px-12 md:py-10">
        <div className="screen-only mb-2 flex flex-wrap items-center justify-between gap-2">
          <p className="text-body text-ink-2">{t("ui.stepOf", { step: props.at + 1, of: props.steps.length })}</p>
          <LanguageSwitch />
        </div>
        <h1 ref={heading} tabIndex={-1} className="text-page font-semibold">
          {props.title}
        </h1>
        <p className="mt-1 mb-6 max-w-prose text-body text-ink-2">{props.lead}</p>
        {props.children}
        {props.foot !== null && <p className="screen-only mt-8 text-row text-ink-2 md:hidden">{props.foot}</p>}
      </main>
    </div>
  );
}
