// A contact was erased for good, here or by somebody else: no answer that is kept holds its text any more.
import type { QueryClient } from "@tanstack/react-query";
import { forgetDraftsInto } from "./drafts";
import { CONTACTS, contactKey, erasureKey, historyKey } from "./keys";

/** After it was noted, so that the page that shows the contact says so by itself. */
export function forgetErased(client: QueryClient, id: string): void {
  forgetDraftsInto(id);
  client.setQueriesData({ queryKey: CONTACTS }, (kept: unknown) => without(kept, id));
  client.removeQueries({ queryKey: historyKey(id) });
  // To where they were before anything was asked: what is on the screen goes at once.
  void client.resetQueries({ queryKey: contactKey(id), exact: true });
  void client.resetQueries({ queryKey: erasureKey(id) });
  void client.invalidateQueries({ queryKey: CONTACTS });
}

interface Items {
  items: { id: string }[];
}

/** A list that is kept, of one piece or of many, without this contact. */
export function without(kept: unknown, id: string): unknown {
  if (isPaged(kept)) return { ...kept, pages: kept.pages.map((page) => without(page, id)) };
  return hasItems(kept) ? { ...kept, items: kept.items.filter((one) => one.id !== id) } : kept;
}

function isPaged(kept: unknown): kept is { pages: unknown[] } {
  return typeof kept === "object" && kept !== null && "pages" in kept && Array.isArray(kept.pages);
}

function hasItems(kept: unknown): kept is Items {
  return typeof kept === "object" && kept !== null && "items" in kept && Array.isArray(kept.items);
}
