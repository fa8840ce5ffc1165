import { Paperclip } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChat } from "@/app/store";
import { isUnderWay, percentOf, type Upload } from "@/features/uploads/state";
import { bytes, percent } from "@/lib/format";

/** The files of a message that is not sent yet, and how far they are: it goes out when they are there. */
export default function UnsentFiles({ ids }: { ids: readonly string[] }) {
  const uploads = useChat((chat) => chat.uploads.byId);
  return (
    <ul className="flex flex-col gap-0.5 py-0.5 text-xs text-muted">
      {ids.map((id) => {
        const one = uploads[id];
        return one && <Line key={id} upload={one} />;
      })}
    </ul>
  );
}

function Line({ upload }: { upload: Upload }) {
  const { i18n } = useTranslation();
  return (
    <li className="flex items-center gap-1.5">
      <Paperclip size={16} aria-hidden className="shrink-0" />
      <span className="truncate">{upload.name}</span>
      <span className="tabular shrink-0">
        {isUnderWay(upload) ? percent(percentOf(upload), i18n.language) : bytes(upload.size, i18n.language)}
      </span>
    </li>
  );
}
