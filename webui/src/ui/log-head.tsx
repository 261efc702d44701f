// A line that says how far the log has come. Kept outside the box, it shows whether the end of an export is missing.
import { useState } from "react";
import { read } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import type { LogHead } from "../api/shared";
import { useText } from "../i18n";
import { Button } from "./button";
import { Secret } from "./copy";
import { ProblemNote } from "./form";
import { Sheet } from "./page";

interface Head {
  line: string | null;
  problem: Problem | null;
  busy: boolean;
  take: () => void;
}

export function useLogHead(): Head {
  const [line, setLine] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setProblem(null);
    setBusy(true);
    try {
      setLine((await read<LogHead>("/log/head")).line);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { line, problem, busy, take: () => void take() };
}

export function TakeHead({ head }: { head: Head }) {
  const { t } = useText();
  return (
    <Button icon="lock" busy={head.busy} onClick={head.take}>
      {t("log.head")}
    </Button>
  );
}

export function ShownHead({ head }: { head: Head }) {
  const { t } = useText();
  if (head.problem !== null) return <ProblemNote problem={head.problem} />;
  if (head.line === null) return null;
  return (
    <Sheet title={t("log.head")}>
      <div role="status" className="grid gap-3">
        <p className="max-w-prose text-body text-ink-2">{t("log.headText")}</p>
        <Secret text={head.line} />
      </div>
    </Sheet>
  );
}
