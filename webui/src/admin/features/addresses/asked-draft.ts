// Who is to be asked for names, prepared and not in force yet: in this tab, for the account that is signed in.
import { useCallback, useState } from "react";
import { useAccount } from "../../../ui/session";
import { forgetHere, keepHere, readHere } from "../../here";
import { type Asked, isAsked } from "./dns";

const NAME = "draft-names";

/** Null: nothing is prepared. */
export function useAskedDraft(): { draft: Asked | null; keep: (next: Asked | null) => void } {
  const account = useAccount().id;
  const [draft, setDraft] = useState(() => {
    const kept = readHere(NAME, account);
    return isAsked(kept) ? kept : null;
  });
  const keep = useCallback(
    (next: Asked | null) => {
      if (next === null) forgetHere(NAME);
      else keepHere(NAME, account, next);
      setDraft(next);
    },
    [account],
  );
  return { draft, keep };
}
