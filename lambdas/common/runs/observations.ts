/**
 * What was seen of one account, as it is handed from the step that reads it to the step that records it: lines of JSON,
 * compressed. A line is a resource and what was judged of it, what ended the reading of a Region, or the ARN of
 * something outside the scope.
 */

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip, createGzip } from "node:zlib";
import { errorCode } from "../values/errors";
import type { Judged, ScanEnd } from "./scanned";

/** What exists and does not belong to what is evaluated. */
export interface Outside {
  readonly outside: string;
}

/** What a file of observations holds. */
export type Observation = Required<Judged> | ScanEnd | Outside;

type EndLine = Pick<ScanEnd, "everything" | "reach"> & {
  readonly status: "scanned" | "not-enabled" | "error";
  readonly code?: string;
  readonly message?: string;
};

/** The observations as the bytes of a file; what it keeps of them is compressed. */
export async function pack(observations: AsyncIterable<Observation>): Promise<Uint8Array> {
  const gzip = createGzip();
  const packed = buffer(gzip);
  // Whatever ends it early ends the reading of it, and is told below.
  packed.catch(() => {});
  try {
    for await (const one of observations) {
      const line = `${JSON.stringify("everything" in one ? endLine(one) : one)}\n`;
      if (!gzip.write(line)) await new Promise((resolve) => gzip.once("drain", resolve));
    }
  } catch (caught) {
    gzip.destroy();
    throw caught;
  }
  gzip.end();
  return packed;
}

/**
 * The observations of such a file.
 * @throws what kept it from being read, SyntaxError too.
 */
export async function* unpack(packed: Readable): AsyncGenerator<Observation> {
  const gunzip = createGunzip();
  packed.on("error", (error) => gunzip.destroy(error));
  const lines = createInterface({ input: packed.pipe(gunzip), crlfDelay: Number.POSITIVE_INFINITY });
  // readline swallows what its input throws.
  let failure: Error | undefined;
  gunzip.on("error", (error) => {
    failure = error;
    lines.close();
  });
  for await (const line of lines) {
    const one = JSON.parse(line) as Required<Judged> | EndLine | Outside;
    yield "everything" in one ? endOf(one) : one;
  }
  if (failure) throw failure;
}

function endLine({ everything, error, reach, isNotEnabled }: ScanEnd): EndLine {
  if (!error) return { everything, status: isNotEnabled ? "not-enabled" : "scanned" };
  return { everything, status: "error", reach, code: errorCode(error), message: error.message };
}

function endOf({ everything, status, reach, code = "Error", message }: EndLine): ScanEnd {
  if (status === "scanned") return { everything };
  if (status === "not-enabled") return { everything, isNotEnabled: true };
  const error = Object.assign(new Error(message), { name: code });
  return { everything, error, ...(reach && { reach }) };
}
