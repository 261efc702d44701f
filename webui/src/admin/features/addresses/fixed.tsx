// Devices that always get the same address: what is in force, with what is staged beside it.
import { Link } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Sheet } from "../../../ui/page";
import { type Column, Table } from "../../../ui/table";
import type { SettingsDocument } from "../../api";
import { useDropped } from "../../review/kept";
import { Waiting } from "../../review/prepared";
import { useTrial } from "../../trial/provider";
import { useZoneName, ZoneLabel } from "../../zone";
import { AddressesPage, editAddress, FIXED, NEW, REVIEW, useEdits } from "./frame";
import { edited, fixedOf, pendingOf, type Row, rowsOf } from "./reservations";

export function FixedPage() {
  const { query } = useTrial();
  return (
    <AddressesPage at={FIXED} counts={{ fixed: query.data && fixedOf(query.data.document).length }}>
      <Loaded query={query}>{(settings) => <Devices document={settings.document} isTried={settings.trial !== null} />}</Loaded>
    </AddressesPage>
  );
}

function Devices({ document, isTried }: { document: SettingsDocument; isTried: boolean }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const { edits, keep } = useEdits();
  const pending = pendingOf(document, edits);
  const rows = rowsOf(document, edits);
  useDropped(!isTried && pending.length === 0 && edits.length > 0, () => keep([]));
  const same = (row: Row) => (one: { zone: string; mac: string }) => one.zone === row.zone && one.mac === row.mac;
  const state = (row: Row) => row.state !== "kept" && <Badge state="needs-you" icon="clock">{t(`admin.dhcp.row.${row.state}`)}</Badge>;
  const name = (row: Row) => {
    const text = row.name === "" ? <span className="font-normal text-ink-3">{t("admin.dhcp.noName")}</span> : row.name;
    if (row.state === "gone") return <s>{text}</s>;
    return (
      <Link href={editAddress(row.zone, row.mac)} className="hover:text-accent">
        {text}
      </Link>
    );
  };
  const action = (row: Row) =>
    row.state === "kept" ? (
      <Button size="row" kind="quiet" onClick={() => keep(edited(edits, { zone: row.zone, mac: row.mac, to: null }))} aria-label={t("admin.dhcp.removeNamed", { name: row.name || row.address })}>
        <Icon name="trash" />
      </Button>
    ) : (
      <Button size="row" kind="quiet" onClick={() => keep(edits.filter((one) => !same(row)(one)))} aria-label={t("admin.dhcp.restoreNamed", { name: row.name || row.address })}>
        <Icon name="undo" />
      </Button>
    );
  const columns: Column<Row>[] = [
    { key: "name", head: t("admin.dhcp.name"), cell: name, width: "min-w-40" },
    { key: "address", head: t("admin.dhcp.address"), cell: (one) => <span className="tabular-nums">{one.address}</span>, width: "min-w-32" },
    { key: "zone", head: t("admin.dhcp.zone"), cell: (one) => <ZoneLabel name={one.zone} />, width: "min-w-28" },
    { key: "mac", head: t("admin.dhcp.mac"), cell: (one) => <span className="whitespace-nowrap tabular-nums">{one.mac}</span>, width: "min-w-40" },
    { key: "state", head: t("admin.state"), cell: (one) => state(one) || t("admin.dhcp.inForce"), width: "min-w-32" },
    { key: "action", head: t("admin.dhcp.change"), cell: action },
  ];
  return (
    <>
      {pending.length > 0 && (
        <Waiting review={REVIEW} onDrop={() => keep([])}>
          {t("admin.dhcp.pending", { count: pending.length })}
        </Waiting>
      )}
      <Sheet bare footer={rows.length === 0 ? undefined : t("admin.dhcp.namesHow")}>
        {rows.length === 0 ? (
          <EmptyState
            title={t("admin.dhcp.noFixed")}
            action={
              <ButtonLink kind="primary" icon="plus" href={NEW}>
                {t("admin.dhcp.add")}
              </ButtonLink>
            }
          >
            {t("admin.dhcp.noFixedText")}
          </EmptyState>
        ) : (
          <Table
            label={t("admin.dhcp.fixed")}
            columns={columns}
            rows={rows}
            rowKey={(one) => `${one.zone}/${one.mac}`}
            phone={(one) => ({
              title: name(one),
              line: (
                <>
                  {[one.address, zoneName(one.zone), one.mac].join(" · ")} {state(one)}
                </>
              ),
              aside: action(one),
            })}
          />
        )}
      </Sheet>
    </>
  );
}
