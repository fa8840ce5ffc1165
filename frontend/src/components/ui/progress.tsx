import { classes } from "@/lib/classes";

interface Props {
  /** 0 to 100; null while nobody knows. */
  percent: number | null;
  label: string;
  tone?: "accent" | "danger" | "muted";
  className?: string;
}

const TONES = { accent: "bg-accent", danger: "bg-danger", muted: "bg-line-strong" } as const;

export function ProgressBar({ percent, label, tone = "accent", className }: Props) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === null ? undefined : Math.round(percent)}
      className={classes("h-1.5 overflow-hidden rounded-full bg-hover", className)}
    >
      <div
        className={classes(
          "h-full rounded-full transition-[width] duration-150",
          TONES[tone],
          percent === null && "motion-safe:animate-pulse",
        )}
        style={{ width: `${percent ?? 100}%` }}
      />
    </div>
  );
}
