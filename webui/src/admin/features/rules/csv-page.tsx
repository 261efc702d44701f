// Rules from a table: all of its rows are staged, or none, with what is wrong by row and column. The box judges them too,
// before anything is staged.
import { useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useRef, useState } from "react";
import { useLocation } from "wouter";
import { isProblem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { LoadFailed } from "../../../ui/async";
import { Button, ButtonLink, buttonClass, TextLink } from "../../../ui/button";
import { Choices } from "../../../ui/choice";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import { reviewOf } from "../../review/proposal";
import { Refused } from "../../review/refused";
import { COLUMNS, type Column, type CsvFault, type CsvRules, rulesIn } from "./csv";
import { textOf } from "./csv-text";
import { type CsvZones, useCsvZones } from "./csv-zones";
import { type Parts, withParts } from "./document";
import { useStaging } from "./draft";
import { entryAt, stepsOf } from "./problems";

/** 500 rules with long lists are smaller. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Faults that are named; the others are counted. */
const SHOWN = 50;

interface Told {
  row: number | null;
  column: Column | null;
  /** The entry of the cell that it is about, when it is about one. */
  entry: string | null;
  message: string;
}

export function CsvImportPage() {
  const { t } = useText();
  return (
    <Page narrow title={t("admin.csv.title")} lead={t("admin.csv.lead")} above={<TextLink href="/rules">{t("admin.rules")}</TextLink>}>
      <CsvForm />
      <Sheet title={t("admin.csv.columns")}>
        <p className="text-row text-ink-2">{t("admin.csv.columnsText")}</p>
        <p className="mt-2 font-mono text-label break-words text-ink" lang="en">
          {COLUMNS.join(", ")}
        </p>
      </Sheet>
    </Page>
  );
}

function CsvForm() {
  const { t } = useText();
  const { language } = useLanguage();
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const { document, etag, parts, update } = useStaging();
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [way, setWay] = useState<"replace" | "append">("append");
  const [fault, setFault] = useState<"none" | "large" | "unreadable" | null>(null);
  const [told, setTold] = useState<Told[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const zones = useCsvZones(document);
  const saidFault = useSaidFault(zones);

  const forget = () => {
    setTold([]);
    setProblem(null);
    setFault(null);
  };
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.target.files ?? [];
    // The same file may be chosen again, once it is mended.
    event.target.value = "";
    if (chosen === undefined) return;
    forget();
    const text = chosen.size > MAX_BYTES ? null : textOf(new Uint8Array(await chosen.arrayBuffer()));
    setFile(text === null ? null : { name: chosen.name, text });
    if (text === null) setFault(chosen.size > MAX_BYTES ? "large" : "unreadable");
  };
  const tell = (faults: Told[]) => {
    setTold(faults);
    requestAnimationFrame(() => list.current?.focus());
  };
  const stage = async () => {
    if (busy) return;
    forget();
    if (file === null) return setFault(fault ?? "none");
    const kept = way === "append" ? parts.rules : [];
    const read = rulesIn(file.text, kept, zones);
    if ("faults" in read) return tell(read.faults.map((one) => ({ row: one.row, column: one.column, entry: null, message: saidFault(one) })));
    const next: Parts = { ...parts, rules: [...kept, ...read.rules] };
    setBusy(true);
    try {
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body: { document: withParts(document, next) }, etag }, language), staleTime: 0 });
    } catch (error) {
      const found = isProblem(error) ? error.errors.map((one) => rowOf(one.field, one.message, kept.length, read)) : [];
      if (found.length > 0 && found.some((one) => one.row !== null)) tell(found);
      else setProblem(error);
      return;
    } finally {
      setBusy(false);
    }
    const was = parts.rules;
    update((before) => ({ ...before, rules: next.rules }));
    toast(t("admin.csv.staged", { count: read.rules.length }), () => update((before) => ({ ...before, rules: was })));
    go("/rules");
  };
  return (
    <>
      <Sheet>
        <form
          noValidate
          aria-label={t("admin.csv.title")}
          onSubmit={(event) => {
            event.preventDefault();
            void stage();
          }}
          className="grid gap-5"
        >
          <div className="grid justify-items-start gap-2">
            <label className={classes(buttonClass({}), "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent")}>
              <Icon name="upload" />
              {t(file === null ? "admin.chooseFile" : "admin.chooseOther")}
              <input type="file" accept=".csv,.txt,.tsv,text/csv" aria-describedby="csv-below" aria-invalid={fault !== null || undefined} onChange={(event) => void choose(event)} className="sr-only" />
            </label>
            <p id="csv-below" role="status" className={classes("min-w-0 text-row break-words", fault === null ? "text-ink-2" : "flex items-start gap-1.5 text-bad")}>
              {fault !== null && <Icon name="octagonCross" className="mt-0.5 size-4" />}
              {fault !== null ? t(`admin.csv.file.${fault}`) : file === null ? t("admin.csv.fileHint") : t("admin.csv.chosen", { name: file.name })}
            </p>
          </div>
          <Choices
            seen
            legend={t("admin.csv.way")}
            options={[
              { value: "append", label: t("admin.csv.append"), hint: t("admin.csv.appendHint") },
              { value: "replace", label: t("admin.csv.replace"), hint: t("admin.csv.replaceHint", { count: parts.rules.length }) },
            ]}
            picked={[way]}
            onPicked={([next]) => setWay(next === "replace" ? "replace" : "append")}
          />
          <Actions>
            <Button kind="primary" type="submit" busy={busy}>
              {t("admin.csv.stage")}
            </Button>
            <ButtonLink href="/rules">{t("ui.back")}</ButtonLink>
          </Actions>
        </form>
      </Sheet>
      {told.length > 0 && (
        <div ref={list} role="alert" tabIndex={-1} className="grid gap-3 rounded-sheet border border-bad bg-sheet px-4 py-4 sm:px-5">
          <p className="flex items-start gap-2 text-body font-semibold text-bad">
            <Icon name="octagonCross" className="mt-1 size-4" />
            {t("admin.csv.refused", { count: told.length })}
          </p>
          <ul className="grid gap-2">
            {told.slice(0, SHOWN).map((one, index) => (
              <li key={index} className="grid border-t border-line pt-2 break-words">
                <span className="text-row text-ink-3">{placeText(t, one)}</span>
                <span className="text-body text-ink">{one.entry === null ? one.message : t("admin.rules.wrongEntry", { entry: one.entry, message: one.message })}</span>
              </li>
            ))}
          </ul>
          {told.length > SHOWN && <p className="text-row text-ink-2">{t("admin.refusedMore", { count: told.length - SHOWN })}</p>}
        </div>
      )}
      {problem !== null && (isProblem(problem) ? <Refused error={problem} isFile retry={() => void stage()} /> : <LoadFailed error={problem} retry={() => void stage()} />)}
    </>
  );
}

function placeText(t: ReturnType<typeof useText>["t"], { row, column }: Told): string {
  if (row === null) return t("admin.csv.whole");
  return column === null ? t("admin.csv.row", { row: String(row) }) : t("admin.csv.cell", { row: String(row), column });
}

function useSaidFault({ known }: CsvZones): (fault: CsvFault) => string {
  const { t } = useText();
  return ({ fault, text }) => t(`admin.csv.fault.${fault}`, { text, known: known.join(t("ui.listGap")) });
}

/** Where in the file it stands that the box refused a rule. */
export function rowOf(field: string, message: string, before: number, read: CsvRules): Told {
  const [top, index, ...rest] = stepsOf(field);
  const [side, part] = rest;
  const at = top === "rules" ? Number(index) - before : -1;
  const [row, rule] = [read.rows[at], read.rules[at]];
  if (row === undefined || rule === undefined) return { row: null, column: null, entry: null, message };
  const name = side === "from" || side === "to" ? `${side}_${part ?? "zones"}` : side;
  return { row, column: COLUMNS.find((one) => one === name) ?? null, entry: entryAt(rule, rest), message };
}
