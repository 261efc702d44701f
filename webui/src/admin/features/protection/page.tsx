// The face of the box: seven protections, each with what was tried and what came of it. A row that
// no try has proven yet is grey and says what will prove it; a green mark without a proof is none.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { classes } from "../../../ui/classes";
import { Icon, type IconName } from "../../../ui/icons";
import { Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { Protection, ProtectionRow } from "../../api";
import { FormerNote } from "../settings/former-page";
import { Gates } from "./gates";
import { shownState } from "./shown-state";

const ICONS: Record<ProtectionRow["key"], IconName> = {
  data: "lock",
  access: "signIn",
  network: "zones",
  application: "window",
  people: "people",
  suppliers: "suppliers",
  audit: "log",
};

export function ProtectionPage() {
  const { t } = useText();
  // The box's own sentences are in it, in the language that was asked for.
  const { language } = useLanguage();
  const query = useQuery({ queryKey: ["protection", language], queryFn: ({ signal }) => read<Protection>("/protection", signal), refetchInterval: 30_000 });
  return (
    <Page title={t("admin.protection")} lead={t("admin.protectionLead")}>
      <FormerNote />
      <Loaded query={query}>
        {(protection) => (
          <>
            <Gates rows={protection.rows} />
            <Sheet
              bare
              footer={
                <>
                  {t("admin.lookedAt")} <When at={protection.checkedAt} />
                </>
              }
            >
              <ul aria-label={t("admin.protection")}>
                {protection.rows.map((row) => (
                  <Row key={row.key} row={row} />
                ))}
              </ul>
            </Sheet>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Row({ row }: { row: ProtectionRow }) {
  const { t } = useText();
  const state = shownState(row);
  return (
    <li className="grid min-h-16 items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(10rem,1.2fr)_9.5rem_minmax(12rem,2fr)] sm:px-5">
      <div className="flex items-start gap-3">
        <Icon name={ICONS[row.key]} className="mt-1 size-4 text-ink-2" />
        <div className="min-w-0">
          <h2 className="text-section font-semibold">{t(`admin.row.${row.key}`)}</h2>
          <p className="text-row text-ink-3">{t(`admin.rowText.${row.key}`)}</p>
        </div>
      </div>
      <div className="max-sm:pl-7">
        <Badge plain state={state}>
          {t(`admin.rowState.${state}`)}
        </Badge>
      </div>
      <div className={classes("min-w-0 text-row break-words max-sm:pl-7", row.proof ? "text-ink" : "text-ink-2")}>
        {row.proof ? (
          <>
            <p className="text-ink-2">
              {row.proof.tried} · {row.proof.from} · <When at={row.proof.at} />
            </p>
            <p className="font-medium">{row.proof.result}</p>
          </>
        ) : (
          <p>{t(`admin.rowProof.${row.key}`)}</p>
        )}
        {row.todo && <p className="text-warn">{row.todo}</p>}
      </div>
    </li>
  );
}
