// Is this name blocked, and by which list: asked of the box, zone by zone.
import { useState } from "react";
import { read } from "../../../api/client";
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Sheet } from "../../../ui/page";
import type { JudgedName } from "../../api";
import { useZoneName } from "../../zone";
import { Why } from "./blocked-why";

export function Asked({ onAllow }: { onAllow: (name: string) => void }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const [judged, setJudged] = useState<JudgedName | null>(null);
  const form = useForm({
    initial: { name: "" },
    submit: async ({ name }) => {
      setJudged(null);
      setJudged(await read<JudgedName>(`/blocking/name?name=${encodeURIComponent(name)}`));
    },
  });
  const isBlocked = judged?.zones.some(({ why }) => why.kind === "lists" || why.kind === "own") === true;
  return (
    <Sheet title={t("admin.blocking.ask")}>
      <Form form={form} label={t("admin.blocking.ask")}>
        <div className="max-w-prose">
          <TextField label={t("admin.blocking.askName")} hint={t("admin.blocking.askHint")} field={form.field("name")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </div>
        <Actions>
          <Button type="submit" busy={form.busy}>
            {t("admin.blocking.askNow")}
          </Button>
        </Actions>
      </Form>
      <div role="status">
        {judged !== null && judged.zones.length === 0 && <p className="text-body text-ink-2">{t("admin.blocking.askNowhere", { name: judged.name })}</p>}
        {judged !== null && judged.zones.length > 0 && (
          <ul aria-label={judged.name} className="mt-3">
            {judged.zones.map(({ zone, why }) => {
              const blocked = why.kind === "lists" || why.kind === "own";
              return (
                <li key={zone} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-2">
                  <span className="text-body text-ink">{zoneName(zone)}</span>
                  <Badge state={blocked ? "needs-you" : "unknown"}>{t(blocked ? "admin.blocking.isBlocked" : "admin.blocking.isNot")}</Badge>
                  <span className="min-w-0 text-row break-words text-ink-2">
                    <Why why={why} name={judged.name} />
                  </span>
                </li>
              );
            })}
          </ul>
        )}
        {judged !== null && isBlocked && (
          <Button onClick={() => onAllow(judged.name)} aria-label={t("admin.blocking.allowNamed", { name: judged.name })}>
            {t("admin.blocking.allowThis")}
          </Button>
        )}
      </div>
    </Sheet>
  );
}
