// Where the box's own programs may go: what they ask for, what is allowed and how it is used, with what is staged
// beside it.
import { Link } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { EgressTold, SettingsDocument } from "../../api";
import { useHostNames } from "../../host-name";
import { useDropped } from "../../review/kept";
import { Waiting } from "../../review/prepared";
import { useTrial } from "../../trial/provider";
import { useZoneName } from "../../zone";
import { edited, keyOf, pendingOf, type Row, rowsOf } from "./destinations";
import { editAddress, NEW, REVIEW, useEdits } from "./edits";
import { useTold } from "./told";
import { Wanted } from "./wanted";

export function EgressPage() {
  const { t } = useText();
  const { query } = useTrial();
  const told = useTold();
  return (
    <Page
      title={t("admin.egress.title")}
      lead={t("admin.egress.lead")}
      actions={
        <ButtonLink icon="plus" href={NEW}>
          {t("admin.egress.add")}
        </ButtonLink>
      }
    >
      <Loaded query={told}>
        {(now) => (
          <>
            <Wanted wanted={now.wanted} />
            <Loaded query={query}>{(settings) => <Allowed document={settings.document} isTried={settings.trial !== null} now={now} />}</Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Allowed({ document, isTried, now }: { document: SettingsDocument; isTried: boolean; now: EgressTold }) {
  const { t } = useText();
  const { edits, keep } = useEdits();
  const pending = pendingOf(document, edits);
  const rows = rowsOf(document, edits);
  useDropped(!isTried && pending.length === 0 && edits.length > 0, () => keep([]));
  return (
    <>
      {pending.length > 0 && (
        <Waiting review={REVIEW} onDrop={() => keep([])}>
          {t("admin.egress.pending", { count: pending.length })}
        </Waiting>
      )}
      <Sheet
        bare
        title={t("admin.egress.allowed")}
        footer={
          <>
            {t("admin.egress.how")} <TextLink href="/devices/refused?zone=crm">{t("admin.egress.refusedLink")}</TextLink>
          </>
        }
      >
        {rows.length === 0 ? (
          <EmptyState
            title={t("admin.egress.none")}
            action={
              <ButtonLink kind="primary" icon="plus" href={NEW}>
                {t("admin.egress.add")}
              </ButtonLink>
            }
          >
            {t("admin.egress.noneText")}
          </EmptyState>
        ) : (
          <ul aria-label={t("admin.egress.allowed")}>
            {rows.map((row) => (
              <Line
                key={row.key}
                row={row}
                used={now.destinations.find((one) => keyOf(one) === row.key)}
                onRemove={() => keep(edited(edits, { key: row.key, to: null }))}
                onRestore={() => keep(edits.filter((one) => one.key !== row.key))}
              />
            ))}
          </ul>
        )}
      </Sheet>
    </>
  );
}

type Used = EgressTold["destinations"][number];

function Line(props: { row: Row; used: Used | undefined; onRemove: () => void; onRestore: () => void }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const { both } = useHostNames();
  const { row, used } = props;
  const way = `${row.protocol.toUpperCase()} ${row.port}`;
  const to = both(row.to);
  const name = `${to} ${way}`;
  const text = (
    <>
      <span className="font-medium wrap-anywhere">{to}</span> <span className="text-ink-2 tabular-nums">{way}</span>
    </>
  );
  const zone = used?.zone ?? null;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0">
        <p className="text-body text-ink">
          {row.state === "gone" ? (
            <s>{text}</s>
          ) : (
            <Link href={editAddress(row.key)} className="hover:text-accent">
              {text}
            </Link>
          )}
        </p>
        <p className="text-row break-words text-ink-2">
          {t(`admin.egress.for.${row.for}`)}
          {zone !== null && ` · ${t("admin.egress.inside", { zone: zoneName(zone) })}`}
          {row.note !== "" && ` · ${row.note}`}
        </p>
        {row.reason !== "" && <p className="text-row break-words text-ink-2">{t("admin.egress.reason", { reason: row.reason })}</p>}
        <Now used={used} />
        {used !== undefined && (
          <p className="text-label text-ink-3 tabular-nums">
            {used.lastUsed === null ? (
              t("admin.egress.neverUsed")
            ) : (
              <>
                {t("admin.egress.used", { count: used.hits })}<When at={used.lastUsed} within />
              </>
            )}
          </p>
        )}
        {row.state !== "kept" && (
          <p className="mt-1">
            <Badge state="needs-you" icon="clock">
              {t(`admin.egress.row.${row.state}`)}
            </Badge>
          </p>
        )}
      </div>
      {row.state === "kept" ? (
        <Button size="row" kind="quiet" onClick={props.onRemove} aria-label={t("admin.egress.removeNamed", { name })}>
          <Icon name="trash" />
        </Button>
      ) : (
        <Button size="row" kind="quiet" onClick={props.onRestore} aria-label={t("admin.egress.restoreNamed", { name })}>
          <Icon name="undo" />
        </Button>
      )}
    </li>
  );
}

/** What a name is at this moment; nothing where an address is named. */
function Now({ used }: { used: Used | undefined }) {
  const { t } = useText();
  const name = used?.name ?? null;
  if (name === null) return null;
  const list = (addresses: string[]) => addresses.slice(0, 4).join(t("admin.egress.comma"));
  const more = name.addresses.length - 4;
  return (
    <div className="mt-0.5 grid gap-0.5 text-label text-ink-3">
      <p className="break-words tabular-nums">
        {name.addresses.length > 0 ? (
          <>
            {more > 0 ? t("admin.egress.nowMore", { addresses: list(name.addresses), count: more }) : t("admin.egress.now", { addresses: list(name.addresses) })}
            {name.asked !== null && (
              <>
                {" "}
                {t("admin.egress.asked")}<When at={name.asked} within />
              </>
            )}
          </>
        ) : (
          name.state === "waiting" && t("admin.egress.state.waiting")
        )}
      </p>
      {(name.state === "nothing" || name.state === "no-answer") && (
        <p>
          <Badge state="needs-you" plain>
            <span className="whitespace-normal">{t(`admin.egress.state.${name.state}`)}</span>
          </Badge>
        </p>
      )}
      {name.refused.length > 0 && (
        <p>
          <Badge state="open" icon="shield" plain>
            <span className="break-words whitespace-normal">{t("admin.egress.state.refused", { addresses: list(name.refused) })}</span>
          </Badge>
        </p>
      )}
    </div>
  );
}

