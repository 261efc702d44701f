// The ports: what each carries, whether its card is there, and the cards that are no port yet. A card that took the
// place of a missing one is mapped with one click.
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { useToast } from "../../../ui/overlay";
import type { Zones } from "../../api";
import { useZoneName } from "../../zone";
import { type Document, type Match, type Role, withPort } from "./document";
import type { Draft } from "./draft";

type Card = Zones["cards"][number];

export function Ports({ zones, draft }: { zones: Zones; draft: Draft }) {
  const { t } = useText();
  const toast = useToast();
  const { now, document } = draft;
  const names = Object.keys(document.ports).sort();
  const free = zones.cards.filter((card) => !Object.values(document.ports).some(({ match }) => isCard(match, card)));
  const missing = names.filter((name) => isMissing(zones, now, document, name));
  const take = (port: string, card: Card) => {
    const known = document.ports[port];
    if (known === undefined) return;
    draft.stage(withPort(document, port, { ...known, match: matchOf(card, "path" in known.match) }));
    toast(t("admin.cardTaken", { port, card: idOf(card) }));
  };
  return (
    <Sheet title={t("admin.ports")} bare>
      <ul aria-label={t("admin.ports")}>
        {names.map((name) => (
          <PortRow key={name} name={name} zones={zones} draft={draft} />
        ))}
      </ul>
      {free.length > 0 && (
        <div className="border-t border-line">
          <h3 className="px-4 pt-3 text-row font-semibold sm:px-5">{t("admin.freeCards")}</h3>
          <ul aria-label={t("admin.freeCards")}>
            {free.map((card) => (
              <li key={card.interface} className="grid gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center sm:px-5">
                <div className="min-w-0 text-row">
                  <p className="break-all tabular-nums">{t("admin.cardAt", { card: idOf(card), interface: card.interface })}</p>
                  <Badge plain state={card.linked ? "info" : "unknown"}>
                    {t(card.linked ? "admin.cardLinked" : "admin.cardNotLinked")}
                  </Badge>
                </div>
                <div className="flex flex-wrap gap-2">
                  {(card.mac ?? card.path) != null && missing.map((port) => (
                    <Button key={port} size="row" onClick={() => take(port, card)}>
                      {t("admin.isNewCard", { port })}
                    </Button>
                  ))}
                  {(card.mac ?? card.path) != null && (
                    <ButtonLink size="row" href={`/zones/card/${encodeURIComponent(idOf(card))}`}>
                      {t("admin.useCard")}
                    </ButtonLink>
                  )}
                </div>
              </li>
            ))}
          </ul>
          {missing.length > 0 && <p className="border-t border-line px-4 py-2.5 text-row text-ink-2 sm:px-5">{t("admin.swappedHow")}</p>}
        </div>
      )}
    </Sheet>
  );
}

function PortRow({ name, zones, draft }: { name: string; zones: Zones; draft: Draft }) {
  const { t } = useText();
  const role = useRoleText();
  const port = draft.document.ports[name];
  if (port === undefined) return null;
  const status = statusOf(zones, name);
  const isStaged = JSON.stringify(draft.now.ports[name]) !== JSON.stringify(port);
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(7rem,1fr)_2fr_2fr_3.5rem] sm:items-center sm:px-5">
      <span className="font-semibold break-all">{name}</span>
      <span className="text-row break-words">{role(port.role)}</span>
      <span className="text-row">
        {isStaged ? (
          <Badge plain state="needs-you" icon="edit">
            {t("admin.prepared")}
          </Badge>
        ) : status === undefined || status.interface == null ? (
          <Badge plain state="needs-you">
            {t("admin.cardMissing")}
          </Badge>
        ) : (
          <Badge plain state={status.linked ? "info" : "unknown"}>
            {t(status.linked ? "admin.cardLinked" : "admin.cardNotLinked")}
          </Badge>
        )}
      </span>
      <span className="text-row">
        <TextLink href={`/zones/port/${name}`}>
          {t("admin.edit")}
          <span className="sr-only"> {name}</span>
        </TextLink>
      </span>
    </li>
  );
}

/** What a port carries, in words. */
export function useRoleText(): (role: Role) => string {
  const { t } = useText();
  const zone = useZoneName();
  return (role) => {
    if (role === "wan") return t("admin.roleWan");
    if ("access" in role) return t("admin.roleAccess", { zone: zone(role.access) });
    return t("admin.roleTrunk", { zones: role.trunk.map(zone).join(t("ui.listGap")) });
  };
}

function statusOf(zones: Zones, name: string) {
  return zones.zones.flatMap((zone) => zone.ports).find((port) => port.name === name);
}

/** Its card is not there; one that was mapped just now waits for the review. */
function isMissing(zones: Zones, now: Document, document: Document, name: string): boolean {
  const isMapped = JSON.stringify(now.ports[name]?.match) !== JSON.stringify(document.ports[name]?.match);
  const status = statusOf(zones, name);
  return !isMapped && status !== undefined && status.interface == null;
}

export function isCard(match: Match, card: Card): boolean {
  return "mac" in match ? match.mac === card.mac : match.path === card.path;
}

/** The MAC address, which goes with the card; the slot where there is none, or the former one was known by it. */
export function matchOf(card: Card, bySlot: boolean): Match {
  if (card.path != null && (bySlot || card.mac == null)) return { path: card.path };
  return { mac: card.mac ?? "" };
}

export function idOf(card: Card): string {
  return card.mac ?? card.path ?? card.interface;
}
