// The way out of a zone: what goes with it is said first; the box has a word before it is prepared.
import { useState } from "react";
import { useLocation } from "wouter";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { Dialog } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { useZoneName } from "../../zone";
import { portsOf, withoutZone } from "./document";
import { type Draft, useStage } from "./draft";

export function RemoveZone({ draft, name }: { draft: Draft; name: string }) {
  const { t } = useText();
  const zone = useZoneName()(name);
  const [, go] = useLocation();
  const stage = useStage(draft);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ports = portsOf(draft.document, name);
  const remove = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await stage(withoutZone(draft.document, name), () => null);
      go("/zones");
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet title={t("admin.zoneRemove")}>
      <div className="grid justify-items-start gap-3">
        <p className="text-body text-ink-2">{t("admin.zoneRemoveText")}</p>
        <Button kind="destructive" icon="trash" onClick={() => setOpen(true)}>
          {t("admin.zoneRemoveAsk")}
        </Button>
      </div>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("admin.zoneRemoveTitle", { zone })}
        buttons={
          <>
            <Button onClick={() => setOpen(false)}>{t("ui.keep")}</Button>
            <Button kind="destructive-outline" busy={busy} onClick={() => void remove()}>
              {t("admin.zoneRemoveNow")}
            </Button>
          </>
        }
      >
        <p>{ports.length === 0 ? t("admin.zoneRemoveNoPort") : t("admin.zoneRemovePorts", { ports: ports.join(t("ui.listGap")) })}</p>
        {problem !== null && <ProblemNote problem={problem} extra={problem.errors.map((one) => one.message)} />}
      </Dialog>
    </Sheet>
  );
}
