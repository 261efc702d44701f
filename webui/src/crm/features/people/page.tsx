// Who has an account, who is invited, and locking by hand. For managers.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, post, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { SelectBox } from "../../../ui/field";
import { ProblemNote } from "../../../ui/form";
import { Dialog, useToast } from "../../../ui/overlay";
import { Page, Sheet } from "../../../ui/page";
import { SESSION, useAccount } from "../../../ui/session";
import { When } from "../../../ui/when";
import { type Invitation, type Invitations, type People, type Person, type Role, START, type Start } from "../../api";
import { InviteForm } from "./invite";
import { INVITATIONS, PEOPLE, useRoles } from "./roles";

export function PeoplePage() {
  const { t } = useText();
  return (
    <Page narrow title={t("crm.people")} lead={t("crm.peopleLead")}>
      <Sheet bare title={t("crm.accounts")}>
        <Accounts />
      </Sheet>
      <Sheet title={t("crm.invite")}>
        <InviteForm />
      </Sheet>
      <Sheet bare title={t("crm.invitations")}>
        <Pending />
      </Sheet>
      <Sheet title={t("crm.lock.title")}>
        <Lock />
      </Sheet>
    </Page>
  );
}

const row = "flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5";

function Accounts() {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const roles = useRoles();
  const account = useAccount();
  const [asked, setAsked] = useState<Person | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const query = useQuery({ queryKey: PEOPLE, queryFn: ({ signal }) => read<People>("/people", signal) });
  const change = async (person: Person, body: { role?: Role; disabled?: boolean }) => {
    setAsked(null);
    setProblem(null);
    try {
      await call("PATCH", `/people/${person.id}`, { body, ifMatch: `"${person.version}"` });
      toast(t("ui.saved"));
      // One's own role decides which pages there are.
      if (person.id === account.id) await client.invalidateQueries({ queryKey: SESSION });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
    await client.invalidateQueries({ queryKey: PEOPLE });
  };
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          {problem && (
            <div className="p-4">
              <ProblemNote problem={problem} />
            </div>
          )}
          <ul aria-label={t("crm.accounts")}>
            {items.map((one) => (
              <li key={one.id} className={row}>
                <div className="min-w-0 flex-1 basis-52">
                  <div className="flex flex-wrap items-center gap-2 text-body font-semibold break-words text-ink">
                    {one.name}
                    {one.id === account.id && <span className="font-normal text-ink-3">{t("crm.you")}</span>}
                    {one.disabled && <Badge state="unknown">{t("crm.disabled")}</Badge>}
                  </div>
                  <div className="text-row text-ink-2">{one.lastSeen ? <>{t("ui.lastSeen")}<When within at={one.lastSeen} /></> : t("crm.neverSeen")}</div>
                </div>
                <div className="w-36">
                  <SelectBox aria-label={t("crm.roleOf", { name: one.name })} value={one.role} onValue={(role) => void change(one, { role: role as Role })} options={roles} />
                </div>
                {one.disabled ? (
                  <Button size="row" onClick={() => void change(one, { disabled: false })}>
                    {t("crm.enable")}
                  </Button>
                ) : (
                  <Button size="row" kind="destructive" onClick={() => setAsked(one)}>
                    {t("crm.disable")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          <Dialog
            open={asked !== null}
            onClose={() => setAsked(null)}
            title={t("crm.disableTitle", { name: asked?.name ?? "" })}
            buttons={
              <>
                <Button onClick={() => setAsked(null)}>{t("ui.keep")}</Button>
                <Button kind="destructive-outline" onClick={() => asked && void change(asked, { disabled: true })}>
                  {t("crm.disableNow")}
                </Button>
              </>
            }
          >
            {t("crm.disableText")}
          </Dialog>
        </>
      )}
    </Loaded>
  );
}

function Pending() {
  const { t } = useText();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Invitation | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const query = useQuery({ queryKey: INVITATIONS, queryFn: ({ signal }) => read<Invitations>("/invitations", signal) });
  const withdraw = async (one: Invitation) => {
    setAsked(null);
    setProblem(null);
    try {
      await call("DELETE", `/invitations/${one.id}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
    await client.invalidateQueries({ queryKey: INVITATIONS });
  };
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          {problem && (
            <div className="p-4">
              <ProblemNote problem={problem} />
            </div>
          )}
          {items.length === 0 ? (
            <EmptyState title={t("crm.noInvitations")}>{t("crm.noInvitationsText")}</EmptyState>
          ) : (
            <ul aria-label={t("crm.invitations")}>
              {items.map((one) => (
                <li key={one.id} className={row}>
                  <div className="min-w-0 flex-1 basis-52">
                    <div className="text-body font-semibold break-words text-ink">{one.name}</div>
                    <div className="text-row text-ink-2">
                      {t(one.role === "manager" ? "crm.role.manager" : "crm.role.staff")} · {t("crm.until")}<When within at={one.expires} />
                    </div>
                  </div>
                  <Button size="row" kind="destructive" onClick={() => setAsked(one)}>
                    {t("crm.withdraw")}
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <Dialog
            open={asked !== null}
            onClose={() => setAsked(null)}
            title={t("crm.withdrawTitle", { name: asked?.name ?? "" })}
            buttons={
              <>
                <Button onClick={() => setAsked(null)}>{t("ui.keep")}</Button>
                <Button kind="destructive-outline" onClick={() => asked && void withdraw(asked)}>
                  {t("crm.withdrawNow")}
                </Button>
              </>
            }
          >
            {t("crm.withdrawText")}
          </Dialog>
        </>
      )}
    </Loaded>
  );
}

function Lock() {
  const { t } = useText();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const lock = async () => {
    setOpen(false);
    setProblem(null);
    try {
      // The program ends with its answer, so that nobody else can be asked who may unlock.
      client.setQueryData<Start>(START, await post<Start>("/lock"));
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
  };
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-body text-ink-2">{t("crm.lock.text")}</p>
      {problem && <ProblemNote problem={problem} />}
      <Button icon="lock" kind="destructive" onClick={() => setOpen(true)}>
        {t("crm.lock.ask")}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("crm.lock.question")}
        buttons={
          <>
            <Button onClick={() => setOpen(false)}>{t("crm.lock.keep")}</Button>
            <Button kind="destructive-outline" onClick={() => void lock()}>
              {t("crm.lock.now")}
            </Button>
          </>
        }
      >
        {t("crm.lock.consequence")}
      </Dialog>
    </div>
  );
}
