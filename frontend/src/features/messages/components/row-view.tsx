import { useMe } from "@/app/store";
import { ConversationStart, DayDivider, NewDivider } from "@/features/messages/components/dividers";
import { type MessageActions, MessageRow } from "@/features/messages/components/message-row";
import { UnsentRow } from "@/features/messages/components/unsent-row";
import type { Row } from "@/features/messages/rows";
import { useNameOf } from "@/features/people/names";
import type { Conversation, Message } from "@/lib/frames";

interface Props {
  row: Row;
  conversation: Conversation;
  title: string;
  byId: ReadonlyMap<string, Message>;
  /** The message that the address names. */
  at: number | null;
  /** The row that the keyboard is on. */
  current: boolean;
  actions: MessageActions;
}

export function RowView({ row, conversation, title, byId, at, current, actions }: Props) {
  const me = useMe();
  const nameOf = useNameOf();
  switch (row.kind) {
    case "start":
      return <ConversationStart title={title} joinedLater={conversation.joined_seq > 0} />;
    case "day":
      return <DayDivider at={row.at} />;
    case "new":
      return <NewDivider />;
    case "unsent":
      return <UnsentRow entry={row.entry} lead={row.lead} me={me} name={nameOf(me)} />;
    case "message":
      return (
        <MessageRow
          message={row.message}
          lead={row.lead}
          name={nameOf(row.message.sender_id)}
          quoted={row.message.reply_to === null ? null : byId.get(row.message.reply_to)}
          marked={row.message.seq === at}
          current={current}
          actions={actions}
        />
      );
  }
}
