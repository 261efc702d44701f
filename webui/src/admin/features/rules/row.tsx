// One rule: a sentence whose variables are its pickers, what it did, what is to be said of it.
import { type KeyboardEvent, memo, type PointerEvent, type ReactNode } from "react";
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import { When } from "../../../ui/when";
import type { Remark, RuleNow } from "./answer";
import type { Rule } from "./document";
import { useStaging } from "./draft";
import type { Step } from "./edit";
import { piecesOf } from "./pieces";
import type { Part, Trouble } from "./problems";
import { useWords, type Words } from "./words";

export interface RowActs {
  pick: (id: number, part: Part | "menu", button: HTMLElement) => void;
  switchOn: (id: number, on: boolean) => void;
  step: (id: number, step: Step) => void;
  grab: (id: number, event: PointerEvent<HTMLElement>) => void;
  show: (id: number) => void;
}

export interface RowProps {
  rule: Rule;
  /** Its place from 1, of how many. */
  place: number;
  of: number;
  staged: "new" | "changed" | undefined;
  now: RuleNow | undefined;
  troubles: Trouble[] | undefined;
  open: Part | "menu" | null;
  /** Something that is dragged would come to stand before or behind it. */
  drop: "before" | "behind" | null;
  dragged: boolean;
  acts: RowActs;
}

