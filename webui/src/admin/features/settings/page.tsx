// The settings as one document: what is in force since when and by whom, every change there was, and the way out and
// in as a file.
import { BASE } from "../../../api/client";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { buttonClass, ButtonLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Facts, Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { HistoryItem, Settings } from "../../api";
import { useTrial } from "../../trial/provider";
import { FormerNote } from "./former-page";
import { History, useHistory } from "./history";

const STATE_ICONS = { kept: "check", trying: "clock", previous: "triangle" } as const;

export function SettingsPage() {
  const { t } = useText();
  const { query } = useTrial();
  const history = useHistory();
  const kept = history.data?.pages.flatMap((page) => page.items).find((one) => one.outcome === "kept") ?? null;
  return (
    <Page
      narrow
      title={t("admin.settings")}
      lead={t("admin.settingsLead")}
      actions={
        <>
          <ButtonLink href="/settings/import" icon="upload">
            {t("admin.import")}
          </ButtonLink>
          <a href={`${BASE}/settings/export`} download="gatehouse-settings.json" className={buttonClass({})}>
            <Icon name="download" />
            {t("admin.export")}
          </a>
        </>
      }
    >
      <FormerNote />
      <Loaded query={query}>{(settings) => <InForce settings={settings} kept={kept} isWhole={history.data !== undefined && !history.hasNextPage} />}</Loaded>
      <History query={history} />
    </Page>
  );
}

function InForce(props: { settings: Settings; kept: HistoryItem | null; isWhole: boolean }) {
  const { t } = useText();
  const { kept } = props;
  const { source, trial } = props.settings;
  const since = kept !== null ? <When at={kept.at} /> : props.isWhole ? t("admin.sinceSetup") : null;
  const state = trial !== null ? "trying" : source === "previous" ? "previous" : "kept";
  const by = trial !== null ? trial.by : kept !== null ? (kept.by ?? t("admin.byBox")) : null;
  const reason = (trial ?? kept)?.reason ?? "";
  return (
    <Sheet title={t("admin.inForce")}>
      <Facts
        items={[
          {
            label: t("admin.state"),
            value: (
              <Badge plain state={state === "kept" ? "info" : "needs-you"} icon={STATE_ICONS[state]}>
                {t(`admin.inForceState.${state}`)}
              </Badge>
            ),
          },
          ...(trial === null && since !== null ? [{ label: t("admin.inForceSince"), value: since }] : []),
          ...(by === null ? [] : [{ label: t("admin.by"), value: by }]),
          ...(reason === "" ? [] : [{ label: t("admin.reason"), value: reason }]),
          ...(trial !== null && since !== null ? [{ label: t("admin.formerSince"), value: since }] : []),
        ]}
      />
    </Sheet>
  );
}
