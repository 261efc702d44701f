// What comes back from a copy in place of something new, a CRM or the box itself: the recovery sheet, the copies that it
// leads to, and one of them restored. The box goes on when the page is closed; a page that is loaded again sees how it goes.
import { use, useEffect, useState } from "react";
import { post, read } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import { useLanguage, useText } from "../i18n";
import { formatWhen, withinSentence } from "../i18n/when";
import { Loading } from "../ui/async";
import { Note } from "../ui/badge";
import { Button } from "../ui/button";
import { AreaField, SelectField, TextField } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { NextSentence } from "../ui/next-sentence";
import { Actions } from "../ui/page";
import { TimeZone } from "../ui/when";
import type { CopiesFound, RestoreSoFar, TypedSheet } from "./api";
import { sentPlace, toldOfPlace, typedPlace } from "./place";
import { PlaceFields } from "./place-fields";
import { useWhose } from "./whose";

/** While a copy is being restored, it is looked this often. */
const LOOK_MS = 2_000;

/** What comes of a sheet that was printed before its target was changed. */
const OF_A_VOID_SHEET = new Set<CopiesFound["why"]>(["wrong-login", "wrong-place", "host-key", "certificate-authority", "refused"]);

interface Props {
  /** What the box calls it: `/claim` or `/setup`. */
  at: string;
  /** One was begun before the page was loaded. */
  running: boolean;
  onBack: () => void;
  onLost: (problem: Problem) => void;
  /** It is there. */
  onDone: () => void;
  /** Nobody is on the way to anything any more: what came of it, the first page says. */
  onOver: (problem: Problem) => Promise<void>;
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
        at={props.at}
        onFailed={(why) => {
          setFailed(why);
          setRunning(false);
        }}
        onDone={props.onDone}
        onOver={props.onOver}
      />
    );
  }
  const { at, onBack, onLost } = props;
  if (chosen !== null) {
    return (
      <Choose
        at={at}
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
  return <SheetForm at={at} failed={failed} onBack={onBack} onLost={onLost} onFound={setChosen} />;
}

function SheetForm(props: { at: string; failed: RestoreSoFar["why"]; onBack: () => void; onLost: (problem: Problem) => void; onFound: (chosen: Chosen) => void }) {
  const { t } = useText();
  const isBox = useWhose() === "box";
  const [byHand, setByHand] = useState(false);
  const [why, setWhy] = useState<CopiesFound["why"]>(props.failed);
  const form = useForm({
    initial: { text: "", ...typedPlace(null), key: "", opens: "" },
    check: (values) => (byHand ? {} : { text: values.text.trim() === "" ? t("copies.restore.textEmpty") : undefined }),
    told: toldOfPlace,
    submit: async ({ text, key, opens, ...place }) => {
      const sheet: TypedSheet = byHand ? { ...sentPlace(place), key, ...(isBox ? { opens } : {}) } : { text };
      setWhy(null);
      try {
        const found = await post<CopiesFound>(`${props.at}/copies`, sheet);
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
    <Form form={form} label={t("copies.restore.title")} className="grid max-w-xl gap-5">
      {why !== null && (
        <Note state="open" role="alert">
          {t("copies.restore.nothing")}
          <NextSentence />
          {t(`copies.why.${why}`)}
          {OF_A_VOID_SHEET.has(why) && (
            <>
              <NextSentence />
              {t("copies.restore.maybeVoid")}
            </>
          )}
        </Note>
      )}
      {byHand ? (
        <>
          <PlaceFields kind={form.values.kind} signIn={form.values.signIn} field={form.field} kept={false} ofSheet />
          <TextField label={t("copies.key")} hint={t("copies.keyHint")} field={form.field("key")} {...code} />
          {isBox && <TextField label={t("copies.opens")} hint={t("copies.keyHint")} field={form.field("opens")} {...code} />}
        </>
      ) : (
        <AreaField label={t("copies.restore.text")} hint={t("copies.restore.textHint")} field={form.field("text")} rows={5} autoFocus {...code} />
      )}
      <div>
        <Button kind="quiet" onClick={() => setByHand(!byHand)}>
          {t(byHand ? "copies.restore.paste" : "copies.restore.byHand")}
        </Button>
      </div>
      <Note>{t(isBox ? "copies.restore.way" : "copies.restore.egress")}</Note>
      <Actions>
        <Button size="large" onClick={props.onBack}>
          {t("ui.back")}
        </Button>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("copies.restore.look")}
        </Button>
      </Actions>
    </Form>
  );
}

function Choose(props: { at: string; chosen: Chosen; failed: RestoreSoFar["why"]; onBack: () => void; onLost: (problem: Problem) => void; onBegun: () => void }) {
  const { t } = useText();
  const whose = useWhose();
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const { sheet, found } = props.chosen;
  const form = useForm({
    initial: { copy: found.items[0]?.id ?? "" },
    submit: async ({ copy }) => {
      try {
        await post(`${props.at}/restore`, { sheet, copy });
        props.onBegun();
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const options = found.items.map((one, index) => {
    const at = formatWhen(new Date(one.at), new Date(), language, zone);
    return { value: one.id, label: index === 0 ? t("copies.restore.newest", { at: withinSentence(at) }) : at };
  });
  return (
    <Form form={form} label={t("copies.restore.title")} className="grid max-w-xl gap-5">
      {props.failed !== null && (
        <Note state="open" role="alert">
          {t("copies.restore.failed")}
          <NextSentence />
          {t(`copies.why.${props.failed}`)}
        </Note>
      )}
      <SelectField label={t("copies.restore.copy")} hint={t("copies.restore.found", { count: found.count })} field={form.field("copy")} options={options} />
      {found.damaged > 0 && <Note state="needs-you">{t("copies.restore.damaged", { count: found.damaged })}</Note>}
      {found.voidSheet && <Note state="needs-you">{t("copies.restore.void")}</Note>}
      <p className="text-body text-ink-2">{t(`copies.${whose}.restore.after`)}</p>
      <Actions>
        <Button size="large" onClick={props.onBack}>
          {t("ui.back")}
        </Button>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("copies.restore.begin")}
        </Button>
      </Actions>
    </Form>
  );
}

function Running(props: { at: string; onFailed: (why: RestoreSoFar["why"]) => void } & Pick<Props, "onDone" | "onOver">) {
  const { t } = useText();
  const whose = useWhose();
  const { at, onFailed, onDone, onOver } = props;
  useEffect(() => {
    const enough = new AbortController();
    const look = async () => {
      try {
        const told = await read<RestoreSoFar>(`${at}/restore`, enough.signal);
        if (told.state === "failed") return onFailed(told.why);
        if (told.state === "done") return onDone();
      } catch (error) {
        if (enough.signal.aborted || !isProblem(error)) return;
        if (error.status === 401) return await onOver(error);
      }
      timer = setTimeout(() => void look(), LOOK_MS);
    };
    let timer = setTimeout(() => void look(), LOOK_MS);
    return () => {
      enough.abort();
      clearTimeout(timer);
    };
  }, [at, onFailed, onDone, onOver]);
  return (
    <div role="status" className="grid max-w-xl gap-5">
      <Loading />
      <p className="text-body text-ink-2">{t(`copies.${whose}.restore.running`)}</p>
    </div>
  );
}
