import { Users } from "lucide-react";
import { classes } from "@/lib/classes";

/** White text on each of these has a contrast of at least 4.5. */
const COLORS = [
  "#8a4b2f", "#6d5a12", "#3f6b21", "#1f6f4a", "#14707a", "#1e659c",
  "#3f57b0", "#6447b5", "#86399c", "#a2306f", "#a93a3f", "#5b6068",
] as const; // biome-ignore format: a palette reads best in rows

function hash(id: string): number {
  let value = 2166136261;
  for (let index = 0; index < id.length; index++) value = Math.imul(value ^ id.charCodeAt(index), 16777619);
  return value >>> 0;
}

export const colorOf = (id: string): string => COLORS[hash(id) % COLORS.length] ?? COLORS[0];

/** The first letters of the first and last word; whole code points, so that no emoji is cut. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toLocaleUpperCase();
}

const SIZES = {
  20: "size-5 text-[9px]",
  28: "size-7 text-xs",
  36: "size-9 text-sm",
  56: "size-14 text-lg",
} as const;

interface Props {
  id: string;
  name: string;
  size?: keyof typeof SIZES;
  group?: boolean;
}

/** Decoration: the name always stands beside it, so screen readers skip it. */
export function Avatar({ id, name, size = 36, group = false }: Props) {
  return (
    <span
      aria-hidden
      className={classes(
        "inline-flex shrink-0 items-center justify-center rounded-md font-semibold text-white select-none",
        SIZES[size],
      )}
      style={{ backgroundColor: colorOf(id) }}
    >
      {group ? <Users size={size > 30 ? 18 : 14} /> : initialsOf(name)}
    </span>
  );
}
