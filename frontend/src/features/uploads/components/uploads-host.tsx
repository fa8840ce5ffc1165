import { useLocation } from "wouter";
import { DropOverlay } from "@/features/uploads/components/drop-overlay";
import { UploadTray } from "@/features/uploads/components/upload-tray";
import { useDrop } from "@/features/uploads/components/use-drop";
import { useTakeFiles } from "@/features/uploads/components/use-take-files";

/** What the page does with files that come from outside, and the tray of those on their way. */
export default function UploadsHost({ conversationId }: { conversationId: string | null }) {
  const [path] = useLocation();
  const take = useTakeFiles(conversationId);
  const { over, onTarget } = useDrop({
    onPaste: (files) =>
      path.startsWith("/jobs") || !conversationId ? take.smaller(files) : take.attach(files),
  });
  return (
    <>
      {over && (
        <DropOverlay
          onSmaller={onTarget(take.smaller)}
          onAttach={conversationId ? onTarget(take.attach) : null}
        />
      )}
      <UploadTray conversationId={conversationId} />
    </>
  );
}
