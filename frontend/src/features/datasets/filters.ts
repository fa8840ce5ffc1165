// Filters as the server takes them (`column:op:value`, contracts/dataset.py), and as people put them together.

import type { ColumnType } from "@/lib/frames";

export type Op =
  | "contains"
  | "starts_with"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "in"
  | "is_null"
  | "not_null";

export interface Filter {
  readonly column: string;
  readonly op: Op;
  /** Of `in`: the values, one on each line. */
  readonly value: string;
}

/** Filters of one view (contracts/dataset.py). */
export const MOST_FILTERS = 20;

const ORDERED: readonly Op[] = ["eq", "ne", "lt", "le", "gt", "ge", "in", "is_null", "not_null"];
const OPS: Readonly<Record<ColumnType, readonly Op[]>> = {
  text: ["contains", "starts_with", "eq", "ne", "in", "is_null", "not_null"],
  integer: ORDERED,
  decimal: ORDERED,
  double: ORDERED,
  boolean: ["eq", "is_null", "not_null"],
  date: ORDERED,
  time: ORDERED,
  timestamp: ORDERED,
  timestamptz: ORDERED,
  json: ["contains", "is_null", "not_null"],
};

export const opsOf = (type: ColumnType): readonly Op[] => OPS[type];

export const needsValue = (op: Op): boolean => op !== "is_null" && op !== "not_null";

const lines = (value: string): string[] => value.split("\n").filter((line) => line.trim() !== "");

export function asText({ column, op, value }: Filter): string {
  if (!needsValue(op)) return `${column}:${op}`;
  return `${column}:${op}:${op === "in" ? JSON.stringify(lines(value)) : value}`;
}

/** Null for what is no filter: an address can be written by anybody. */
export function parsed(text: string): Filter | null {
  const [column = "", op = "", ...rest] = text.split(":");
  const known = Object.values(OPS).some((ops) => ops.some((one) => one === op));
  if (column === "" || !known) return null;
  const value = rest.join(":");
  if (op !== "in") return { column, op: op as Op, value };
  const values = listed(value);
  return values && { column, op, value: values.join("\n") };
}

function listed(value: string): string[] | null {
  try {
    const values: unknown = JSON.parse(value);
    return Array.isArray(values) ? values.map(String) : null;
  } catch {
    return null;
  }
}

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

type Problem = "value" | "whole" | "number" | "date";

/** What is to be put right before the server is asked, if anything. */
export function problemOf({ op, value }: Filter, type: ColumnType): Problem | null {
  if (!needsValue(op)) return null;
  if (value.trim() === "") return "value";
  const values = op === "in" ? lines(value) : [value];
  const all = (pattern: RegExp) => values.every((one) => pattern.test(one.trim()));
  if (type === "integer" && !all(WHOLE)) return "whole";
  if ((type === "decimal" || type === "double") && !all(NUMBER)) return "number";
  return type === "date" && !all(DATE) ? "date" : null;
}

const DECIMAL = new Set<ColumnType>(["decimal", "double"]);

/** As PostgreSQL reads it: whoever types a comma in a number means its fraction. */
export const tidied = (filter: Filter, type: ColumnType): Filter => ({
  ...filter,
  value: DECIMAL.has(type) ? filter.value.replaceAll(",", ".") : filter.value,
});

type Direction = "up" | "down" | null;

export const directionOf = (sort: string | null, column: string): Direction => {
  if (sort === column) return "up";
  return sort === `-${column}` ? "down" : null;
};

/** Upwards, downwards, as imported, and so on. */
export function nextSort(sort: string | null, column: string): string | null {
  const direction = directionOf(sort, column);
  if (direction === null) return column;
  return direction === "up" ? `-${column}` : null;
}
