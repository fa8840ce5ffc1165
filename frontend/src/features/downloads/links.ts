// Links out of what people paste, and what they look like they lead to.

import { looksLikeTable, proposedName } from "@/features/datasets/draft";

/** Jobs of a batch (contracts/job.py). */
export const MOST_LINKS = 10_000;
const MOST_CHARACTERS = 8000;

function address(text: string): URL | null {
  if (!/^https?:\/\//i.test(text) || text.length > MOST_CHARACTERS) return null;
  try {
    const url = new URL(text);
    return url.hostname === "" ? null : url;
  } catch {
    return null;
  }
}

interface Found {
  links: string[];
  /** Lines that are something else. */
  others: number;
}

/** The links of a list, each once, in their order. Empty lines and lines that begin with # do not count. */
export function linksOf(text: string): Found {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const links = lines.filter((line) => address(line) !== null);
  return { links: [...new Set(links)], others: lines.length - links.length };
}

/** The links of a message that is nothing but links; none for any other text. */
export function onlyLinks(text: string): string[] {
  const { links, others } = linksOf(text.trim().replace(/[ \t]+/g, "\n"));
  return others === 0 ? links : [];
}

/** The last part of the path that says something, else the host: what the file will be called, about. */
export function fileNameOf(link: string): string {
  const url = address(link);
  if (!url) return link;
  const last = url.pathname.split("/").filter(Boolean).at(-1);
  if (!last) return url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

export const hostOf = (link: string): string => address(link)?.host ?? "";

export const datasetNameOf = (link: string): string => proposedName(fileNameOf(link));

export type After = "nothing" | "import" | "smaller";

const PICTURES = /\.(jpe?g|png|webp|avif|gif|tiff?|heic)$/i;

/** What one most likely wants of what is behind the links. */
export function likely(links: readonly string[]): After {
  const names = links.map(fileNameOf);
  if (names.length > 0 && names.every(looksLikeTable)) return "import";
  return names.length > 0 && names.every((name) => PICTURES.test(name)) ? "smaller" : "nothing";
}
