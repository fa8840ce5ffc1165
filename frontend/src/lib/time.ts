import { useEffect, useState } from "react";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const startOfDay = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** Whole days between two local dates, whatever daylight saving did in between. */
const daysBetween = (date: Date, now: Date): number => Math.round((startOfDay(now) - startOfDay(date)) / DAY);

const cache = new Map<string, Intl.DateTimeFormat>();

function formatterFor(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const formatter = cache.get(key) ?? new Intl.DateTimeFormat(language, options);
  cache.set(key, formatter);
  return formatter;
}

const format = (language: string, options: Intl.DateTimeFormatOptions, date: Date): string =>
  formatterFor(language, options).format(date);

export const clock = (date: Date, language: string): string => format(language, { timeStyle: "short" }, date);

/** Without AM and PM, for where a full time stands near. */
export const shortClock = (date: Date, language: string): string =>
  formatterFor(language, { timeStyle: "short" })
    .formatToParts(date)
    .filter((part) => part.type !== "dayPeriod")
    .map((part) => part.value)
    .join("")
    .trim();

export const exact = (date: Date, language: string): string =>
  format(language, { dateStyle: "full", timeStyle: "medium" }, date);

/** "Today", "Yesterday", a weekday within the week, otherwise the date: for the lines between days. */
export function day(date: Date, now: Date, language: string): string {
  const days = daysBetween(date, now);
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
  }
  const year: Intl.DateTimeFormatOptions =
    date.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  const text = format(language, { weekday: "long", day: "numeric", month: "long", ...year }, date);
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Short enough for a list: minutes and hours near, then a weekday, then a date. */
export function ago(date: Date, now: Date, language: string): string {
  const elapsed = now.getTime() - date.getTime();
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (elapsed < MINUTE) return relative.format(0, "second");
  if (elapsed < HOUR) return relative.format(-Math.floor(elapsed / MINUTE), "minute");
  const days = daysBetween(date, now);
  if (days === 0) return clock(date, language);
  if (days < 7) return format(language, { weekday: "short" }, date);
  if (date.getFullYear() === now.getFullYear())
    return format(language, { day: "numeric", month: "short" }, date);
  return format(language, { day: "numeric", month: "short", year: "numeric" }, date);
}

/** The time, looked at again every `everyMs`. */
export function useNow(everyMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
