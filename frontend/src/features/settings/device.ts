const BROWSERS = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
] as const;

const named = (device: string, table: ReadonlyArray<readonly [RegExp, string]>): string | undefined =>
  table.find(([pattern]) => pattern.test(device))?.[1];

/** "Firefox · Linux" for a browser, a program's own description as it is, null for nothing. */
export function deviceName(device: string): string | null {
  const browser = named(device, BROWSERS);
  const system = named(device, SYSTEMS);
  return [browser, system].filter(Boolean).join(" · ") || device.trim() || null;
}
