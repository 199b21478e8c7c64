import type { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { asError } from "../values/errors";

/** What the steps of a run leave for each other. An object is written once and never changed. */
export interface SweepObjects {
  /** @returns whether it was written: false when there is one already. */
  putOnce(key: string, body: Uint8Array): Promise<boolean>;
  /** Undefined when there is none. */
  read(key: string): Promise<Readable | undefined>;
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

  private place(key: string) {
    return { Bucket: this.bucket, Key: key, ExpectedBucketOwner: this.accountId };
  }
}
