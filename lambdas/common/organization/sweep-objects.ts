import type { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { asError } from "../values/errors";

/** What the steps of a run leave for each other. An object is written once and never changed. */
export interface SweepObjects {
  /** @returns whether it was written: false when there is one already. */
  putOnce(key: string, body: Uint8Array): Promise<boolean>;
  /** Undefined when there is none. */
  read(key: string): Promise<Readable | undefined>;
  /** The names of the folders in a folder, in their order. */
  folders(folder: string): Promise<readonly string[]>;
}

/** Objects of the deployment's bucket of sweeps. */
export class BucketSweepObjects implements SweepObjects {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly accountId: string,
  ) {}

  async putOnce(key: string, body: Uint8Array): Promise<boolean> {
    try {
      await this.client.send(
        new PutObjectCommand({
          ...this.place(key),
          Body: body,
          ContentLength: body.length,
          IfNoneMatch: "*",
        }),
      );
      return true;
    } catch (caught) {
      // The second name is of two that write at the same moment
      // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
      const { name } = asError(caught);
      if (name === "PreconditionFailed") return false;
      if (name === "ConditionalRequestConflict" && (await this.read(key))) return false;
      throw caught;
    }
  }

  async read(key: string): Promise<Readable | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(this.place(key)));
      return Body as Readable;
    } catch (caught) {
      if (asError(caught).name === "NoSuchKey") return undefined;
      throw caught;
    }
  }

  async folders(folder: string): Promise<readonly string[]> {
    const Prefix = `${folder}/`;
    const names: string[] = [];
    const pages = paginateListObjectsV2({ client: this.client }, { ...this.own, Prefix, Delimiter: "/" });
    for await (const { CommonPrefixes = [] } of pages) {
      for (const { Prefix: found = "" } of CommonPrefixes) names.push(found.slice(Prefix.length, -1));
    }
    return names;
  }

  private place(key: string) {
    return { ...this.own, Key: key };
  }

  private get own() {
    return { Bucket: this.bucket, ExpectedBucketOwner: this.accountId };
  }
}
