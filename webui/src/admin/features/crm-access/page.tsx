// Who may reach the CRM. Another admin's change meanwhile is shown, never overwritten.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Button } from "../../../ui/button";
import { Form, useForm } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { CrmAccess } from "../../api";
import { ReachFields } from "../../reach";
import { choicesOf, lacksAddresses, reachOf } from "../../reach-list";

const KEY = ["crm-access"];

export function CrmAccessPage() {
  const { t } = useText();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call<CrmAccess>("GET", "/crm-access", { signal }),
    // While it is being changed it must not change below the hand.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Page narrow title={t("admin.access")} lead={t("admin.accessLead")}>
      <Loaded query={query}>{(answer) => <AccessForm key={answer.etag} access={answer.data} etag={answer.etag} />}</Loaded>
    </Page>
  );
}

function AccessForm(props: { access: CrmAccess; etag: string | null }) {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const form = useForm({
    initial: { choices: choicesOf(props.access.zones, props.access.reachableFrom) },
    check: (values) => ({ choices: values.choices.some(lacksAddresses) ? t("admin.reachLacksAddresses") : undefined }),
    submit: async (values) => {
      const answer = await call<CrmAccess>("PUT", "/crm-access", { body: { reachableFrom: reachOf(values.choices) }, ifMatch: props.etag });
      client.setQueryData(KEY, answer);
      void client.invalidateQueries({ queryKey: ["zones"] });
      toast(t("admin.applied"));
    },
  });
  const changed = isProblem(form.problem, "changed-meanwhile");
  return (
    <Sheet title={t("admin.whoReaches")}>
      <Form form={form} label={t("admin.access")}>
        <ReachFields choices={form.values.choices} onChoices={(choices) => form.set("choices", choices)} empty={form.field("choices").error} problem={form.problem} pointer="/reachableFrom" known={form.known} />
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.apply")}
          </Button>
          {changed && (
            <Button icon="refresh" onClick={() => void client.invalidateQueries({ queryKey: KEY })}>
              {t("admin.showCurrent")}
            </Button>
          )}
        </Actions>
      </Form>
    </Sheet>
  );
}
