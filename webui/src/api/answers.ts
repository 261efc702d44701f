// Whether the box answers, asked of its sign of life for as long as a page is looked at. Nothing else tells soon that
// the box lost its power: a stream stays open in silence, and a request under way waits for its full time. What the page
// asks for counts as well: an answer shows that a slow box is there, and a failure is a reason to look at once.
import { whenHeard } from "./heard";

const EVERY_MS = 4_000;
const PATIENCE_MS = 4_000;
/** From the beginning of a question that failed to the next: a cable that is moved fails at once. */
const AGAIN_MS = 2_000;
/** One alone may be a cable that was moved. */
const FAILURES = 2;

/** Tells that the box stopped answering, and that it answers again; the latter also after a single request of the page
    was lost, which may then be made again. What comes back ends the asking. */
export function watchAnswers(tell: (answers: boolean) => void, ask: () => Promise<boolean | null> = signOfLife): () => void {
  let failures = 0;
  /** When a request of the page was lost that was not made good yet. */
  let lostAt: number | null = null;
  /** Counts answers: a question that fails although one came meanwhile is no failure. */
  let answered = 0;
  let asking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const lookIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), ms);
  };
  const isThere = (since: number) => {
    const silent = failures >= FAILURES;
    failures = 0;
    // Not at once after a loss: what is lost again and again is not asked for without a pause.
    const late = lostAt !== null && since - lostAt >= EVERY_MS;
    if (!silent && !late) return;
    lostAt = null;
    tell(true);
  };
  const look = async () => {
    const [begun, before] = [Date.now(), answered];
    asking = true;
    const answers = await ask();
    asking = false;
    if (over) return;
    if (answers === null) {
      lookIn(AGAIN_MS);
    } else if (answers || answered > before) {
      isThere(begun);
      lookIn(EVERY_MS);
    } else {
      failures += 1;
      if (failures === FAILURES) tell(false);
      lookIn(Math.max(0, begun + AGAIN_MS - Date.now()));
    }
  };
  const unlisten = whenHeard((answer) => {
    if (answer) {
      answered += 1;
      if (failures > 0) isThere(Date.now());
    } else {
      lostAt ??= Date.now();
      if (!asking && failures === 0) lookIn(0);
    }
  });
  lookIn(EVERY_MS);
  return () => {
    over = true;
    unlisten();
    clearTimeout(timer);
  };
}

/** Null when nobody asked: a hidden page would tell nobody. */
async function signOfLife(): Promise<boolean | null> {
  if (document.hidden) return null;
  try {
    return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}
