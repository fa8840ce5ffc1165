// One file's way to the server by tus 1.0 (docs/files.md).

import { type DetailedError, type HttpRequest, Upload as TusUpload } from "tus-js-client";
import type { UploadError } from "@/features/uploads/state";

const ENDPOINT = "/api/v1/uploads";
const CHUNK_BYTES = 8 * 1024 * 1024;
/** A small file comes with the request that creates its upload; a large one is to have an address before its bytes go. */
const WITH_CREATION_BYTES = 1024 * 1024;
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10_000, 20_000];
/** The browser tells of progress far more often than anybody can see. */
const PROGRESS_MS = 150;

export interface TransferOptions {
  file: File;
  name: string;
  /** Where an earlier attempt left its bytes. */
  url: string | null;
  token: () => Promise<string>;
  onUrl: (url: string) => void;
  onProgress: (sent: number) => void;
  onStored: (fileId: string) => void;
  onFailed: (error: UploadError) => void;
}

export interface Transfer {
  /** Stops sending; what the server has stays there. */
  pause: () => Promise<void>;
  /** Stops, and has the server forget it. */
  cancel: () => Promise<void>;
}

/** A finished upload's id is its file's. */
const idOf = (url: string): string => new URL(url, location.href).pathname.split("/").at(-1) ?? "";

const authorizing = (token: () => Promise<string>) => async (request: HttpRequest) =>
  request.setHeader("Authorization", `Bearer ${await token()}`);

export function transfer(options: TransferOptions): Transfer {
  let told = 0;
  const upload = new TusUpload(options.file, {
    endpoint: ENDPOINT,
    uploadUrl: options.url,
    chunkSize: CHUNK_BYTES,
    retryDelays: RETRY_DELAYS,
    metadata: { filename: options.name, filetype: options.file.type || "application/octet-stream" },
    uploadDataDuringCreation: options.file.size <= WITH_CREATION_BYTES,
    storeFingerprintForResuming: false,
    onBeforeRequest: authorizing(options.token),
    onUploadUrlAvailable: () => upload.url && options.onUrl(upload.url),
    onProgress: (sent) => {
      const now = performance.now();
      if (now - told < PROGRESS_MS) return;
      told = now;
      options.onProgress(sent);
    },
    onSuccess: () => options.onStored(idOf(upload.url ?? "")),
    onError: (error) => options.onFailed(problemOf(error)),
  });
  upload.start();
  return { pause: () => upload.abort(false), cancel: () => upload.abort(true) };
}

/** For an upload that nobody is sending just now. Where the server cannot be told, it forgets by itself in time. */
export async function discard(url: string, token: () => Promise<string>): Promise<void> {
  await TusUpload.terminate(url, { onBeforeRequest: authorizing(token), retryDelays: [] }).catch(
    () => undefined,
  );
}

/** The server's problem details, or `network` where it did not answer. */
export function problemOf(error: Error | DetailedError): UploadError {
  const response = "originalResponse" in error ? error.originalResponse : null;
  if (!response) return { code: "network", message: "", requestId: null };
  const requestId = response.getHeader("X-Request-Id") ?? null;
  const code = response.getStatus() >= 500 ? "unavailable" : "internal";
  try {
    const problem = JSON.parse(response.getBody()) as { code?: string; detail?: string; request_id?: string };
    return {
      code: problem.code ?? code,
      message: problem.detail ?? "",
      requestId: problem.request_id ?? requestId,
    };
  } catch {
    return { code, message: "", requestId };
  }
}
