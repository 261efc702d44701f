// Who may reach the CRM. What is picked here is reviewed, then tried; it stays picked until the box keeps it. Another
// admin's change meanwhile is shown, never overwritten.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { call } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import type { CrmAccess } from "../../api";
import { ReachFields } from "../../reach";
import { choicesOf, lacksAddresses, mergedChoices, reachOf } from "../../reach-list";
import { accessDraft, forgetAccessDraft, keepAccessDraft } from "../../review/drafts";
import { reviewOf } from "../../review/proposal";
import { Present } from "./present";

interface Versioned {
  data: CrmAccess;
  etag: string | null;
}

export function useCrmAccess() {
  return useQuery({
    queryKey: ["crm-access"],
    queryFn: ({ signal }): Promise<Versioned> => call<CrmAccess>("GET", "/crm-access", { signal }),
    // While it is being changed it must not change below the hand.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function CrmAccessPage() {
  const { t } = useText();
  const query = useCrmAccess();
  return (
    <Page narrow title={t("admin.access")} lead={t("admin.accessLead")}>
      <Loaded query={query}>{(answer) => <AccessForm key={answer.etag} access={answer.data} etag={answer.etag} />}</Loaded>
    </Page>
  );
}

function AccessForm(props: { access: CrmAccess; etag: string | null }) {
  const { t } = useText();
  const { language } = useLanguage();
  const client = useQueryClient();
  const account = useAccount().id;
  const [, go] = useLocation();
  const box = choicesOf(props.access.zones, props.access.reachableFrom);
  const [draft] = useState(() => accessDraft(account));
  const [initial] = useState(() => (draft === null ? box : mergedChoices(box, draft.choices)));
  const form = useForm({
    initial: { choices: initial },
    check: (values) => ({ choices: values.choices.some(lacksAddresses) ? t("admin.reachLacksAddresses") : undefined }),
    submit: async (values) => {
      await client.fetchQuery({ ...reviewOf({ path: "/crm-access", body: { reachableFrom: reachOf(values.choices) }, etag: props.etag }, language), staleTime: 0 });
      keepAccessDraft(account, { choices: values.choices, etag: props.etag });
      go("/crm-access/review");
    },
  });
  const { choices } = form.values;
  // What is typed for a choice that is not taken makes no difference.
  const isSame = JSON.stringify(reachOf(choices)) === JSON.stringify(reachOf(box));
  useEffect(() => {
    // Untouched, it stays as it is: what is tried now may come back as a draft.
    if (choices === initial) return;
    if (isSame) forgetAccessDraft();
    else keepAccessDraft(account, { choices, etag: props.etag });
  }, [account, choices, initial, isSame, props.etag]);
  const isBack = !isSame && choices === initial;
  const isOld = isBack && draft !== null && draft.etag !== null && draft.etag !== props.etag;
  return (
    <Sheet title={t("admin.whoReaches")}>
      <Form form={form} label={t("admin.access")}>
        {isBack && (
          <Note state={isOld ? "needs-you" : "info"} role="status">
            <p>{t(isOld ? "admin.pickedOld" : "admin.pickedBack")}</p>
            {isOld && <Present access={props.access} />}
            <div className="mt-2">
              <Button size="row" icon="undo" onClick={() => form.reset({ choices: box })}>
                {t("admin.showCurrent")}
              </Button>
            </div>
          </Note>
        )}
        <ReachFields choices={choices} onChoices={(next) => form.set("choices", next)} empty={form.field("choices").error} problem={form.problem} pointer="/reachableFrom" known={form.known} />
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.reviewChange")}
          </Button>
        </Actions>
      </Form>
    </Sheet>
  );
}
