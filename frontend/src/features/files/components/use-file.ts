import { useEffect } from "react";
import { useChat } from "@/app/store";
import { wantFiles } from "@/features/files/api";
import { dueIn } from "@/features/files/state";
import type { FileInfo } from "@/lib/frames";

/** The file, asked for while it is on the screen; undefined until it is known, null where it is gone. */
export function useFile(id: string): FileInfo | null | undefined {
  const known = useChat((chat) => chat.files.byId[id]);
  const gone = useChat((chat) => chat.files.gone[id] === true);
  useEffect(() => {
    if (gone || id === "") return;
    const timer = setTimeout(() => wantFiles([id]), dueIn(known, Date.now()));
    return () => clearTimeout(timer);
  }, [id, known, gone]);
  return gone ? null : known?.file;
}
