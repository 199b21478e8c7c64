/** The report bucket: every write is a new key, hashed while it streams, and nothing is ever replaced but `latest`. */

import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

/** An object as it was written. */
export interface StoredObject {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Absent when the bucket keeps no versions. */
  readonly versionId?: string;
}

/** Somebody else has written this key; it was left as it is. */
export class KeyTakenError extends Error {
  override readonly name = "KeyTakenError";
}

/** Where reports are kept. */
export interface ReportStore {
  /**
   * Streams a new object. A failure leaves nothing behind.
   * @throws KeyTakenError when the key exists.
   */
  write(
    key: string,
    text: Iterable<string>,
    contentType: string,
    signal?: AbortSignal,
  ): Promise<StoredObject>;
  /** @returns undefined when there is no such object. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The keys with a prefix, in order. */
  keys(prefix: string): AsyncIterable<string>;
  /** Copies an object over whatever is there. */
  copy(from: string, to: string): Promise<void>;
  /** Where a person finds the key. */
  uri(key: string): string;
}

const PART_BYTES = 8 * 1024 * 1024;
const CHUNK_CHARACTERS = 256 * 1024;

/**
 * The report bucket in S3. Every request names the account that has to own it, so that nothing is written to, or read
 * from, a bucket of the same name that somebody else has made after this one was deleted
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html).
 */
export class S3ReportStore implements ReportStore {
  private readonly bucketOwner: string;

  /** @param client of this store alone. */
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    accountId: string,
  ) {
    this.bucketOwner = accountId;
    // For all requests of an upload, too, of which not every one takes it from the upload's parameters.
    client.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...args.input, ExpectedBucketOwner: accountId } }),
      { name: "expectedBucketOwner", step: "initialize" },
    );
  }

  async write(
    key: string,
    text: Iterable<string>,
    contentType: string,
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    const hash = createHash("sha256");
    let bytes = 0;
    const measured = function* () {
      for (const chunk of utf8Chunks(text)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    const upload = new Upload({
      client: this.client,
      params: {
        Bucket: this.bucket,
        Key: key,
        Body: Readable.from(measured()),
        ContentType: contentType,
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        IfNoneMatch: "*",
      },
      partSize: PART_BYTES,
      queueSize: 2,
      leavePartsOnError: false,
    });
    const abort = () => upload.abort();
    signal?.addEventListener("abort", abort, { once: true });
    const written = (versionId: string | undefined): StoredObject => ({
      key,
      contentType,
      bytes,
      sha256: hash.digest("hex"),
      ...(versionId !== undefined && { versionId }),
    });
    try {
      return written((await upload.done()).VersionId);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // The object that is in the way is this one when the answer to a first try was lost.
      const own = await this.versionHolding(key, hash.copy().digest("hex"));
      if (!own) throw new KeyTakenError(`${this.uri(key)} exists`, { cause: error });
      return written(own.versionId);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return await (await this.get(key))?.Body?.transformToByteArray();
  }

  /** The object's version, if its bytes have this SHA-256 (hex). */
  private async versionHolding(
    key: string,
    sha256: string,
  ): Promise<{ readonly versionId: string | undefined } | undefined> {
    const object = await this.get(key);
    if (!object) return undefined;
    const hash = createHash("sha256");
    for await (const chunk of (object.Body ?? []) as AsyncIterable<Uint8Array>) hash.update(chunk);
    return hash.digest("hex") === sha256 ? { versionId: object.VersionId } : undefined;
  }

  private async get(key: string): Promise<GetObjectCommandOutput | undefined> {
    try {
      return await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw error;
    }
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key } of Contents) if (Key !== undefined) yield Key;
    }
  }

  async copy(from: string, to: string): Promise<void> {
    const source = [this.bucket, ...from.split("/")].map(encodeURIComponent).join("/");
    await this.client.send(
      new CopyObjectCommand({
        Bucket: this.bucket,
        Key: to,
        CopySource: source,
        ExpectedSourceBucketOwner: this.bucketOwner,
      }),
    );
  }

  uri(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}

/** Joins small texts into chunks worth hashing and sending. */
function* utf8Chunks(text: Iterable<string>): Generator<Buffer> {
  let pending: string[] = [];
  let characters = 0;
  for (const piece of text) {
    pending.push(piece);
    characters += piece.length;
    if (characters < CHUNK_CHARACTERS) continue;
    yield Buffer.from(pending.join(""), "utf8");
    pending = [];
    characters = 0;
  }
  if (characters > 0) yield Buffer.from(pending.join(""), "utf8");
}

// 409 is the answer to a conditional write that races another one.
function isConflict(error: unknown): boolean {
  return error instanceof Error && ["PreconditionFailed", "ConditionalRequestConflict"].includes(error.name);
}
