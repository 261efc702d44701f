// Where a rule is prepared that keeps one end of a connection from the other. Pure.
import { isObject } from "../../../api/client";
import type { Connection, SettingsDocument } from "../../api";

/** Null where no rule decides: what comes from the internet, the CRM's own, and the box itself. */
export function blockAddress({ key, from, to }: Connection, document: SettingsDocument | undefined): string | null {
  const crm = isObject(document?.crm) ? document.crm.zone : undefined;
  const isRuled = (zone: string | null): zone is string => zone !== null && zone !== crm;
  if (document === undefined || !isRuled(from.zone) || from.zone === "wan" || !isRuled(to.zone)) return null;
  // A device keeps its card when it gets another address.
  const asked = new URLSearchParams({ block: "", from: from.zone, fromAddress: from.mac ?? key.source, to: to.zone, toAddress: key.destination });
  return `/rules/new?${asked}`;
}
