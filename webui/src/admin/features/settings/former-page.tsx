// The settings of the box that this one came back from: their ports get cards of this one, then they are reviewed and tried
// like any other change; or they are left, and what is in force stays.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { call, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { Form, ProblemNote, useForm } from "../../../ui/form";
import { Dialog, useToast } from "../../../ui/overlay";
import { Actions, Facts, Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { FormerSettings, SettingsDocument, Zones } from "../../api";
import { ReviewPage } from "../../review/prepared";
import { Review } from "../../review/review";
import { useTrial } from "../../trial/provider";
import { asDocument, type Document } from "../zones/document";
import { useRoleText } from "../zones/ports";
import { type Card, cardsOf, guess, nameOf, twice, withCards } from "./former";

const ALL = "/settings";
export const FORMER = "/settings/former";
const KEY = ["former-settings"];

/** None on a box that came back from nothing, and once they are in force or left. */
function useFormer() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      try {
        return await read<FormerSettings>(FORMER, signal);
      } catch (error) {
        if (isProblem(error) && error.status === 404) return null;
        throw error;
      }
    },
  });
}

/** That they wait, on other pages. */
export function FormerNote() {
  const { t } = useText();
  const former = useFormer().data;
  if (former == null) return null;
  return (
    <Note state="needs-you">
      <p>{t("admin.former.waits")}</p>
      <div className="mt-2">
        <ButtonLink kind="primary" href={FORMER}>
          {t("admin.former.look")}
        </ButtonLink>
      </div>
    </Note>
  );
}

export function FormerPage() {
  const { t } = useText();
  const { language } = useLanguage();
  const former = useFormer();
  const zones = useQuery({ queryKey: ["zones", language], queryFn: ({ signal }) => read<Zones>("/zones", signal) });
  const { query: known } = useTrial();
  const [, go] = useLocation();
  const client = useQueryClient();
  const [proposed, setProposed] = useState<SettingsDocument | null>(null);
  const [chosen, setChosen] = useState<Record<string, string> | null>(null);
  if (proposed !== null) {
    const tried = () => {
      void client.invalidateQueries({ queryKey: KEY });
      go(ALL);
    };
    return (
      <ReviewPage back={FORMER} title={t("admin.former.title")}>
        <div>
          <Button kind="quiet" icon="undo" onClick={() => setProposed(null)}>
            {t("admin.former.cards")}
          </Button>
        </div>
        <Review proposal={{ path: "/settings", body: { document: proposed }, etag: null }} back={ALL} onTried={tried} />
      </ReviewPage>
    );
  }
  return (
    <Page narrow title={t("admin.former.title")} lead={t("admin.former.lead")} above={<TextLink href={ALL}>{t("admin.settings")}</TextLink>}>
      <Loaded query={former}>
        {(told) =>
          told === null ? (
            <Sheet>
              <EmptyState title={t("admin.former.none")} action={<ButtonLink href={ALL}>{t("ui.back")}</ButtonLink>}>
                {t("admin.former.noneText")}
              </EmptyState>
            </Sheet>
          ) : (
            <Loaded query={zones}>
              {(seen) => (
                <Loaded query={known}>
                  {(settings) => {
                    const present = seen.zones.flatMap((zone) => zone.ports).filter((port) => port.interface != null);
                    const [now, former] = [asDocument(settings.document), asDocument(told.document)];
                    if (now === null || former === null) return null;
                    const cards = cardsOf(now, present, seen.cards);
                    return (
                      <Cards
                        former={former}
                        at={told.at}
                        cards={cards}
                        chosen={chosen ?? guess(former, cards)}
                        onChosen={(next) => {
                          setChosen(next);
                          setProposed(withCards(former, cards, next) as unknown as SettingsDocument);
                        }}
                      />
                    );
                  }}
                </Loaded>
              )}
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

function Cards(props: { former: Document; at: string; cards: Card[]; chosen: Record<string, string>; onChosen: (chosen: Record<string, string>) => void }) {
  const { t } = useText();
  const role = useRoleText();
  const { former, cards } = props;
  const names = Object.keys(props.chosen);
  const form = useForm({
    initial: props.chosen,
    check: (values) => {
      const double = twice(values);
      return Object.fromEntries(names.map((name) => [name, double.includes(values[name] ?? "") ? t("admin.former.twice") : undefined]));
    },
    submit: (values) => {
      props.onChosen(values);
      return Promise.resolve();
    },
  });
  const missing = names.filter((name) => form.values[name] === "");
  const options = [...cards.map((card) => ({ value: nameOf(card.match), label: t(card.isLinked ? "admin.former.cardLinked" : "admin.former.card", { card: nameOf(card.match) }) })), { value: "", label: t("admin.former.noCard") }];
  return (
    <Sheet>
      <Form form={form} label={t("admin.former.title")}>
        <Facts items={[{ label: t("admin.former.since"), value: <When at={props.at} /> }]} />
        <p className="text-body text-ink-2">{t("admin.former.cardsText")}</p>
        {names.map((name) => {
          const port = former.ports[name];
          return <SelectField key={name} label={name} hint={port && role(port.role)} field={form.field(name)} options={options} />;
        })}
        {missing.length > 0 && <Note state="needs-you">{t("admin.former.missing", { ports: missing.join(t("ui.listGap")) })}</Note>}
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.reviewChange")}
          </Button>
          <Leave />
        </Actions>
      </Form>
    </Sheet>
  );
}

/** What is in force stays. */
function Leave() {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const leave = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await call("DELETE", FORMER);
      toast(t("admin.former.left"));
      go(ALL);
      await client.invalidateQueries({ queryKey: KEY });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button onClick={() => setAsks(true)}>{t("admin.former.leave")}</Button>
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("admin.former.leaveTitle")}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.back")}</Button>
            <Button kind="destructive" busy={busy} onClick={() => void leave()}>
              {t("admin.former.leave")}
            </Button>
          </>
        }
      >
        <p>{t("admin.former.leaveText")}</p>
        {problem && <ProblemNote problem={problem} />}
      </Dialog>
    </>
  );
}
