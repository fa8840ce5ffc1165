import { type ReactNode, useRef } from "react";
import { Button, IconButton } from "@/components/ui/button";

interface Props {
  onPick: (files: File[]) => void;
  folder?: boolean;
  accept?: string;
  multiple?: boolean;
  /** Shows its children as an icon, with this name. */
  label?: string;
  look?: "primary" | "secondary" | "quiet";
  size?: "sm" | "md";
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}

/** A button that opens the browser's own way to choose files, or a whole folder. */
export function FilePicker({ onPick, folder = false, accept, multiple = true, label, ...button }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const open = () => field.current?.click();
  return (
    <>
      <input
        ref={field}
        type="file"
        multiple={multiple}
        accept={accept}
        hidden
        data-picker={folder ? "folder" : "files"}
        {...(folder ? { webkitdirectory: "" } : {})}
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          // The same file may be picked again.
          event.target.value = "";
        }}
      />
      {label ? (
        <IconButton label={label} onClick={open} className={button.className}>
          {button.children}
        </IconButton>
      ) : (
        <Button onClick={open} {...button} />
      )}
    </>
  );
}
