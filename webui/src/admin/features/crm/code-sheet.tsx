// The one-time code of the CRM's first manager, with where to type it; shown once, printed here.
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { Secret } from "../../../ui/copy";
import { Facts, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { ManagerCode } from "../../api";

export function CodeSheet(props: { code: ManagerCode }) {
  const { t } = useText();
  const { code } = props;
  return (
    <Sheet title={t("admin.managerCode")} footer={t("admin.shownOnce")}>
      <div className="grid gap-4">
        <Secret large text={code.managerCode} />
        <Facts
          items={[
            { label: t("admin.crmAddress"), value: <a className="text-accent underline" href={code.crmUrl}>{code.crmUrl}</a> },
            { label: t("admin.expires"), value: <When at={code.expires} /> },
          ]}
        />
        <p className="text-body text-ink-2">{t("admin.handOver")}</p>
        <div className="screen-only">
          <Button icon="print" onClick={() => window.print()}>
            {t("admin.print")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
