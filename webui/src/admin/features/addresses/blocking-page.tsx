// What is blocked where: lists, zones, names of the admin's own; and beside it what was blocked lately.
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { AreaField, Checkbox } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Sheet } from "../../../ui/page";
import type { BlockingTold } from "../../api";
import { useJudged } from "../../review/judged";
import { useDropped } from "../../review/kept";
import { Waiting } from "../../review/prepared";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { useZoneName } from "../../zone";
import { Asked } from "./blocked-name";
import { Lately } from "./blocked-lately";
import { allowing, type Blocked, blockedOf, filled, idleWays, inZone, isSame, missingWays, unsaid, withBlocked, zonesOf } from "./blocking";
import { Lists } from "./blocking-lists";
import { useBlockingTold } from "./blocking-told";
import { AddressesPage, BLOCKING, BLOCKING_REVIEW, useBlocked } from "./frame";

export function BlockingPage() {
  const { query } = useTrial();
  const told = useBlockingTold();
  return (
    <AddressesPage at={BLOCKING} counts={{}}>
      <Loaded query={query}>{(settings) => <Loaded query={told}>{(now) => <Whole settings={settings} told={now} />}</Loaded>}</Loaded>
    </AddressesPage>
  );
}

function Whole({ settings, told }: { settings: Known; told: BlockingTold }) {
  const { t } = useText();
  const { edits: draft, keep } = useBlocked();
  const now = blockedOf(settings.document);
  const pending = draft !== null && !isSame(draft, now);
  useDropped(draft !== null && !pending && settings.trial === null, () => keep(null));
  return (
    <>
      {pending && (
        <Waiting review={BLOCKING_REVIEW} onDrop={() => keep(null)}>
          {t("admin.blocking.pending")}
        </Waiting>
      )}
      <Zones told={told} />
      <BlockedForm key={JSON.stringify([now, draft])} settings={settings} told={told} start={draft ?? now} pending={pending} onKept={keep} />
    </>
  );
}

/** What does not work as it should. */
function Zones({ told }: { told: BlockingTold }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const lines = told.zones.flatMap((zone) => {
    const name = zoneName(zone.zone);
    return [
      ...(zone.down ? [t("admin.blocking.down", { zone: name })] : []),
      ...(zone.noRoom.length > 0 ? [t("admin.blocking.noRoom", { zone: name, lists: zone.noRoom.join(t("admin.blocking.comma")) })] : []),
    ];
  });
  if (lines.length === 0) return null;
  return (
    <Note state="needs-you" role="status">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Note>
  );
}

function BlockedForm(props: { settings: Known; told: BlockingTold; start: Blocked; pending: boolean; onKept: (blocked: Blocked) => void }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const [, go] = useLocation();
  const { document, etag } = props.settings;
  const judge = useJudged(etag);
  const form = useForm({
    initial: { blocked: props.start },
    check: ({ blocked }) => {
      const wrong = unsaid(blocked.lists);
      return { blocked: wrong === null ? undefined : t(`admin.blocking.${wrong.why}`) };
    },
    submit: async ({ blocked }) => {
      await judge(withBlocked(document, blocked), () => null);
      props.onKept(blocked);
      go(BLOCKING_REVIEW);
    },
  });
  const { blocked } = form.values;
  const set = (next: Blocked) => form.set("blocked", next);
  const [ways, idle] = [missingWays(document, blocked), idleWays(document, blocked)];
  const said = (of: typeof ways) => of.map(({ host, port }) => `${host}:${port}`).join(t("admin.blocking.comma"));
  // With all that was typed here and is not staged yet.
  const allow = (name: string) => {
    const next = allowing(blocked, name);
    set(next);
    // What the document cannot say is told at its field.
    if (unsaid(next.lists) !== null) return form.send("allow");
    props.onKept(next);
    go(BLOCKING_REVIEW);
  };
  const at = (field: "block" | "allow") => {
    const errors = form.problem?.errors.filter((one) => one.field.startsWith(`/document/blocking/${field}/`)) ?? [];
    for (const one of errors) form.known.add(one.field.replace(/^\//, ""));
    const names = withBlocked({}, form.values.blocked).blocking as Record<string, string[]> | undefined;
    const said = errors.map((one) => `${names?.[field]?.[Number(one.field.split("/").pop())] ?? ""}: ${one.message}`);
    return { name: field, value: blocked[field], onValue: (value: string) => set({ ...blocked, [field]: value }), error: said.length > 0 ? said.join(" ") : null };
  };
  return (
    <>
      <Sheet title={t("admin.blocking.title")}>
        <Form form={form} label={t("admin.blocking.title")}>
          <p className="max-w-prose text-body text-ink-2">{t("admin.blocking.how")}</p>
          <Lists blocked={blocked} told={props.told.lists} unsaid={form.field("blocked").error === null ? null : unsaid(blocked.lists)} problem={form.problem} known={form.known} onBlocked={set} />
          <fieldset className="grid gap-2">
            <legend className="mb-1 text-row font-medium text-ink">{t("admin.blocking.where")}</legend>
            {zonesOf(document).map((zone) => {
              const of = blocked.zones[zone];
              return (
                <div key={zone} className="border-t border-line pt-2 first-of-type:border-t-0">
                  <Checkbox label={t("admin.blocking.inZone", { zone: zoneName(zone) })} checked={of !== undefined} onChecked={(is) => set(inZone(blocked, zone, null, is))} />
                  {of !== undefined && (
                    <div className="pl-7">
                      {filled(blocked.lists)
                        .filter((list) => list.name !== "")
                        .map((list) => (
                          <Checkbox key={list.id} label={<span className="break-words">{list.name}</span>} checked={of.includes(list.id)} onChecked={(is) => set(inZone(blocked, zone, list.id, is))} />
                        ))}
                      <p className="text-row text-ink-3">{t("admin.blocking.ownToo")}</p>
                    </div>
                  )}
                </div>
              );
            })}
          </fieldset>
          <div className="grid gap-4 sm:grid-cols-2">
            <AreaField label={t("admin.blocking.block")} hint={t("admin.blocking.blockHint")} field={at("block")} rows={4} autoCapitalize="none" spellCheck={false} optional />
            <AreaField label={t("admin.blocking.allow")} hint={t("admin.blocking.allowHint")} field={at("allow")} rows={4} autoCapitalize="none" spellCheck={false} optional />
          </div>
          {ways.length > 0 && <Note>{t("admin.blocking.ways", { hosts: said(ways) })}</Note>}
          {idle.length > 0 && <Note>{t("admin.blocking.idleWays", { hosts: said(idle) })}</Note>}
          <Actions>
            <Button kind={props.pending ? "plain" : "primary"} type="submit" busy={form.busy} disabled={isSame(blocked, props.start)}>
              {t(props.pending ? "admin.dns.prepareAgain" : "admin.reviewChange")}
            </Button>
          </Actions>
        </Form>
      </Sheet>
      <Lately told={props.told} onAllow={allow} />
      <Asked onAllow={allow} />
    </>
  );
}
