// Zones whose devices find each other: all of them, and the way to end each. They are begun at the cell of the two.
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { useZoneName } from "../../zone";
import { type Relay, relaysOf } from "./document";
import type { Draft } from "./draft";
import { foundBetween, withFound } from "./relays";

export function Relays({ draft }: { draft: Draft }) {
  const { t } = useText();
  const relays = relaysOf(draft.document);
  return (
    <Sheet title={t("admin.relays")} bare footer={relays.length === 0 ? undefined : t("admin.relaysHow")}>
      {relays.length === 0 ? (
        <p className="px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.relaysNone")}</p>
      ) : (
        <ul aria-label={t("admin.relays")}>
          {relays.map((relay) => (
            <Row key={relay.zones.join(" ")} relay={relay} draft={draft} />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

function Row({ relay, draft }: { relay: Relay; draft: Draft }) {
  const { t } = useText();
  const name = useZoneName();
  const [zone, other] = relay.zones;
  const names = { zone: name(zone), other: name(other) };
  const found = foundBetween(draft.document, zone, other);
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 py-3 text-row last:border-b-0 sm:px-5">
      <span className="min-w-0 grow basis-60 break-words">{t(found === "printing" ? "admin.relayPrinting" : "admin.relayAll", names)}</span>
      {foundBetween(draft.now, zone, other) !== found && (
        <Badge plain state="needs-you" icon="edit">
          {t("admin.prepared")}
        </Badge>
      )}
      <Button size="row" onClick={() => draft.stage(withFound(draft.document, zone, other, "none"))}>
        {t("admin.relayEnd")}
        <span className="sr-only"> {t("admin.relayPair", names)}</span>
      </Button>
    </li>
  );
}
