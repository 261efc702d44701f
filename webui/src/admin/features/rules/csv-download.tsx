// All rules as they are staged, as a table for a spreadsheet.
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { csvOf } from "./csv";
import { useCsvZones } from "./csv-zones";
import { useStaging } from "./draft";

export function DownloadCsv() {
  const { t } = useText();
  const { document, parts } = useStaging();
  const zones = useCsvZones(document);
  const save = () => {
    const link = window.document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvOf(parts.rules, zones)], { type: "text/csv;charset=utf-8" }));
    link.download = "gatehouse-rules.csv";
    link.click();
    // Not before the browser has taken it.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <Button icon="download" onClick={save}>
      {t("admin.csv.export")}
    </Button>
  );
}
