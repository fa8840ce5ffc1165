import { useRef } from "react";
import { useMe } from "@/app/store";
import { useSummary } from "@/features/messages/components/use-summary";
import { useNameOf } from "@/features/people/names";
import type { Message } from "@/lib/frames";

const MOST_CHARACTERS = 200;

/** Reads new messages of others out, politely; what was there when the conversation was opened is not news. */
export function Announcer({ messages }: { messages: readonly Message[] }) {
  const me = useMe();
  const nameOf = useNameOf();
  const summary = useSummary();
  const last = messages.at(-1);
  const known = useRef(last?.seq ?? 0);
  const news = last && last.seq > known.current && last.sender_id !== me ? last : null;
  return (
    <div aria-live="polite" className="sr-only">
      {news && `${nameOf(news.sender_id)}: ${summary(news).slice(0, MOST_CHARACTERS)}`}
    </div>
  );
}
