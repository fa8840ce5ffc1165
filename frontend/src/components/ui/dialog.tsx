import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  description?: string;
  onClose: () => void;
  children: ReactNode;
}

/** Traps the focus, closes on Esc and on a click outside, gives the focus back. */
export function Dialog({ title, description, onClose, children }: Props) {
  const { t } = useTranslation();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          className="fixed inset-x-2 bottom-2 z-50 flex max-h-[calc(100dvh-16px)] flex-col rounded-md border border-line bg-raised shadow-over outline-none sm:inset-x-auto sm:top-[10vh] sm:bottom-auto sm:left-1/2 sm:max-h-[80vh] sm:w-[480px] sm:-translate-x-1/2"
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className="flex items-start gap-2 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
              {description && (
                <Radix.Description className="text-sm text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close
              aria-label={t("common.close")}
              className="inline-flex size-8 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
            >
              <X size={20} />
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
