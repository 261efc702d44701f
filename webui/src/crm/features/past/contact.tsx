// One contact of the copy beside the one of now.
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { read } from "../../../api/client";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { ButtonLink, TextLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Page, Sheet } from "../../../ui/page";
import type { PastContact, PastFields } from "../../api";
import { PAST, pastContactKey } from "./asked";
import { Back } from "./page";

const FIELDS = ["name", "company", "position", "phone", "email", "note"] as const;

export function PastContactPage({ id }: { id: string }) {
  const { t } = useText();
  const query = useQuery({
    queryKey: pastContactKey(id),
    queryFn: ({ signal }) => read<PastContact>(`/past/contacts/${encodeURIComponent(id)}`, signal),
    retry: false,
  });
  const name = query.data?.then?.name ?? query.data?.now?.name ?? t("crm.past.title");
  return (
    <Page narrow title={name} above={<TextLink href={PAST}>{t("crm.past.title")}</TextLink>}>
      <Loaded query={query}>{(both) => <Both id={id} name={name} both={both} />}</Loaded>
    </Page>
  );
}

function Both({ id, name, both }: { id: string; name: string; both: PastContact }) {
  const { t } = useText();
  const [, go] = useLocation();
  const { then, now } = both;
  if (then === null) {
    return (
      <Sheet bare>
        <EmptyState title={t("crm.past.notThen")} action={<ButtonLink href={`/contacts/${id}`}>{t("crm.past.openNow")}</ButtonLink>}>
          {t("crm.past.notThenText")}
        </EmptyState>
      </Sheet>
    );
  }
  const same = now !== null && FIELDS.every((field) => then[field] === now[field]);
  return (
    <>
      {now === null && <Note>{t("crm.past.notNow")}</Note>}
      {same && <Note state="proven">{t("crm.past.same")}</Note>}
      <Sheet>
        <dl className="grid gap-4">
          {FIELDS.map((field) => (
            <Beside key={field} field={field} then={then} now={now} />
          ))}
        </dl>
      </Sheet>
      <div className="flex flex-wrap gap-2">
        {!same && <Back id={id} name={name} size="large" onDone={() => go(PAST)} />}
        {now !== null && <ButtonLink href={`/contacts/${id}`}>{t("crm.past.openNow")}</ButtonLink>}
      </div>
    </>
  );
}

function Beside(props: { field: keyof PastFields; then: PastFields; now: PastFields | null }) {
  const { t } = useText();
  const { field, then, now } = props;
  const differs = now !== null && then[field] !== now[field];
  const text = (value: string) => (value === "" ? <span className="text-ink-3">{t("crm.past.empty")}</span> : <span className="whitespace-pre-line wrap-anywhere">{value}</span>);
  return (
    <div>
      <dt className="text-label text-ink-3">{t(`crm.field.${field}`)}</dt>
      <dd className={classes("mt-0.5 text-body text-ink", differs && "font-semibold")}>{text(then[field])}</dd>
      {differs && (
        <dd className="text-row text-ink-2">
          {t("crm.past.now")} {text(now[field])}
        </dd>
      )}
    </div>
  );
}
