// The cells of the matrix by number, and where a key moves to. Nothing goes from a zone to itself: those cells are
// passed over. Pure.

export interface Cell {
  from: number;
  to: number;
}

const STEPS: Record<string, Cell> = {
  ArrowUp: { from: -1, to: 0 },
  ArrowDown: { from: 1, to: 0 },
  ArrowLeft: { from: 0, to: -1 },
  ArrowRight: { from: 0, to: 1 },
};

/** The cell that has the focus first, of `zones` zones. */
export const FIRST: Cell = { from: 0, to: 1 };

export function isIn(cell: Cell, zones: number): boolean {
  return cell.from < zones && cell.to < zones;
}

/** Where `key` leads from `cell`, or null when it is no key of the matrix. At the edge one stays. */
export function moved(cell: Cell, key: string, zones: number): Cell | null {
  if (key === "Home" || key === "End") {
    const to = key === "Home" ? 0 : zones - 1;
    return { from: cell.from, to: to !== cell.from ? to : key === "Home" ? 1 : zones - 2 };
  }
  const step = STEPS[key];
  if (step === undefined) return null;
  let next = cell;
  do {
    next = { from: next.from + step.from, to: next.to + step.to };
    if (next.from < 0 || next.to < 0 || !isIn(next, zones)) return cell;
  } while (next.from === next.to);
  return next;
}
