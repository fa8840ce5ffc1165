import { useCallback } from "react";
import { getChat } from "@/app/store";
import { looksLikePicture, useImageSettings } from "@/features/jobs/settings";
import { send } from "@/features/messages/api";
import { processAttached } from "@/features/uploads/api";
import { useBatchTitle } from "@/features/uploads/components/use-batch-title";
import { usePreferences } from "@/lib/preferences";

type Post = (text: string, replyTo: string | null, uploads: readonly string[]) => void;

/** Sends what was written with its files; pictures that are to be smaller become a batch of their own behind it. */
export function usePost(conversationId: string): Post {
  const titleOf = useBatchTitle();
  return useCallback(
    (text, replyTo, uploads) => {
      const { byId } = getChat().uploads;
      const pictures = usePreferences.getState().smaller
        ? uploads.flatMap((id) => byId[id] ?? []).filter(looksLikePicture)
        : [];
      const smaller = new Set(pictures.map((one) => one.id));
      const others = uploads.filter((id) => !smaller.has(id));
      if (text !== "" || others.length > 0) send(conversationId, text, replyTo, others);
      if (pictures.length === 0) return;
      const settings = useImageSettings.getState();
      void processAttached([...smaller], { title: titleOf(pictures), settings, conversationId });
    },
    [conversationId, titleOf],
  );
}
