import { lazy, Suspense } from "react";
import { cardOf } from "@/features/messages/card";
import { MessageText } from "@/features/messages/components/message-text";
import type { Message } from "@/lib/frames";
import { withWords } from "@/lib/i18n";

const MessageCard = lazy(() => withWords(import("@/features/jobs/components/message-card")));
const Attachments = lazy(() => withWords(import("@/features/files/components/attachments")));

interface Props {
  message: Message;
  /** Of what can be opened in it. */
  tabIndex: number;
}

/** What a message says: a job's card, or its text and files. */
export function MessageBody({ message, tabIndex }: Props) {
  const card = cardOf(message);
  if (card) {
    return (
      <Suspense fallback={<div className="h-24" />}>
        <MessageCard message={message} card={card} tabIndex={tabIndex} />
      </Suspense>
    );
  }
  return (
    <>
      {message.text !== "" && <MessageText text={message.text} />}
      {message.file_ids.length > 0 && (
        <Suspense fallback={<div className="h-40" />}>
          <Attachments fileIds={message.file_ids} tabIndex={tabIndex} />
        </Suspense>
      )}
    </>
  );
}
