import { FolderUp, Paperclip, SendHorizontal } from "lucide-react";
import {
  type KeyboardEvent,
  lazy,
  type Ref,
  Suspense,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { useShallow } from "zustand/react/shallow";
import { useStore } from "@/app/store";
import { IconButton } from "@/components/ui/button";
import { ReplyBar } from "@/features/messages/components/reply-bar";
import { loadDraft, saveDraft } from "@/features/messages/drafts";
import { attach } from "@/features/uploads/api";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { attachedTo, isStuck } from "@/features/uploads/state";
import { classes } from "@/lib/classes";
import type { Message } from "@/lib/frames";
import { withWords } from "@/lib/i18n";
import { usePreferences } from "@/lib/preferences";
import { isMac } from "@/lib/shortcuts";

const LinkOffer = lazy(() => withWords(import("@/features/downloads/components/link-offer")));
const Attached = lazy(() => withWords(import("@/features/uploads/components/attached")));

/** Code points that a message may have (contracts/base.py). */
const MOST_CHARACTERS = 10_000;
const COUNT_FROM = 9_000;
/** What might be nothing but links: whether it is, is looked at where more is known of them. */
const LINK = /^\s*https?:/i;

export interface ComposerHandle {
  focus: () => void;
}

interface Props {
  conversationId: string;
  userId: string;
  title: string;
  replyTo: Message | null;
  onCancelReply: () => void;
  /** `uploads`: ids of the files that go along. */
  onSend: (text: string, uploads: string[]) => void;
  ref?: Ref<ComposerHandle>;
}

export function Composer({ conversationId, userId, title, replyTo, onCancelReply, onSend, ref }: Props) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => loadDraft(userId, conversationId));
  const sendKey = usePreferences((preferences) => preferences.sendKey);
  const length = [...text].length;
  const attached = useStore(useShallow(({ chat }) => attachedTo(chat.uploads, conversationId)));
  const something = text.trim() !== "" || attached.length > 0;
  const sendable = something && length <= MOST_CHARACTERS && !attached.some(isStuck);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));
  useEffect(() => saveDraft(userId, conversationId, text), [userId, conversationId, text]);

  const send = () => {
    if (!sendable) return;
    onSend(
      text.trim(),
      attached.map((one) => one.id),
    );
    clear();
  };
  const clear = () => {
    setText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && sends(event, sendKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (replyTo) onCancelReply();
      else field.current?.blur();
    }
  };

  return (
    <div className="border-t border-line px-3 pt-2 pb-[max(12px,env(safe-area-inset-bottom))] sm:px-4">
      {replyTo && <ReplyBar message={replyTo} onCancel={onCancelReply} />}
      <div className="rounded-md border border-line-strong bg-raised focus-within:border-accent focus-within:ring-3 focus-within:ring-(--glow)">
        <Suspense>{attached.length > 0 && <Attached uploads={attached} />}</Suspense>
        <div className="flex items-end gap-1">
          <textarea
            ref={field}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            rows={1}
            dir="auto"
            enterKeyHint="send"
            aria-label={t("composer.label", { title })}
            aria-describedby={length > COUNT_FROM ? "composer-count" : undefined}
            placeholder={t("composer.label", { title })}
            className="field-sizing-content max-h-[40dvh] min-h-10 w-full resize-none bg-transparent px-3 py-2 text-base leading-6 outline-none placeholder:text-faint sm:text-sm sm:leading-6"
          />
          <FilePicker
            label={t("composer.attach")}
            className="my-1"
            onPick={(files) => files.length > 0 && void attach(conversationId, files)}
          >
            <Paperclip size={16} />
          </FilePicker>
          <FilePicker
            folder
            label={t("composer.attachFolder")}
            className="my-1 max-sm:hidden"
            onPick={(files) => files.length > 0 && void attach(conversationId, files)}
          >
            <FolderUp size={16} />
          </FilePicker>
          <IconButton
            label={t("composer.send")}
            onClick={send}
            disabled={!sendable}
            className={classes(
              "m-1",
              sendable && "bg-accent text-on-accent hover:bg-accent-hover hover:text-on-accent",
            )}
          >
            <SendHorizontal size={16} />
          </IconButton>
        </div>
        <Suspense>
          {LINK.test(text) && <LinkOffer text={text} conversationId={conversationId} onDone={clear} />}
        </Suspense>
      </div>
      {length > COUNT_FROM && (
        <p
          id="composer-count"
          role="status"
          className={classes(
            "tabular pt-1 text-right text-xs",
            length > MOST_CHARACTERS ? "text-danger-ink" : "text-muted",
          )}
        >
          {length > MOST_CHARACTERS
            ? t("composer.tooLong", { count: length - MOST_CHARACTERS })
            : t("composer.left", { count: MOST_CHARACTERS - length })}
        </p>
      )}
    </div>
  );
}

function sends(event: KeyboardEvent, sendKey: "enter" | "mod-enter"): boolean {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  return sendKey === "enter" ? !event.shiftKey && !event.altKey : mod;
}
