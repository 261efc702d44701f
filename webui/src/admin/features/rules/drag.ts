// Dragging a row of a list by its handle, with mouse, pen or finger. The same is done by keys and by menu.
import { type PointerEvent as Pressed, type RefObject, useCallback, useEffect, useRef, useState } from "react";

export interface Dragging {
  id: number;
  /** Before which of the rows shown it would come to stand; their number: behind the last. */
  before: number;
}

/** So far from the window's edge the page begins to move. */
const EDGE = 72;
const STEP = 14;

/** `list` holds the rows as children. */
export function useDrag(list: RefObject<HTMLElement | null>, onDrop: (dropped: Dragging) => void) {
  const [dragging, setDragging] = useState<Dragging | null>(null);
  const stop = useRef<(() => void) | null>(null);
  const drop = useRef(onDrop);
  useEffect(() => {
    drop.current = onDrop;
  });
  useEffect(() => () => stop.current?.(), []);
  const grab = useCallback(
    (id: number, event: Pressed<HTMLElement>) => {
      if (event.button !== 0 || list.current === null) return;
      stop.current?.();
      const handle = event.currentTarget;
      const rows = list.current;
      const { pointerId, clientY: begun } = event;
      let at: Dragging | null = null;
      let y = begun;
      const look = () => {
        // A press that does not move drags nothing.
        if (at === null && Math.abs(y - begun) < 4) return;
        const before = [...rows.children].findIndex((row) => {
          const { top, height } = row.getBoundingClientRect();
          return y < top + height / 2;
        });
        const next = { id, before: before < 0 ? rows.children.length : before };
        if (at?.before !== next.before) setDragging(next);
        at = next;
      };
      const timer = setInterval(() => {
        const by = y < EDGE ? -STEP : y > innerHeight - EDGE ? STEP : 0;
        if (at === null || by === 0) return;
        scrollBy(0, by);
        look();
      }, 16);
      const move = (moved: PointerEvent) => {
        if (moved.pointerId !== pointerId) return;
        y = moved.clientY;
        look();
      };
      const up = (released: PointerEvent) => {
        if (released.pointerId !== pointerId) return;
        const dropped = released.type === "pointerup" ? at : null;
        stop.current?.();
        if (dropped !== null) drop.current(dropped);
      };
      const key = (pressed: KeyboardEvent) => {
        if (pressed.key !== "Escape") return;
        pressed.preventDefault();
        stop.current?.();
      };
      stop.current = () => {
        clearInterval(timer);
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", up);
        document.removeEventListener("pointercancel", up);
        document.removeEventListener("keydown", key, true);
        if (handle.hasPointerCapture(pointerId)) handle.releasePointerCapture(pointerId);
        stop.current = null;
        setDragging(null);
      };
      handle.setPointerCapture(pointerId);
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", up);
      document.addEventListener("pointercancel", up);
      document.addEventListener("keydown", key, true);
    },
    [list],
  );
  return { dragging, grab };
}
