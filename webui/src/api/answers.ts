// Whether the box answers, asked of its sign of life for as long as a page is looked at. Nothing else tells soon that
// the box lost its power: a stream stays open in silence, and a request under way waits for its full time.

const EVERY_MS = 8_000;
/** After a failure: one alone may be a cable that was moved. */
const AGAIN_MS = 2_000;
const PATIENCE_MS = 10_000;
const FAILURES = 2;

/** Tells that the box stopped answering, and that it answers again. What comes back ends the asking. */
export function watchAnswers(tell: (answers: boolean) => void, ask: () => Promise<boolean | null> = signOfLife): () => void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const look = async () => {
    const answers = await ask();
    if (over) return;
    if (answers === null) {
      timer = setTimeout(() => void look(), AGAIN_MS);
      return;
    }
    if (answers && failures >= FAILURES) tell(true);
    failures = answers ? 0 : failures + 1;
    if (failures === FAILURES) tell(false);
    timer = setTimeout(() => void look(), answers ? EVERY_MS : AGAIN_MS);
  };
  timer = setTimeout(() => void look(), EVERY_MS);
  return () => {
    over = true;
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
