import { describe, expect, it } from "vitest";
import { deviceName } from "@/features/settings/device";

describe("the name of a device", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox · Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
      "Edge · Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
      "Safari · iOS",
    ],
    ["nightly-importer 2.1", "nightly-importer 2.1"],
    ["", null],
  ])("%j is %j", (device, expected) => {
    expect(deviceName(device)).toBe(expected);
  });
});
