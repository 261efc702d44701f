// How the CRM is, and a new code for its first manager as long as nobody claimed it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge, type State } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { Facts, Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { CrmStatus, ManagerCode } from "../../api";
import { CodeSheet } from "./code-sheet";

// Words carry the state; "proven" is for protections that were tried, so an open CRM is plain info.
const BADGES: Record<CrmStatus["state"], State> = { unclaimed: "needs-you", locked: "needs-you", open: "info", "disk-failed": "open", unreachable: "open" };

export function CrmPage() {
  const { t } = useText();
  const client = useQueryClient();
  const [made, setMade] = useState<ManagerCode | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const query = useQuery({ queryKey: ["crm"], queryFn: ({ signal }) => read<CrmStatus>("/crm", signal), refetchInterval: 10_000 });
  const make = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setMade((await call<ManagerCode>("POST", "/crm/manager-code")).data);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: ["crm"] });
    }
  };
  return (
    <Page narrow title={t("admin.crm")} lead={t("admin.crmLead")}>
      <Loaded query={query}>
        {(crm) => (
          <>
            <Sheet>
              <Facts
                items={[
                  { label: t("admin.state"), value: <Badge state={BADGES[crm.state]}>{t(`admin.crmState.${crm.state}`)}</Badge> },
                  { label: t("admin.since"), value: <When at={crm.since} /> },
                  { label: t("admin.crmAddress"), value: <a className="text-accent underline" href={crm.url}>{crm.url}</a> },
                ]}
              />
              <p className="mt-4 text-body text-ink-2">{t(`admin.crmText.${crm.state}`)}</p>
            </Sheet>
            {crm.state === "unclaimed" && made === null && (
              <Sheet title={t("admin.managerCode")}>
                <div className="grid justify-items-start gap-3">
                  {crm.managerCode && (
                    <p className="text-body text-ink-2">
                      {t("admin.codeLives")}<When within at={crm.managerCode.expires} />
                    </p>
                  )}
                  <p className="text-body text-ink-2">{t("admin.newCodeText")}</p>
                  <Button kind="primary" busy={busy} onClick={() => void make()}>
                    {t("admin.newCode")}
                  </Button>
                </div>
              </Sheet>
            )}
            {problem && <ProblemNote problem={problem} />}
            {made && <CodeSheet code={made} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
