// What was refused, in sentences: who tried to reach what, why not, how often, and where that is changed.
import { useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, TextLink } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { NextSentence } from "../../../ui/next-sentence";
import { When } from "../../../ui/when";
import type { Refused, RefusedPage as Answer } from "../../api";
import { ZoneIcon } from "../../zone";
import { useEndName, useServiceName, useZoneWord } from "./names";
import { Filters, HOME, More, SeenPage, useChosen, useSeen } from "./seen";

/** Where the reason is changed. */
const PLACES: Partial<Record<Refused["why"], { href: string; key: "admin.changeAccess" | "admin.zones" | "admin.rules" | "admin.showQuarantined" }>> = {
  "crm-zone": { href: "/crm-access", key: "admin.changeAccess" },
  "crm-address": { href: "/crm-access", key: "admin.changeAccess" },
  "no-policy": { href: "/zones", key: "admin.zones" },
  "web-only": { href: "/zones", key: "admin.zones" },
  rule: { href: "/rules", key: "admin.rules" },
  quarantined: { href: `${HOME}?show=quarantined`, key: "admin.showQuarantined" },
};

/** Whether it is about what the device is or would be, wherever it sends. Its address may then be anybody's. */
function isOfSender(why: Refused["why"]): why is "rogue-dhcp" | "rogue-router" | "no-such-network" {
  return why === "rogue-dhcp" || why === "rogue-router" || why === "no-such-network";
}

export function RefusedPage() {
  const { t } = useText();
  const chosen = useChosen();
  const query = useSeen<Answer>("/refused", { find: chosen.get("find"), zone: chosen.get("zone"), device: chosen.get("device") });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const last = query.data?.pages.at(-1);
  const device = chosen.get("device");
  const named = rows.find((one) => one.from.mac === device)?.from.name ?? null;
  const filter = (["find", "zone", "device"] as const).find((one) => chosen.get(one) !== "");
  return (
    <SeenPage lead={t("admin.refusedLead")}>
      <Filters chosen={chosen} deviceName={named} />
      {query.isPending && <Loading />}
      {query.isError && !query.data && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {last !== undefined && (
        <>
          {last.lost && <Note state="needs-you">{t("admin.refusedLost")}</Note>}
          <Sheet
            bare
            footer={
              <span role="status">
                {rows.length < last.chosen ? t("admin.rowsShown", { shown: rows.length, count: last.chosen }) : t("admin.refusedShown", { count: last.chosen })}
                <NextSentence />
                {t("admin.refusedSince")}<When at={last.since} within />
              </span>
            }
          >
            {rows.length === 0 ? (
              filter !== undefined ? (
                <EmptyState title={t("admin.noMatch")} action={<Button onClick={() => chosen.set(filter, "")}>{t(`admin.drop.${filter}`)}</Button>}>
                  {t("admin.noMatchText")}
                </EmptyState>
              ) : (
                <EmptyState title={t("admin.noneRefused")}>{t("admin.noneRefusedText")}</EmptyState>
              )
            ) : (
              <ul aria-label={t("admin.tab.refused")} aria-busy={query.isPlaceholderData}>
                {rows.map((one) => (
                  <Row key={[one.from.mac ?? one.source, one.destination, one.protocol, one.port, one.why, one.rule, one.ruleDid?.comment].join(" ")} row={one} />
                ))}
              </ul>
            )}
          </Sheet>
          <More query={query} />
        </>
      )}
    </SeenPage>
  );
}

function Row({ row }: { row: Refused }) {
  const { t } = useText();
  const endName = useEndName();
  const zoneWord = useZoneWord();
  const service = useServiceName();
  const who = endName(row.from, isOfSender(row.why) ? (row.from.mac ?? row.source) : row.source);
  const target = row.destination === null ? t("admin.manyTargets") : row.to.zone === "crm" ? zoneWord("crm") : endName(row.to, row.destination);
  const { ruleDid } = row;
  const rule = ruleDid === null ? "" : ruleDid.comment === null ? String(ruleDid.id) : t("admin.ruleNoted", { id: ruleDid.id, comment: ruleDid.comment });
  const place = PLACES[row.why];
  const values = { who, target, what: service(row.protocol, row.port) };
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_auto] sm:px-5">
      <div className="min-w-0">
        <p className="text-body break-words text-ink">{isOfSender(row.why) ? t(`admin.ofSender.${row.why}`, { ...values, source: row.source }) : row.ruleDid?.action === "allow" ? t("admin.logged", values) : row.destination === null ? t("admin.triedMany", values) : t("admin.tried", values)}</p>
        <p className="text-row break-words text-ink-2">{t(row.why === "rule" ? `admin.whyRule.${row.ruleDid?.action ?? "other"}` : `admin.why.${row.why}`, { from: zoneWord(row.from.zone), to: row.destination === null ? t("admin.manyTargets") : zoneWord(row.to.zone), rule })}</p>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-label text-ink-3 tabular-nums">
          {(row.from.zone !== null || row.from.mac === null) && (
            <span className="inline-flex items-center gap-1.5">
              <ZoneIcon kind={row.from.zone ?? "wan"} className="size-3.5" />
              {zoneWord(row.from.zone)}
            </span>
          )}
          {row.at !== null && <span className="break-all">{t("admin.atPort", { port: row.at })}</span>}
          {isOfSender(row.why) && row.from.mac !== null && who !== row.from.mac && <span className="break-all">{row.from.mac}</span>}
          {who !== row.source && <span className="break-all">{row.source}</span>}
          {row.destination !== null && !isOfSender(row.why) && target !== row.destination && <span className="break-all">{t("admin.toAddress", { address: row.destination })}</span>}
          {place !== undefined && <TextLink href={place.href}>{t(place.key)}</TextLink>}
        </p>
      </div>
      <p className="text-row text-ink-2 tabular-nums sm:text-right">
        {t("admin.times", { count: row.count })}
        <br />
        <When at={row.last} />
      </p>
    </li>
  );
}
