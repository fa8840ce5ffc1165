import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { Button } from "@/components/ui/button";
import { EmptyState, ErrorState, Skeleton } from "@/components/ui/states";
import { listFiles } from "@/features/files/api";
import { FileRow } from "@/features/files/components/file-row";
import { Picture } from "@/features/files/components/picture";
import { useFile } from "@/features/files/components/use-file";
import { isPicture } from "@/features/files/state";
import { asWarrenError } from "@/lib/errors";
import type { Conversation, FileInfo } from "@/lib/frames";
import { usePages } from "@/lib/use-pages";

const Viewer = lazy(() => import("@/features/files/components/viewer"));

/** What was posted in the conversation or made by its jobs, latest first: pictures, and behind them the other files. */
export function ConversationFiles({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const { id } = conversation;
  const stamp = useStamp(conversation);
  const pages = usePages(id, (cursor) => listFiles({ conversationId: id, cursor }), stamp);
  const { byId, gone } = useChat((chat) => chat.files);
  const files = pages.items.map((file) => byId[file.id]?.file ?? file).filter((file) => !gone[file.id]);
  if (pages.error && files.length === 0) return <Failed error={pages.error} reload={pages.reload} />;
  if (!pages.loaded) return <Skeleton rows={4} avatar={false} />;
  if (files.length === 0 && !pages.more) return <EmptyState sentence={t("conversationParts.noFiles")} />;
  return (
    <div className="flex flex-col gap-3 p-3">
      <Pictures files={files.filter(isPicture)} />
      <ul aria-label={t("conversationParts.others")} className="flex flex-col gap-2 empty:hidden">
        {files
          .filter((file) => !isPicture(file))
          .map((file) => (
            <Other key={file.id} file={file} />
          ))}
      </ul>
      {pages.more && (
        <Button size="sm" className="self-center" onClick={pages.loadMore}>
          {t(pages.error ? "common.retry" : "conversationParts.olderFiles")}
        </Button>
      )}
    </div>
  );
}

/** Changes with what may have brought files: a message that has some, a job that is over. */
function useStamp({ id, last_message }: Conversation): number {
  const over = useChat(
    ({ jobs }) =>
      Object.values(jobs.jobs).filter((job) => job.conversation_id === id && job.state === "succeeded")
        .length,
  );
  const posted = last_message && last_message.file_ids.length > 0 ? last_message.seq : 0;
  return posted + over;
}

/** Who left, or was removed, meanwhile is told so. */
function Failed({ error, reload }: { error: unknown; reload: () => void }) {
  const { t } = useTranslation();
  return asWarrenError(error).code === "not_found" ? (
    <EmptyState sentence={t("conversationParts.notYours")} />
  ) : (
    <ErrorState error={error} retry={reload} />
  );
}

function Pictures({ files }: { files: readonly FileInfo[] }) {
  const { t } = useTranslation();
  const [viewing, setViewing] = useState<string | null>(null);
  if (files.length === 0) return null;
  return (
    <>
      <ul aria-label={t("conversationParts.pictures")} className="grid grid-cols-3 gap-1.5">
        {files.map((file) => (
          <li key={file.id}>
            <Thumbnail file={file} onOpen={() => setViewing(file.id)} />
          </li>
        ))}
      </ul>
      {viewing && (
        <Suspense>
          <Viewer ids={files.map(({ id }) => id)} first={viewing} onClose={() => setViewing(null)} />
        </Suspense>
      )}
    </>
  );
}

function Thumbnail({ file: listed, onOpen }: { file: FileInfo; onOpen: () => void }) {
  const { t } = useTranslation();
  const file = useFile(listed.id) ?? listed;
  return (
    <button
      type="button"
      onClick={onOpen}
      title={file.name}
      aria-label={t("files.open", { name: file.name })}
      className="block aspect-square w-full overflow-hidden rounded-sm border border-line"
    >
      <Picture file={file} alt="" className="size-full" />
    </button>
  );
}

/** Also a picture that was not looked into yet: asked for until it was. */
function Other({ file: listed }: { file: FileInfo }) {
  const file = useFile(listed.id) ?? listed;
  return (
    <li>
      <FileRow file={file} />
    </li>
  );
}
