// Which copy is to be looked into: the target, and the day.
import { useQuery } from "@tanstack/react-query";
import { use, useState } from "react";
import { post, read } from "../../../api/client";
import type { CopiesFound, CopyTarget } from "../../../copies/api";
import { COPIES, useCopyTargets } from "../../../copies/targets";
import { useLanguage, useText } from "../../../i18n";
import { formatWhen, withinSentence } from "../../../i18n/when";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { SelectBox, SelectField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { NextSentence } from "../../../ui/next-sentence";
import { Actions, Sheet } from "../../../ui/page";
import { TimeZone } from "../../../ui/when";
import type { Past } from "../../api";
import { usePastAnew } from "./asked";

export function Choose({ past }: { past: Past }) {
  const { t } = useText();
  const query = useCopyTargets();
  return (
    <>
      {past.state === "failed" && past.why !== null && (
        <Note state="open" role="alert">
          {t("crm.past.failed")}
          <NextSentence />
          {t(`copies.why.${past.why}`)}
        </Note>
      )}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Sheet bare>
              <EmptyState title={t("copies.none")} action={<ButtonLink href={COPIES}>{t("copies.title")}</ButtonLink>}>
                {t("crm.past.noTarget")}
              </EmptyState>
            </Sheet>
          ) : (
            <Sheet>
              <Targets targets={items} />
            </Sheet>
          )
        }
      </Loaded>
    </>
  );
}

function Targets({ targets }: { targets: CopyTarget[] }) {
  const { t } = useText();
  const [chosen, setChosen] = useState(targets[0]?.id ?? "");
  const target = targets.find((one) => one.id === chosen) ?? targets[0];
  if (target === undefined) return null;
  return (
    <div className="grid max-w-xl gap-5">
      {targets.length > 1 && (
        <label className="grid gap-1 text-row font-medium text-ink">
          {t("crm.past.target")}
          <SelectBox value={target.id} onValue={setChosen} options={targets.map((one) => ({ value: one.id, label: one.name }))} />
        </label>
      )}
      <Copies key={target.id} target={target} />
    </div>
  );
}

function Copies({ target }: { target: CopyTarget }) {
  const query = useQuery({
    queryKey: ["copies", target.id, "made"],
    queryFn: ({ signal }) => read<CopiesFound>(`${COPIES}/${target.id}/made`, signal),
    retry: false,
  });
  return <Loaded query={query}>{(found) => (found.why === null ? <Days target={target} found={found} /> : <Nothing why={found.why} />)}</Loaded>;
}

function Nothing({ why }: { why: NonNullable<CopiesFound["why"]> }) {
  const { t } = useText();
  return (
    <Note state="open" role="alert">
      {t("crm.past.noCopies")}
      <NextSentence />
      {t(`copies.why.${why}`)}
    </Note>
  );
}

function Days({ target, found }: { target: CopyTarget; found: CopiesFound }) {
  const { t } = useText();
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const anew = usePastAnew();
  const form = useForm({
    initial: { copy: found.items[0]?.id ?? "" },
    submit: async ({ copy }) => {
      await post("/past", { target: target.id, copy });
      await anew();
    },
  });
  const options = found.items.map((one, index) => {
    const at = formatWhen(new Date(one.at), new Date(), language, zone);
    return { value: one.id, label: index === 0 ? t("copies.restore.newest", { at: withinSentence(at) }) : at };
  });
  return (
    <Form form={form} label={t("crm.past.title")} className="grid gap-5">
      <SelectField label={t("copies.restore.copy")} hint={t("copies.restore.found", { count: found.count })} field={form.field("copy")} options={options} />
      {found.damaged > 0 && <Note state="needs-you">{t("copies.restore.damaged", { count: found.damaged })}</Note>}
      <Actions>
        <Button kind="primary" size="large" type="submit" busy={form.busy}>
          {t("crm.past.open")}
        </Button>
      </Actions>
    </Form>
  );
}
