// Decodes a ThumbHash (format by Evan Wallace, https://evanw.github.io/thumbhash/): a few cosine terms of brightness,
// two color differences and, where there is one, transparency.

/** Pixels of the longer side. */
const SIDE = 32;

export interface Placeholder {
  width: number;
  height: number;
  /** Red, green, blue, alpha of each pixel, row by row. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** One channel: its mean, and the weights of its cosine terms in the order of rows. */
interface Channel {
  across: number;
  down: number;
  mean: number;
  weights: number[];
}

/** Reads the 4-bit weights that follow each other, low half of each byte first. */
function weightReader(bytes: Uint8Array, from: number): (count: number, scale: number) => number[] {
  let index = 0;
  const next = () => {
    const byte = bytes[from + (index >> 1)] ?? 0;
    return ((byte >> ((index++ & 1) << 2)) & 15) / 7.5 - 1;
  };
  return (count, scale) => Array.from({ length: count }, () => next() * scale);
}

/** The terms that a channel has: a triangle of low frequencies without the constant one. */
function terms(across: number, down: number): [number, number][] {
  const list: [number, number][] = [];
  for (let row = 0; row < down; row++)
    for (let column = row ? 0 : 1; column * down < across * (down - row); column++) list.push([column, row]);
  return list;
}

/** Null where this is no ThumbHash. */
export function decodeThumbHash(base64: string): Placeholder | null {
  const bytes = fromBase64(base64);
  if (!bytes || bytes.length < 5) return null;
  const at = (index: number) => bytes[index] ?? 0;
  const head = at(0) | (at(1) << 8) | (at(2) << 16);
  const tail = at(3) | (at(4) << 8);
  const alpha = head >> 23 === 1;
  const landscape = tail >> 15 === 1;
  const long = alpha ? 5 : 7;
  const [columns, rows] = landscape ? [long, tail & 7] : [tail & 7, long];
  const [across, down] = [Math.max(3, columns), Math.max(3, rows)];
  const read = weightReader(bytes, alpha ? 6 : 5);
  const channel = (width: number, height: number, mean: number, scale: number): Channel => ({
    across: width,
    down: height,
    mean,
    weights: read(terms(width, height).length, scale),
  });
  const light = channel(across, down, (head & 63) / 63, ((head >> 18) & 31) / 31);
  const yellow = channel(3, 3, ((head >> 6) & 63) / 31.5 - 1, (((tail >> 3) & 63) / 63) * 1.25);
  const red = channel(3, 3, ((head >> 12) & 63) / 31.5 - 1, (((tail >> 9) & 63) / 63) * 1.25);
  const cover = alpha ? channel(5, 5, (at(5) & 15) / 15, (at(5) >> 4) / 15) : null;
  return paint(columns / Math.max(1, rows), light, yellow, red, cover);
}

function paint(
  ratio: number,
  light: Channel,
  yellow: Channel,
  red: Channel,
  cover: Channel | null,
): Placeholder {
  const width = Math.max(1, Math.round(ratio > 1 ? SIDE : SIDE * ratio));
  const height = Math.max(1, Math.round(ratio > 1 ? SIDE / ratio : SIDE));
  const [l, p, q] = [light, yellow, red].map((one) => sampler(one, width, height));
  const a = cover && sampler(cover, width, height);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, index = 0; y < height; y++)
    for (let x = 0; x < width; x++, index += 4) {
      const [bright, blueYellow, redGreen] = [l?.(x, y) ?? 0, p?.(x, y) ?? 0, q?.(x, y) ?? 0];
      const blue = bright - (2 / 3) * blueYellow;
      const warm = (3 * bright - blue + redGreen) / 2;
      rgba.set([255 * warm, 255 * (warm - redGreen), 255 * blue, 255 * (a ? a(x, y) : 1)].map(clamp), index);
    }
  return { width, height, rgba };
}

/** The value of a channel at a pixel. */
function sampler(channel: Channel, width: number, height: number): (x: number, y: number) => number {
  const list = terms(channel.across, channel.down);
  const wave = (position: number, size: number, frequency: number) =>
    Math.cos((Math.PI / size) * (position + 0.5) * frequency);
  return (x, y) =>
    list.reduce(
      (sum, [column, row], index) =>
        sum + (channel.weights[index] ?? 0) * wave(x, width, column) * wave(y, height, row) * 2,
      channel.mean,
    );
}

const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
