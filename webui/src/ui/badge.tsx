// Shape and word: take all colour away and it still reads.
import type { ReactNode } from "react";
import { classes } from "./classes";
import { Icon, type IconName } from "./icons";

export type State = "proven" | "needs-you" | "open" | "unknown" | "info";

const LOOKS: Record<State, { icon: IconName; text: string; ground: string }> = {
  proven: { icon: "circleCheck", text: "text-ok", ground: "bg-ok-ground" },
  "needs-you": { icon: "triangle", text: "text-warn", ground: "bg-warn-ground" },
  open: { icon: "octagonCross", text: "text-bad", ground: "bg-bad-ground" },
  unknown: { icon: "circleDashed", text: "text-ink-2", ground: "bg-sunk border border-line-2" },
  info: { icon: "info", text: "text-info", ground: "bg-info-ground" },
};

export function Badge(props: { state: State; icon?: IconName; plain?: boolean; children: ReactNode }) {
  const look = LOOKS[props.state];
  return (
    <span
      className={classes(
        "inline-flex items-center gap-1.5 rounded-tag align-middle text-row font-medium whitespace-nowrap",
        look.text,
        !props.plain && classes(look.ground, "px-2 py-0.5"),
      )}
    >
      <Icon name={props.icon ?? look.icon} className={props.plain ? "size-4" : "size-3.5"} />
      {props.children}
    </span>
  );
}

/** A sentence that explains or warns, with its icon; not an error of a form (FormError). */
export function Note(props: { state?: State; children: ReactNode; role?: "status" | "alert" }) {
  const look = LOOKS[props.state ?? "info"];
  return (
    <div role={props.role} className={classes("flex items-start gap-2.5 rounded-control px-3 py-2.5 text-body text-ink", look.ground)}>
      <Icon name={look.icon} className={classes("mt-1 size-4", look.text)} />
      <div className="min-w-0 flex-1 break-words">{props.children}</div>
    </div>
  );
}
