const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const STEP = 1000;

const cache = new Map<string, Intl.NumberFormat>();

function numbers(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  const known = cache.get(key) ?? new Intl.NumberFormat(language, options);
  cache.set(key, known);
  return known;
}

/** "3.1 MB", "Mo" in French: decimal units, as disks and networks count. */
export function bytes(count: number, language: string): string {
  let unit = 0;
  let value = count;
  // Rounded as it is shown: 999,960 is 1.0 MB and not 1,000 kB.
  while (unit < UNITS.length - 1 && Math.round(value * 10) / 10 >= STEP) {
    value /= STEP;
    unit++;
  }
  const digits = unit < 2 || value >= 100 ? 0 : 1;
  const name = UNITS[unit] ?? "byte";
  return numbers(language, {
    style: "unit",
    unit: name,
    unitDisplay: name === "byte" ? "long" : "short",
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  }).format(value);
}

/** `value`: 0 to 100. */
export const percent = (value: number, language: string): string =>
  numbers(language, { style: "percent", maximumFractionDigits: 0 }).format(Math.floor(value) / 100);

/** "−61 %": what became of `before` bytes. A little more than nothing is told as such. */
export function saved(before: number, after: number, language: string): string {
  const change = before > 0 ? (after - before) / before : 0;
  return numbers(language, {
    style: "percent",
    maximumFractionDigits: Math.abs(change) < 0.01 ? 1 : 0,
    signDisplay: "exceptZero",
  }).format(change);
}

export const count = (value: number, language: string): string => numbers(language, {}).format(value);

/** "0:12", "1:02:07": hours only where there are some. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
