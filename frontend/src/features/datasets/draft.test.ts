import { describe, expect, it } from "vitest";
import {
  columnsOf,
  type Draft,
  EMPTY_DRAFT,
  fitted,
  importParams,
  looksLikeTable,
  type Preview,
  problemsOf,
  proposedName,
} from "@/features/datasets/draft";
import { dataset } from "@/testing";

const preview = {
  format: "csv",
  compression: null,
  options: { delimiter: ";" },
  columns: [
    { source: "City", name: "city", type: "text", nulls: 0 },
    { source: "AMOUNT", name: "amount", type: "integer", nulls: 1 },
    { source: "Note", name: "note", type: "text", nulls: 0 },
  ],
  rows: [],
  estimated_rows: 3,
  sheets: [],
  members: [],
} as unknown as Preview;
const draft: Draft = { ...EMPTY_DRAFT, name: "Sales", columns: columnsOf(preview, []) };

describe("the import of a file", () => {
  it.each([
    ["sales-2026.csv.gz", "sales-2026"],
    ["people.xlsx", "people"],
    [".csv", ".csv"],
    ["archive.zip", "archive"],
  ])("%j is proposed to be called %j", (file, name) => {
    expect(proposedName(file)).toBe(name);
  });

  it.each([
    ["a.csv", true],
    ["a.parquet", true],
    ["a.json.zst", true],
    ["photo.jpg", false],
  ])("%j could be a table: %j", (file, could) => {
    expect(looksLikeTable(file)).toBe(could);
  });

  it("keeps what was chosen for a column when the file is looked at again", () => {
    const chosen = { source: "City", name: "Town", type: "text", skip: false } as const;
    expect(columnsOf(preview, [chosen]).map((one) => one.name)).toEqual(["Town", "AMOUNT", "Note"]);
  });

  it("into a dataset takes its columns, whatever their case, and leaves out others", () => {
    const columns = fitted(draft.columns, dataset());
    expect(columns.map(({ name, type, skip }) => [name, type, skip])).toEqual([
      ["city", "text", false],
      ["amount", "decimal", false],
      ["Note", "text", true],
    ]);
  });

  it("is asked for with all that was seen", () => {
    const columns = draft.columns.map((one) => ({ ...one, skip: one.source === "Note" }));
    const params = importParams({
      fileId: "f1",
      preview,
      draft: { ...draft, columns, key: ["City", "Note"] },
      dryRun: true,
    });
    expect(params).toMatchObject({
      dataset: "Sales",
      options: { delimiter: ";" },
      dry_run: true,
      key: ["City"],
    });
    expect(params.columns).toEqual([
      { source: "City", name: "City", type: "text" },
      { source: "AMOUNT", name: "AMOUNT", type: "integer" },
      { source: "Note", skip: true },
    ]);
  });

  it.each([
    [{ name: " " }, ["nameMissing"]],
    [{ mode: "append" as const }, ["datasetMissing"]],
    [{ mode: "upsert" as const, datasetId: "d1" }, ["keyMissing"]],
    [{ columns: draft.columns.map((one) => ({ ...one, skip: true })) }, ["columnsMissing"]],
    [{ columns: draft.columns.map((one) => ({ ...one, name: "same" })) }, ["namesTwice"]],
    [{}, []],
  ])("with %j has to be put right: %j", (patch, problems) => {
    expect(problemsOf({ ...draft, ...patch })).toEqual(problems);
  });
});
