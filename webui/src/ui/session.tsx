// Who is signed in. A session that ends while a page is open brings the sign-in over that page,
// which stays as it is: what was typed is not lost.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useState } from "react";
import { call, read, whenSignedOut } from "../api/client";
import { isProblem } from "../api/problem";
import type { Account, Session } from "../api/shared";
import { useLanguage, useText } from "../i18n";
import { knownZone } from "../i18n/when";
import { Loaded } from "./async";
import { Note } from "./badge";
import { classes } from "./classes";
import { SignIn } from "./sign-in";
import { TimeZone } from "./when";

const Signed = createContext<Account | null>(null);

export function useAccount(): Account {
  const account = use(Signed);
  if (account === null) throw new Error("no Gate above");
  return account;
}

export const SESSION = ["session"];

export async function signOut(): Promise<void> {
  await call("DELETE", "/session");
  // A new page: nothing of the session stays in memory.
  location.assign("/");
}

/** Children for who is signed in, `front` around the sign-in for who is not. */
export function Gate(props: { front: (signIn: ReactNode) => ReactNode; children: ReactNode }) {
  const client = useQueryClient();
  const { choose } = useLanguage();
  const { t } = useText();
  const [ended, setEnded] = useState(false);
  const query = useQuery({
    queryKey: SESSION,
    queryFn: async ({ signal }) => {
      try {
        // The page's own null is somebody who is not signed in.
        return (await read<Session>("/session", signal)).account;
      } catch (error) {
        if (isProblem(error, "sign-in")) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  const account = query.data ?? null;
  useEffect(() => whenSignedOut(() => setEnded(true)), []);
  const language = account?.language;
  useEffect(() => {
    if (language) choose(language);
    // Once for each account, not whenever `choose` is made anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language]);

  const signedIn = (next: Account) => {
    // Somebody else: nothing of what was typed or shown stays.
    if (account && account.id !== next.id) {
      location.assign("/");
      return;
    }
    client.setQueryData(SESSION, next);
    setEnded(false);
    if (account) void client.invalidateQueries({ predicate: (one) => one.queryKey[0] !== SESSION[0] });
  };

  return (
    <Loaded query={query}>
      {(known) => {
        if (known === null) return props.front(<SignIn onSignedIn={signedIn} />);
        return (
          <Signed value={known}>
            <TimeZone value={knownZone(known.timeZone)}>
              {/* Kept for who signs in again; nobody else reads it meanwhile. */}
              <div inert={ended} className={classes(ended && "screen-only invisible")}>
                {props.children}
              </div>
              {ended && (
                <div role="dialog" aria-modal="true" aria-label={t("ui.signIn")} className="appear fixed inset-0 z-40 grid place-items-center overflow-y-auto bg-rail/60 p-4">
                  <div className="grid w-full max-w-md gap-5 rounded-sheet border border-line-2 bg-sheet p-6 shadow-float">
                    <Note state="needs-you">{t("ui.sessionEndedHere")}</Note>
                    <SignIn name={known.name} onSignedIn={signedIn} />
                  </div>
                </div>
              )}
            </TimeZone>
          </Signed>
        );
      }}
    </Loaded>
  );
}
