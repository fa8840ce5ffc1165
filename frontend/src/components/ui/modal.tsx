import { type MouseEvent, type ReactNode, type SyntheticEvent, useLayoutEffect, useRef } from "react";
import { classes } from "@/lib/classes";

interface Props {
  labelledBy: string;
  onClose: () => void;
  className: string;
  children: ReactNode;
}

/**
 * The browser's own modal dialog: everything behind it is inert, Esc closes it, the focus goes back where it was. The
 * first text field takes the focus, else the browser chooses.
 */
export function Modal({ labelledBy, onClose, className, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const one = dialog.current;
    one?.showModal();
    one?.querySelector<HTMLElement>("input:not([type=radio]), textarea")?.focus();
    // Closing gives the focus back; an element that merely disappears does not.
    return () => one?.close();
  }, []);
  const onCancel = (event: SyntheticEvent) => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    onClose();
  };
  const onClick = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it; the key for that is Esc
    <dialog
      ref={dialog}
      aria-labelledby={labelledBy}
      onCancel={onCancel}
      onClick={onClick}
      className={classes("max-w-none text-ink outline-none backdrop:bg-scrim", className)}
    >
      {children}
    </dialog>
  );
}
