import { useTranslation } from "react-i18next";
import { percent as asPercent } from "@/lib/format";

interface Props {
  percent: number;
  failed: boolean;
  onClick: () => void;
}

const RADIUS = 19;
const AROUND = 2 * Math.PI * RADIUS;

/** The tray when it is collapsed: how much is there, as a ring around the number. */
export function Ring({ percent, failed, onClick }: Props) {
  const { t, i18n } = useTranslation();
  const text = asPercent(percent, i18n.language);
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={t(failed ? "uploads.openFailed" : "uploads.open", { percent: text })}
      title={t(failed ? "uploads.openFailed" : "uploads.open", { percent: text })}
      className="relative ml-auto flex size-12 items-center justify-center rounded-full border border-line bg-raised shadow-over hover:bg-hover"
    >
      <svg viewBox="0 0 48 48" className="absolute inset-0 -rotate-90" aria-hidden="true">
        <circle cx="24" cy="24" r={RADIUS} fill="none" strokeWidth="3" className="stroke-line" />
        <circle
          cx="24"
          cy="24"
          r={RADIUS}
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - percent / 100)}
          className={failed ? "stroke-danger" : "stroke-accent"}
        />
      </svg>
      <span aria-hidden className="tabular text-xs font-semibold">
        {failed ? "!" : text}
      </span>
    </button>
  );
}
