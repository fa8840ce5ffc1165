import { useChat, useMe } from "@/app/store";
import { Skeleton } from "@/components/ui/states";
import { UnsentRow } from "@/features/messages/components/unsent-row";
import { ofConversation } from "@/features/messages/outbox";
import { useNameOf } from "@/features/people/names";

/** While the messages are on their way: what is written meanwhile is on the screen all the same. */
export function OpeningList({ conversationId }: { conversationId: string }) {
  const me = useMe();
  const nameOf = useNameOf();
  const outbox = useChat((chat) => chat.outbox);
  return (
    <div role="log" aria-live="off" className="flex min-h-0 flex-1 flex-col overflow-hidden pb-4">
      <div className="min-h-0 flex-1 overflow-hidden">
        <Skeleton rows={8} />
      </div>
      {ofConversation(outbox, conversationId).map((entry) => (
        <UnsentRow key={entry.clientId} entry={entry} lead me={me} name={nameOf(me)} />
      ))}
    </div>
  );
}
