// The test of a cell: real packets, one after the other, and what became of each beside what the rules say.
import { useEffect, useId, useRef, useState } from "react";
import { post } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { SelectBox, TextField } from "../../../ui/field";
import { useProblemText } from "../../../ui/problem-text";
import { When } from "../../../ui/when";
import type { ProbeResult } from "../../api";
import { useZoneName } from "../../zone";
import { milliseconds, type Outcome, summary, TRIES, type Try, triesOf, WAYS, whatOf } from "./tries";

/** Zones that are only staged have no packets yet. `isStaged`: what is tested is another thing than what is staged. */
export function CellTest(props: { from: string; to: string; isStaged: boolean; isThere: (zone: string) => boolean }) {
  const { t } = useText();
  const name = useZoneName();
  const missing = [props.from, props.to].find((zone) => !props.isThere(zone));
  if (missing !== undefined) return <p className="border-t border-line px-4 py-3 text-row text-ink-2 sm:px-5">{t("admin.cellTestStagedZone", { zone: name(missing) })}</p>;
  return <Test from={props.from} to={props.to} isStaged={props.isStaged} />;
}

function Test(props: { from: string; to: string; isStaged: boolean }) {
  const { t } = useText();
  const name = useZoneName();
  const id = useId();
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const [sent, setSent] = useState<Try[]>(TRIES);
  const [way, setWay] = useState<(typeof WAYS)[number]>("web");
  const [port, setPort] = useState("");
  const [wrong, setWrong] = useState(false);
  const running = useRef(false);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => void (gone.current = true);
  }, []);
  const run = async () => {
    if (running.current) return;
    const tries = triesOf(way, port);
    setWrong(tries === null);
    if (tries === null) return;
    running.current = true;
    setSent(tries);
    let all: Outcome[] = tries.map(() => ({ is: "waits" }));
    const put = (at: number, outcome: Outcome) => {
      all = all.with(at, outcome);
      if (!gone.current) setOutcomes(all);
    };
    for (const [at, one] of tries.entries()) {
      if (gone.current) break;
      put(at, { is: "runs" });
      try {
        put(at, { is: "done", result: await post<ProbeResult>("/probes", { from: props.from, to: props.to, ...one }) });
      } catch (error) {
        if (!isProblem(error)) throw error;
        put(at, { is: "not-tried", problem: error });
      }
    }
    running.current = false;
  };
  const over = outcomes && summary(outcomes);
  const busy = outcomes !== null && over === null;
  const [before, after] = t("admin.cellTestDone", { when: "\u0000", count: over?.arrived ?? 0, of: over?.sent ?? 0 }).split("\u0000");
  return (
    <div className="border-t border-line px-4 py-3 text-body sm:px-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p role="status" className="min-w-0 flex-1 text-row text-ink-2">
          {over?.at ? (
            <>
              {before?.trimEnd()}
              <When at={over.at} within />
              {after}
            </>
          ) : (
            t("admin.cellTestLead", { from: name(props.from), to: name(props.to) })
          )}
          {props.isStaged && <span className="block text-warn">{t("admin.cellTestInForce")}</span>}
        </p>
        <Button size="row" icon="refresh" busy={busy} onClick={() => void run()}>
          {t(over ? "admin.cellTestAgain" : "admin.cellTest")}
        </Button>
      </div>
      <div className="mt-2 flex flex-wrap items-start gap-3">
        <div className="grid gap-1">
          <label htmlFor={id} className="text-row font-medium">
            {t("admin.cellTestWith")}
          </label>
          <SelectBox id={id} value={way} onValue={(next) => setWay(next as typeof way)} options={WAYS.map((value) => ({ value, label: t(`admin.cellTestWay.${value}`) }))} />
        </div>
        {way !== "web" && (
          <div className="w-28">
            <TextField
              label={t("admin.packetPort")}
              field={{
                name: "port",
                value: port,
                onValue: (next) => {
                  setPort(next);
                  setWrong(false);
                },
                error: wrong ? t("admin.cellTestPort") : null,
              }}
              inputMode="numeric"
              autoComplete="off"
            />
          </div>
        )}
      </div>
      {outcomes && <Results sent={sent} outcomes={outcomes} />}
    </div>
  );
}

function Results({ sent, outcomes }: { sent: Try[]; outcomes: Outcome[] }) {
  const { t } = useText();
  return (
    <table aria-label={t("admin.cellTestResults")} className="mt-3 w-full text-row">
      <thead className="text-left text-ink-3">
        <tr>
          <th scope="col" className="py-1 pr-4 font-medium">
            {t("admin.cellTestWhat")}
          </th>
          <th scope="col" className="py-1 font-medium">
            {t("admin.cellTestResult")}
          </th>
        </tr>
      </thead>
      <tbody>
        {sent.map((one, at) => (
          <tr key={whatOf(one)} className="border-t border-line align-top">
            <th scope="row" className="py-1.5 pr-4 text-left font-normal whitespace-nowrap text-ink-2 tabular-nums">
              {whatOf(one)}
            </th>
            <td className="min-w-0 py-1.5">
              <Result outcome={outcomes[at] ?? { is: "waits" }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Result({ outcome }: { outcome: Outcome }) {
  const { t } = useText();
  const sentence = useProblemText();
  switch (outcome.is) {
    case "waits":
      return <span className="text-ink-3">{t("admin.cellTestWaits")}</span>;
    case "runs":
      return <span className="text-ink-2">{t("admin.cellTestRuns")}</span>;
    case "not-tried":
      return (
        <>
          <Badge plain state="unknown">
            {t("admin.cellTestNotTried")}
          </Badge>{" "}
          <span className="text-ink-2">{outcome.problem.errors[0]?.message || sentence(outcome.problem)}</span>
        </>
      );
    case "done": {
      const { arrived, agrees, expected, microseconds, text } = outcome.result;
      return (
        <>
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-medium text-ink">{arrived ? t("admin.cellTestArrived", { time: milliseconds(microseconds ?? 0) }) : t("admin.cellTestStopped")}</span>
            <Badge plain state={agrees ? "proven" : "open"}>
              {t(agrees ? "admin.cellTestAgrees" : "admin.cellTestDiffers")}
            </Badge>
          </span>
          <span className="block break-words text-ink-2">{agrees ? expected.why : text}</span>
        </>
      );
    }
  }
}
