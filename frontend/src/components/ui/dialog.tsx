import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/button";
import { Modal } from "@/components/ui/modal";

interface Props {
  title: string;
  description?: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog with a title: in the middle of a wide window, at the bottom of a narrow one. */
export function Dialog({ title, description, onClose, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Modal
      labelledBy={id}
      onClose={onClose}
      className="mx-auto mt-auto mb-2 flex max-h-[calc(100dvh-16px)] w-[calc(100vw-16px)] flex-col overflow-hidden rounded-md border border-line bg-raised shadow-over sm:mt-[10vh] sm:max-h-[80vh] sm:w-[480px]"
    >
      <header className="flex items-start gap-2 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1 self-center">
          <h2 id={id} className="text-base font-semibold wrap-anywhere">
            {title}
          </h2>
          {description && <p className="text-sm text-muted">{description}</p>}
        </div>
        <IconButton label={t("common.close")} onClick={onClose}>
          <X size={20} />
        </IconButton>
      </header>
      {children}
    </Modal>
  );
}

/** A sheet from the right edge, as high as the window. */
export function Sheet({ title, onClose, children }: Omit<Props, "description">) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Modal
      labelledBy={id}
      onClose={onClose}
      className="my-0 mr-0 ml-auto flex h-dvh max-h-none w-[min(360px,100vw)] flex-col border-l border-line bg-panel shadow-over"
    >
      <header className="flex h-14 shrink-0 items-center border-b border-line px-4">
        <h2 id={id} className="flex-1 text-base font-semibold">
          {title}
        </h2>
        <IconButton label={t("common.close")} onClick={onClose}>
          <X size={20} />
        </IconButton>
      </header>
      {children}
    </Modal>
  );
}
