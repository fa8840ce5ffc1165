import { type DragEvent as ReactDragEvent, useEffect, useRef, useState } from "react";
import { bringsFiles, droppedFiles } from "@/features/uploads/drop";

interface Drop {
  /** Files hover over the page. */
  over: boolean;
  /** A handler for what is dropped on one target. */
  onTarget: (take: (files: File[]) => void) => (event: ReactDragEvent) => void;
}

/** Watches the whole window: nothing that is dropped beside a target may replace the page. */
export function useDrop({ onPaste }: { onPaste: (files: File[]) => void }): Drop {
  const [over, setOver] = useState(false);
  const paste = useRef(onPaste);
  paste.current = onPaste;
  useEffect(() => {
    // Entering a child comes before leaving its parent: only the count tells when the window is left.
    let depth = 0;
    const guarded = (handle: (event: DragEvent) => void) => (event: DragEvent) => {
      if (!bringsFiles(event.dataTransfer) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      handle(event);
    };
    const enter = guarded(() => setOver(++depth > 0));
    const leave = guarded(() => setOver(--depth > 0));
    const hover = guarded(() => undefined);
    const drop = guarded(() => {
      depth = 0;
      setOver(false);
    });
    const pasted = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Text that also has a picture of itself (a spreadsheet's cells) is meant as text.
      if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      paste.current(files);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    window.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
      window.removeEventListener("paste", pasted);
    };
  }, []);
  const onTarget = (take: (files: File[]) => void) => (event: ReactDragEvent) => {
    event.preventDefault();
    void droppedFiles(event.dataTransfer).then(take);
  };
  return { over, onTarget };
}
