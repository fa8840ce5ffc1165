import { useTranslation } from "react-i18next";
import { BatchCard } from "@/features/jobs/components/batch-card";
import { JobCard } from "@/features/jobs/components/job-card";
import { useBatch, useJob } from "@/features/jobs/components/use-job";
import { MessageText } from "@/features/messages/components/message-text";
import type { Message } from "@/lib/frames";

interface Props {
  message: Message;
  card: { kind: "job" | "batch"; id: string };
  tabIndex: number;
}

/** The card in the place of a message's text. A job that is gone leaves its text, and says so. */
export default function MessageCard({ message, card, tabIndex }: Props) {
  return (
    <div className="py-1">
      {card.kind === "job" ? (
        <OneJob id={card.id} text={message.text} />
      ) : (
        <ManyJobs id={card.id} text={message.text} tabIndex={tabIndex} />
      )}
    </div>
  );
}

function OneJob({ id, text }: { id: string; text: string }) {
  const job = useJob(id);
  if (job) return <JobCard job={job} />;
  return job === null ? <Gone text={text} /> : <Arriving text={text} />;
}

function ManyJobs({ id, text, tabIndex }: { id: string; text: string; tabIndex: number }) {
  const batch = useBatch(id);
  if (batch) return <BatchCard batch={batch} tabIndex={tabIndex} />;
  return batch === null ? <Gone text={text} /> : <Arriving text={text} />;
}

function Gone({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <>
      <MessageText text={text} />
      <p className="text-xs text-muted">{t("jobs.gone")}</p>
    </>
  );
}

function Arriving({ text }: { text: string }) {
  return (
    <div role="status" className="h-24 w-120 max-w-full rounded-md border border-line bg-raised p-3">
      <p className="truncate text-sm font-semibold">{text}</p>
    </div>
  );
}
