// Where the box gets another address: which, whether it answers at both meanwhile, and what this device has to do before
// the settings can be kept. What the others are in for is among what the simulator finds.
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
      {moves
        .filter((one) => one.here)
        .slice(0, 1)
        .map((one) => (
          <p key={one.zone} className="mt-2 break-words">
            {t(one.lends ? "admin.movesRenew" : "admin.movesByHand", { zone: name(one.zone), to: one.to, page: PAGE })}
          </p>
        ))}
    </Note>
  );
}
