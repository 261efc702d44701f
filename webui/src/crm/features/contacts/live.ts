// What others do to contacts shows by itself: one stream of events for the whole app.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, useRef, useState } from "react";
import { BASE, checkStream } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useAnswers } from "../../../ui/answering";
import { type ContactHappened, START } from "../../api";
import { noteDeletions, noteHappened } from "./deletions";
import { forgetErased } from "./erased";
import { CONTACTS, contactKey, erasureKey } from "./keys";

const EVENTS = "/events";
const AGAIN_MS = 5_000;

interface LiveState {
  /** False while changes of others may be missing. */
  fresh: boolean;
  /** Shows a failure above whatever page is open. */
  setTrouble: (problem: Problem | null) => void;
}

export const Live = createContext<LiveState>({ fresh: true, setTrouble: () => undefined });

export function useLive(): LiveState {
  return use(Live);
}

/** Listens for as long as somebody is signed in; says whether the stream stands. */
export function useEvents(): boolean {
  const client = useQueryClient();
  const answers = useAnswers();
  const [fresh, setFresh] = useState(true);
  const missed = useRef(false);
  useEffect(() => {
    // A stream from a box that lost its power would stay open in silence.
    if (!answers) {
      missed.current = true;
      setFresh(false);
      return;
    }
    let stream: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      stream = new EventSource(BASE + EVENTS);
      stream.addEventListener("open", () => {
        setFresh(true);
        if (!missed.current) return;
        missed.current = false;
        void client.invalidateQueries({ queryKey: CONTACTS });
        // What was deleted meanwhile is known first, so that it is not asked for.
        const askAnew = () => client.invalidateQueries({ queryKey: ["contact"] });
        void noteDeletions().then(askAnew, askAnew);
      });
      stream.addEventListener("contact", (event: MessageEvent<string>) => {
        const happened = happenedOf(event.data);
        void client.invalidateQueries({ queryKey: CONTACTS });
        if (happened === null) return;
        const { id, kind } = happened;
        noteHappened(id, kind);
        if (kind === "erased") {
          forgetErased(client, id);
          return;
        }
        // Nor is a deleted one's history asked for.
        void client.invalidateQueries({ queryKey: contactKey(id), exact: kind === "deleted" });
        if (kind === "deleted") void client.invalidateQueries({ queryKey: erasureKey(id) });
      });
      stream.addEventListener("error", () => {
        missed.current = true;
        setFresh(false);
        // It may have been locked meanwhile.
        void client.invalidateQueries({ queryKey: START });
        if (stream?.readyState !== EventSource.CLOSED) return;
        void checkStream(EVENTS);
        timer = setTimeout(listen, AGAIN_MS);
      });
    };
    listen();
    return () => {
      clearTimeout(timer);
      stream?.close();
    };
  }, [client, answers]);
  return fresh;
}

function happenedOf(data: string): ContactHappened | null {
  try {
    return JSON.parse(data) as ContactHappened;
  } catch {
    return null;
  }
}
