// A CRM that comes back from a copy in place of a new one: the recovery sheet, the copies that it leads to, and one of them
// restored. The box goes on when the page is closed; a page that is loaded again sees how it goes.
import { useQueryClient } from "@tanstack/react-query";
import { use, useEffect, useState } from "react";
import { post, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { formatWhen, withinSentence } from "../../../i18n/when";
import { Loading } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { AreaField, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { NextSentence } from "../../../ui/next-sentence";
import { Actions } from "../../../ui/page";
import { TimeZone } from "../../../ui/when";
import { type CopiesFound, type RestoreSoFar, START, type TypedSheet } from "../../api";
import { sentPlace, toldOfPlace, typedPlace } from "../copies/place";
import { PlaceFields } from "../copies/place-fields";

/** While a copy is being restored, it is looked this often. */
const LOOK_MS = 2_000;

interface Props {
  /** One was begun before the page was loaded. */
  running: boolean;
  onBack: () => void;
  onLost: (problem: Problem) => void;
}

interface Chosen {
  sheet: TypedSheet;
  found: CopiesFound;
}

export function RestoreStep(props: Props) {
  const [running, setRunning] = useState(props.running);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [failed, setFailed] = useState<RestoreSoFar["why"]>(null);
  if (running) {
    return (
      <Running
        onFailed={(why) => {
          setFailed(why);
          setRunning(false);
        }}
        onLost={props.onLost}
      />
    );
  }
  const { onBack, onLost } = props;
  if (chosen !== null) {
    return (
      <Choose
        chosen={chosen}
        failed={failed}
        onBack={() => setChosen(null)}
        onLost={onLost}
        onBegun={() => {
          setFailed(null);
          setRunning(true);
        }}
      />
    );
  }
  return <SheetForm failed={failed} onBack={onBack} onLost={onLost} onFound={setChosen} />;
}

function SheetForm(props: { failed: RestoreSoFar["why"]; onBack: () => void; onLost: (problem: Problem) => void; onFound: (chosen: Chosen) => void }) {
  const { t } = useText();
  const [byHand, setByHand] = useState(false);
  const [why, setWhy] = useState<CopiesFound["why"]>(props.failed);
  const form = useForm({
    initial: { text: "", ...typedPlace(null), key: "" },
    check: (values) => (byHand ? {} : { text: values.text.trim() === "" ? t("crm.restore.textEmpty") : undefined }),
    told: toldOfPlace,
    submit: async ({ text, key, ...place }) => {
      const sheet: TypedSheet = byHand ? { ...sentPlace(place), key } : { text };
      setWhy(null);
      try {
        const found = await post<CopiesFound>("/claim/copies", sheet);
        if (found.why === null) props.onFound({ sheet, found });
        else setWhy(found.why);
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const code = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;
  return (
    <Form form={form} label={t("crm.restore.title")} className="grid max-w-xl gap-5">
      {why !== null && (
        <Note state="open" role="alert">
          {t("crm.restore.nothing")}
          <NextSentence />
          {t(`crm.copies.why.${why}`)}
        </Note>
      )}
      {byHand ? (
        <>
          <PlaceFields kind={form.values.kind} signIn={form.values.signIn} field={form.field} kept={false} ofSheet />
          <TextField label={t("crm.copies.key")} hint={t("crm.claim.typeHint")} field={form.field("key")} {...code} />
        </>
      ) : (
        <AreaField label={t("crm.restore.text")} hint={t("crm.restore.textHint")} field={form.field("text")} rows={5} autoFocus {...code} />
      )}
      <div>
        <Button kind="quiet" onClick={() => setByHand(!byHand)}>
          {t(byHand ? "crm.restore.paste" : "crm.restore.byHand")}
        </Button>
      </div>
      <Note>{t("crm.restore.egress")}</Note>
      <Actions>
        <Button size="large" onClick={props.onBack}>
          {t("ui.back")}
        </Button>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("crm.restore.look")}
        </Button>
      </Actions>
    </Form>
  );
}

function Choose(props: { chosen: Chosen; failed: RestoreSoFar["why"]; onBack: () => void; onLost: (problem: Problem) => void; onBegun: () => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const { sheet, found } = props.chosen;
  const form = useForm({
    initial: { copy: found.items[0]?.id ?? "" },
    submit: async ({ copy }) => {
      try {
        await post("/claim/restore", { sheet, copy });
        props.onBegun();
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const options = found.items.map((one, index) => {
    const at = formatWhen(new Date(one.at), new Date(), language, zone);
    return { value: one.id, label: index === 0 ? t("crm.restore.newest", { at: withinSentence(at) }) : at };
  });
  return (
    <Form form={form} label={t("crm.restore.title")} className="grid max-w-xl gap-5">
      {props.failed !== null && (
        <Note state="open" role="alert">
          {t("crm.restore.failed")}
          <NextSentence />
          {t(`crm.copies.why.${props.failed}`)}
        </Note>
      )}
      <SelectField label={t("crm.restore.copy")} hint={t("crm.restore.found", { count: found.count })} field={form.field("copy")} options={options} />
      {found.damaged > 0 && <Note state="needs-you">{t("crm.restore.damaged", { count: found.damaged })}</Note>}
      <p className="text-body text-ink-2">{t("crm.restore.after")}</p>
      <Actions>
        <Button size="large" onClick={props.onBack}>
          {t("ui.back")}
        </Button>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("crm.restore.begin")}
        </Button>
      </Actions>
    </Form>
  );
}

function Running(props: { onFailed: (why: RestoreSoFar["why"]) => void; onLost: (problem: Problem) => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const { onFailed, onLost } = props;
  useEffect(() => {
    const enough = new AbortController();
    const look = async () => {
      try {
        const told = await read<RestoreSoFar>("/claim/restore", enough.signal);
        if (told.state === "failed") return onFailed(told.why);
      } catch (error) {
        if (enough.signal.aborted || !isProblem(error)) return;
        // Once it is there nobody's claim is left: the page that everybody sees says so.
        if (error.status === 401) {
          await client.invalidateQueries({ queryKey: START });
          return onLost(error);
        }
      }
      timer = setTimeout(() => void look(), LOOK_MS);
    };
    let timer = setTimeout(() => void look(), LOOK_MS);
    return () => {
      enough.abort();
      clearTimeout(timer);
    };
  }, [client, onFailed, onLost]);
  return (
    <div role="status" className="grid max-w-xl gap-5">
      <Loading />
      <p className="text-body text-ink-2">{t("crm.restore.running")}</p>
    </div>
  );
}
