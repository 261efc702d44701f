// Coming back to the list from a contact: the row that was opened has the focus, and all is scrolled as it was.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { leaveList, placeIn } from "./place";

/** For the list with this question in its address, once it has its rows; gives the ref of what scrolls. */
export function useReturn(asked: string, ready: boolean): RefObject<HTMLDivElement | null> {
  const scroller = useRef<HTMLDivElement>(null);
  const latest = useRef(asked);
  const arrived = useRef(false);
  useEffect(() => {
    latest.current = asked;
    if (!ready || arrived.current) return;
    arrived.current = true;
    const place = placeIn(asked);
    if (place === null) return;
    if (scroller.current) scroller.current.scrollTop = place.table;
    window.scrollTo(0, place.page);
    if (place.opened !== null) linkTo(place.opened)?.focus({ preventScroll: true });
  }, [asked, ready]);
  // Before the rows are taken out: afterwards nothing is scrolled any more.
  useLayoutEffect(
    () => () =>
      leaveList({
        asked: latest.current,
        opened: /^\/contacts\/([^/]+)$/.exec(location.pathname)?.[1] ?? null,
        table: scroller.current?.scrollTop ?? 0,
        page: window.scrollY,
      }),
    [],
  );
  return scroller;
}

/** The one that is seen: a table on a wide page, a list on a phone. */
function linkTo(id: string): HTMLElement | undefined {
  const links = document.querySelectorAll<HTMLElement>(`main a[href="/contacts/${CSS.escape(id)}"]`);
  return [...links].find((link) => link.offsetParent !== null);
}
