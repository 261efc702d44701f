// The servers that are asked over TLS: a row each, those of a known resolver by one press.
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icons";
import { useHostNames } from "../../host-name";
import { added, KNOWN, rowOf, type Server } from "./dns";

const POINTER = "/document/dns/upstream/tls";
const EMPTY: Server = { address: "", name: "" };

export function Servers(props: { servers: Server[]; error: string | null; problem: Problem | null; known: Set<string>; onServers: (servers: Server[]) => void }) {
  const { t } = useText();
  const { spelled } = useHostNames();
  const rows = props.servers.length === 0 ? [EMPTY] : props.servers;
  const change = (at: number, next: Partial<Server>) => props.onServers(rows.map((one, index) => (index === at ? { ...one, ...next } : one)));
  const errors = useErrors(props.servers, props.problem, props.known);
  const field = (at: number, name: keyof Server) => ({
    name: `${name}-${at}`,
    value: rows[at]?.[name] ?? "",
    onValue: (value: string) => change(at, { [name]: value }),
    error: errors.get(`${at}/${name}`) ?? (at === 0 && name === "address" ? props.error : null),
  });
  return (
    <fieldset className="grid gap-4">
      <legend className="mb-1 text-row font-medium text-ink">{t("admin.dns.servers")}</legend>
      <div>
        <div className="flex flex-wrap gap-2">
          {KNOWN.map((one) => (
            <Button key={one.label} icon="plus" onClick={() => props.onServers(added(props.servers, one.servers))} aria-label={t("admin.dns.addNamed", { name: one.label })}>
              {one.label}
            </Button>
          ))}
        </div>
        <p className="mt-1 max-w-prose text-row text-ink-3">{t("admin.dns.knownHint")}</p>
      </div>
      {rows.map((row, at) => (
        <div key={at} className="grid gap-3 max-sm:border-t max-sm:border-line max-sm:pt-4 sm:grid-cols-[minmax(10rem,14rem)_minmax(12rem,22rem)_auto] sm:items-start">
          <TextField label={t("admin.dns.address")} field={field(at, "address")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
          <TextField label={t("admin.dns.name")} hint={spelled(row.name) ?? (at === 0 ? t("admin.dns.nameHint") : undefined)} field={field(at, "name")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
          {props.servers.length > 0 && (
            <div className="sm:pt-6">
              <Button kind="quiet" onClick={() => props.onServers(props.servers.filter((_, index) => index !== at))} aria-label={t("admin.dns.removeNamed", { name: rows[at]?.address || t("admin.dns.row", { number: at + 1 }) })}>
                <Icon name="trash" />
                <span className="sm:hidden">{t("admin.dns.remove")}</span>
              </Button>
            </div>
          )}
        </div>
      ))}
      <div>
        <Button icon="plus" onClick={() => props.onServers([...rows, EMPTY])}>
          {t("admin.dns.add")}
        </Button>
      </div>
    </fieldset>
  );
}

/** What the box says of a row's fields, by row and field. */
function useErrors(servers: Server[], problem: Problem | null, known: Set<string>): Map<string, string> {
  const errors = new Map<string, string>();
  for (const { field, message } of problem?.errors ?? []) {
    const [sent = "", name = ""] = field.startsWith(`${POINTER}/`) ? field.slice(POINTER.length + 1).split("/") : [];
    const row = rowOf(servers, Number(sent));
    if (sent === "" || row === -1) continue;
    errors.set(`${row}/${name}`, message);
    known.add(field.replace(/^\//, ""));
  }
  return errors;
}
