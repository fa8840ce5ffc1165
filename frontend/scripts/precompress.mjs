// Writes .br and .gz beside every text file of dist/, so that the gateway compresses nothing itself.
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";

const DIST = new URL("../dist", import.meta.url).pathname;
const TEXT = /\.(js|css|html|svg|json|webmanifest|txt)$/;
const SMALLEST = 512;

function compress(path) {
  const body = readFileSync(path);
  if (body.length < SMALLEST) return;
  const quality = { params: { [zlib.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${path}.br`, brotliCompressSync(body, quality));
  writeFileSync(`${path}.gz`, gzipSync(body, { level: 9 }));
}

for (const name of readdirSync(DIST, { recursive: true })) {
  const path = join(DIST, name);
  if (TEXT.test(path) && statSync(path).isFile()) compress(path);
}

// A gateway that runs reads the folder again when index.html is newer: now all of it is there.
utimesSync(join(DIST, "index.html"), new Date(), new Date());
