// Where the box gets another address: which, whether it answers at both meanwhile, and where to keep the settings.
import { useText } from "../../i18n";
import { Note } from "../../ui/badge";
import type { Move } from "../api";
import { useZoneName } from "../zone";

/** The page's own name, which leads to the new address once this device asks for it anew. */
const PAGE = "https://gatehouse.internal";

export function Moves({ moves }: { moves: Move[] }) {
  const { t } = useText();
  const name = useZoneName();
  if (moves.length === 0) return null;
  return (
    <Note state="needs-you">
      <ul className="grid gap-1">
        {moves.map((one) => (
          <li key={one.zone} className="break-words">
            {t(one.stays ? "admin.movesStays" : "admin.movesGoes", { zone: name(one.zone), from: one.from, to: one.to })}
          </li>
        ))}
      </ul>
      <p className="mt-2">{t(moves.some((one) => one.network) ? "admin.movesRenew" : "admin.movesKeep", { page: PAGE })}</p>
    </Note>
  );
}