const KEYS: Record<string, Step> = { ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" };

export const Row = memo(function Row(props: RowProps) {
  const { t } = useText();
  const words = useWords();
  const { rule, acts } = props;
  const off = rule.enabled === false;
  const name = t("admin.rules.named", { number: String(rule.id), rule: words.rule(rule) });
  const onKey = (event: KeyboardEvent) => {
    const step = KEYS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    acts.step(rule.id, step);
  };
  return (
    <li
      data-rule={rule.id}
      className={classes(
        "relative border-b border-line last:border-b-0 [contain-intrinsic-size:auto_72px] [content-visibility:auto]",
        props.dragged && "bg-tint",
        props.drop === "before" && "shadow-[inset_0_2px_0_var(--accent)]",
        props.drop === "behind" && "shadow-[inset_0_-2px_0_var(--accent)]",
      )}
    >
      <div role="group" aria-label={name} className="grid grid-cols-[auto_auto_1fr_auto] items-start gap-x-1.5 gap-y-1 px-2 py-2.5 sm:grid-cols-[auto_auto_minmax(0,1fr)_8.5rem_auto] sm:px-3">
        <button
          type="button"
          aria-label={t("admin.rules.move", { number: String(rule.id), place: String(props.place), of: String(props.of) })}
          title={t("admin.rules.moveHint")}
          onKeyDown={onKey}
          onPointerDown={(event) => acts.grab(rule.id, event)}
          className="target inline-flex min-h-8 cursor-grab touch-none items-center gap-0.5 rounded-control pr-1 text-label text-ink-3 tabular-nums hover:text-ink max-sm:min-w-11"
        >
          <Icon name="grip" />
          <span className="min-w-4 text-right">{rule.id}</span>
        </button>
        <label className="target inline-flex min-h-8 min-w-8 items-center justify-center max-sm:min-w-11">
          <span className="relative flex size-4.5">
            <input
              type="checkbox"
              checked={!off}
              aria-label={t("admin.rules.on", { number: String(rule.id) })}
              onChange={(event) => acts.switchOn(rule.id, event.target.checked)}
              className="peer absolute -inset-[3px] size-6 appearance-none rounded-tag"
            />
            <span className="pointer-events-none size-4.5 rounded-tag border border-edge bg-sheet peer-checked:border-accent peer-checked:bg-accent" />
            <Icon name="check" className="pointer-events-none absolute inset-0.5 hidden size-3.5 text-on-accent peer-checked:block" />
          </span>
        </label>
        <div className="min-w-0 max-sm:order-last max-sm:col-span-full max-sm:px-2">
          <Sentence {...props} words={words} off={off} />
          <Below {...props} words={words} off={off} />
        </div>
        <div className="self-center text-right text-row text-ink-3 max-sm:justify-self-start max-sm:text-left">
          <Hits now={props.now} />
        </div>
        <button
          type="button"
          aria-label={t("admin.rules.menuOf", { number: String(rule.id) })}
          aria-haspopup="menu"
          aria-expanded={props.open === "menu"}
          onClick={(event) => acts.pick(rule.id, "menu", event.currentTarget)}
          className="target inline-flex min-h-8 min-w-8 items-center justify-center rounded-control text-ink-2 hover:bg-tint hover:text-ink max-sm:min-w-11"
        >
          <Icon name="dots" />
        </button>
      </div>
    </li>
  );
});

type Inner = RowProps & { words: Words; off: boolean };

function Sentence(props: Inner) {
  const { t } = useText();
  const { rule } = props;
  return (
    <Filled
      text={t("admin.rules.sentence")}
      className={classes("text-body leading-8 max-sm:leading-11", props.off ? "text-ink-3" : "text-ink")}
      of={(part) => (
        <PickerButton
          topic={props.words.topic(part as Part)}
          open={props.open === part}
          wrong={props.troubles?.some((one) => "rule" in one.at && one.at.part === part) ?? false}
          quiet={(part === "when" && rule.schedule === undefined) || (part === "log" && !rule.log)}
          onPick={(button) => props.acts.pick(rule.id, part as Part, button)}
        >
          {props.words.part(rule, part as Part)}
        </PickerButton>
      )}
    />
  );
}

/** A text with something else at each of its `{names}`. */
export function Filled(props: { text: string; className?: string; of: (name: string) => ReactNode }) {
  return (
    <p className={props.className}>
      {piecesOf(props.text).map((piece, index) =>
        "text" in piece ? (
          <span key={index}>{piece.text}</span>
        ) : (
          <span key={index} className={piece.after === "" ? undefined : "whitespace-nowrap [&>*]:whitespace-normal"}>
            {props.of(piece.name)}
            {piece.after}
          </span>
        ),
      )}
    </p>
  );
}

export function PickerButton(props: { topic: string; open: boolean; wrong?: boolean; quiet?: boolean; onPick: (button: HTMLElement) => void; children: string }) {
  const { t } = useText();
  return (
    <button
      type="button"
      aria-label={t("admin.rules.picker", { value: props.children, topic: props.topic })}
      aria-haspopup="dialog"
      aria-expanded={props.open}
      data-wrong={props.wrong || undefined}
      onClick={(event) => props.onPick(event.currentTarget)}
      className={classes(
        // Beside a long one there is room for the punctuation.
        "inline-flex min-h-7 max-w-[calc(100%-1.25em)] items-center gap-1 rounded-control border px-2 py-0.5 text-left align-middle leading-5 wrap-anywhere hover:bg-tint max-sm:min-h-9",
        props.wrong ? "border-2 border-bad" : props.quiet ? "border-dashed border-line-2 text-ink-2" : "border-edge font-medium",
        props.open && "bg-tint",
      )}
    >
      <span className="min-w-0">{props.children}</span>
      <Icon name={props.wrong ? "octagonCross" : "chevronDown"} className={classes("size-3.5", props.wrong ? "text-bad" : "text-ink-3")} />
    </button>
  );
}

function Below(props: Inner) {
  const { t } = useText();
  const { rule, staged, now, troubles, words } = props;
  const { parts } = useStaging();
  const place = (id: number) => parts.rules.findIndex((one) => one.id === id);
  // What was found in the rule in force need not be so in another, nor behind one that does not come first any more.
  const still = ({ rule: other }: Remark) => other === null || (place(other) >= 0 && place(other) < place(rule.id));
  const remarks = staged === undefined ? (now?.remarks ?? []).filter(still) : [];
  return (
    <>
      {troubles !== undefined && (
        <ul className="mt-1 grid gap-0.5">
          {troubles.map((one, index) => (
            <li key={index} className="flex items-start gap-1.5 text-row text-bad">
              <Icon name="octagonCross" className="mt-0.5 size-4" />
              <span className="min-w-0 break-words first-letter:uppercase">{saidTrouble(t, words, one)}</span>
            </li>
          ))}
        </ul>
      )}
      {(rule.comment !== undefined && rule.comment !== "") && (
        <button type="button" onClick={(event) => props.acts.pick(rule.id, "note", event.currentTarget)} aria-haspopup="dialog" aria-expanded={props.open === "note"} className="target mt-1 flex max-w-full items-start gap-1.5 rounded-control text-left text-row text-ink-2 hover:text-ink">
          <Icon name="note" className="mt-0.5 size-4 text-ink-3" />
          <span className="sr-only">{t("admin.rules.note")}</span>
          <span className="min-w-0 wrap-anywhere">{rule.comment}</span>
        </button>
      )}
      {(props.off || staged !== undefined || remarks.length > 0) && (
        <ul className="mt-1 grid gap-1">
          {(staged !== undefined || props.off) && (
            <li className="flex flex-wrap gap-1.5">
              {staged !== undefined && (
                <Badge state="info" icon="edit">
                  {t(`admin.rules.staged.${staged}`)}
                </Badge>
              )}
              {props.off && <Badge state="unknown">{t("admin.rules.off")}</Badge>}
            </li>
          )}
          {remarks.map((one) => (
            <RemarkLine key={one.kind + one.text} remark={one} acts={props.acts} />
          ))}
        </ul>
      )}
    </>
  );
}

function RemarkLine(props: { remark: Remark; acts: RowActs }) {
  const { t, find } = useText();
  const { remark } = props;
  const heavy = remark.kind === "shadowed" || remark.kind === "ipv4-only" || remark.kind === "nobody";
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-row text-ink-2">
      <Badge state={heavy ? "needs-you" : "unknown"} icon={heavy ? undefined : remark.kind === "off-hours" || remark.kind === "unused" ? "clock" : "info"}>
        {find(`admin.rules.remark.${remark.kind}`) ?? remark.kind}
      </Badge>
      <span className="min-w-0 break-words">{remark.text}</span>
      {remark.rule !== null && (
        <button type="button" onClick={() => remark.rule !== null && props.acts.show(remark.rule)} className="target text-accent underline decoration-line-2 underline-offset-3 hover:decoration-accent">
          {t("admin.rules.showRule", { number: String(remark.rule) })}
        </button>
      )}
    </li>
  );
}

function Hits({ now }: { now: RuleNow | undefined }) {
  const { t } = useText();
  if (now === undefined) return null;
  const at = now.lastHit ?? now.countedSince;
  return (
    <>
      <span className="block tabular-nums">{t("admin.rules.hits", { count: now.hits })}</span>
      {at !== null && (
        <span className="block text-label">
          {now.lastHit === null ? t("admin.rules.sinceThen") : t("admin.rules.lastHit")}<When at={at} within />
        </span>
      )}
    </>
  );
}

export function saidTrouble(t: ReturnType<typeof useText>["t"], words: Words, one: Trouble): string {
  const topic = "rule" in one.at && one.at.part !== null ? words.topic(one.at.part) : null;
  const message = one.entry === null ? one.message : t("admin.rules.wrongEntry", { entry: one.entry, message: one.message });
  return topic === null ? message : t("admin.rules.wrongPart", { topic, message });
}
