// Groups of addresses, ranges, cards and other groups.
import { useText } from "../../../i18n";
import type { Member } from "./document";
import { useStaging } from "./draft";
import { useAddressesFault } from "./fault-words";
import { textsIn } from "./lists";
import { NamedPage, NamedTable } from "./named";
import { MembersFields } from "./side";
import { useWords } from "./words";

export function GroupsTab() {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  const said = (members: Member[]) => words.list(members.map((one) => (typeof one === "string" ? one : t("admin.rules.groupNamed", { name: one.group }))));
  return <NamedTable kind="groups" lists={parts.groups} said={said} contents={t("admin.groups.members")} />;
}

export function GroupPage({ what }: { what: "new" | "edit" }) {
  const { t } = useText();
  const faultOf = useAddressesFault();
  return (
    <NamedPage<Member>
      kind="groups"
      what={what}
      empty={[]}
      check={(members) => (members.length === 0 ? t("admin.groups.membersMissing") : faultOf(textsIn(members).join("\n"), true))}
      fields={(members, onMembers, error, name) => <MembersFields members={members} onMembers={onMembers} cards without={name ?? ""} error={error} />}
    />
  );
}
