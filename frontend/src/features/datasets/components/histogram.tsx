import { useTranslation } from "react-i18next";
import type { ColumnStats } from "@/lib/frames";

const WIDTH = 288;
const HEIGHT = 96;
const GAP = 2;

/** How the values spread: a bar for each part of their range. Its text says the same in a sentence. */
export function Histogram({ stats: { histogram } }: { stats: ColumnStats }) {
  const { t } = useTranslation();
  const [first, last] = [histogram[0], histogram.at(-1)];
  if (histogram.length < 2 || !first || !last) return null;
  const most = Math.max(...histogram.map((one) => one.count));
  const peak = histogram.find((one) => one.count === most) ?? first;
  const step = WIDTH / histogram.length;
  const text = t("data.stats.chart", {
    low: short(first.low),
    high: short(last.high),
    from: short(peak.low),
    to: short(peak.high),
  });
  return (
    <figure>
      <figcaption className="mb-2 text-sm font-semibold">{t("data.stats.spread")}</figcaption>
      <svg role="img" aria-label={text} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full">
        {histogram.map((bucket, index) => {
          const height = bucket.count === 0 ? 0 : Math.max(2, (bucket.count / most) * (HEIGHT - 4));
          return (
            <rect
              key={bucket.low}
              x={index * step}
              y={HEIGHT - height}
              width={Math.max(1, step - GAP)}
              height={height}
              rx={1.5}
              className="fill-accent"
            >
              <title>
                {t("data.stats.bucket", {
                  low: short(bucket.low),
                  high: short(bucket.high),
                  count: bucket.count,
                })}
              </title>
            </rect>
          );
        })}
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-strong" />
      </svg>
      <div aria-hidden className="tabular mt-1 flex justify-between gap-4 text-xs text-muted">
        <span className="truncate">{short(first.low)}</span>
        <span className="truncate">{short(last.high)}</span>
      </div>
    </figure>
  );
}

/** Limits of parts have more digits than anybody reads; a moment's date is enough. */
function short(value: string): string {
  const number = Number(value);
  if (value !== "" && Number.isFinite(number)) return String(Number(number.toPrecision(6)));
  return value.slice(0, 16);
}
