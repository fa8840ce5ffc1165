import { Check, CircleAlert, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { copyText } from "@/lib/clipboard";
import { useErrorText } from "@/lib/error-text";
import { asWarrenError } from "@/lib/errors";

interface EmptyProps {
  icon?: ReactNode;
  sentence: string;
  action?: ReactNode;
}

export function EmptyState({ icon, sentence, action }: EmptyProps) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-4 p-8 text-center">
      {icon && <span className="text-faint">{icon}</span>}
      <p className="max-w-72 text-sm text-muted">{sentence}</p>
      {action}
    </div>
  );
}

/** What happened, what to do, and the request id for whoever looks into it. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const { requestId } = asWarrenError(error);
  return (
    <div role="alert" className="flex flex-1 flex-col items-center justify-center gap-3 p-8 text-center">
      <CircleAlert size={20} className="text-danger" />
      <p className="max-w-80 text-sm">{text(error)}</p>
      {retry && (
        <Button onClick={retry} look="secondary">
          {t("common.retry")}
        </Button>
      )}
      {requestId && <RequestId id={requestId} />}
    </div>
  );
}

/** An id to copy: a request's, or under another `name`. */
export function RequestId({ id, name }: { id: string; name?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => setCopied(await copyText(id));
  return (
    <button
      type="button"
      onClick={copy}
      className="inline-flex min-h-6 items-center gap-1.5 rounded-sm px-1.5 font-mono text-xs text-muted hover:bg-hover"
    >
      {copied ? <Check size={16} /> : <Copy size={16} />}
      {copied ? t("common.copied") : (name ?? t("common.requestId", { id }))}
    </button>
  );
}

const Bar = ({ width }: { width: string }) => (
  <span className="block h-3 rounded-sm bg-hover" style={{ width }} />
);

/** Stands for rows on their way; invisible for the first 200 ms. */
export function Skeleton({ rows, avatar = true }: { rows: number; avatar?: boolean }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("common.loading")} className="appear-late flex flex-col gap-5 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex gap-3">
          {avatar && <span className="size-9 shrink-0 rounded-md bg-hover" />}
          <div className="flex flex-1 flex-col justify-center gap-2">
            <Bar width={`${28 + ((row * 17) % 24)}%`} />
            <Bar width={`${52 + ((row * 29) % 40)}%`} />
          </div>
        </div>
      ))}
    </div>
  );
}
