import { Readable } from "node:stream";
import type { SweepObjects } from "../../lambdas/common/organization/sweep-objects";

/** Objects in memory, for runs without S3. */
export class MemorySweepObjects implements SweepObjects {
  readonly objects = new Map<string, Uint8Array>();

  async putOnce(key: string, body: Uint8Array): Promise<boolean> {
    if (this.objects.has(key)) return false;
    this.objects.set(key, body);
    return true;
  }

  async read(key: string): Promise<Readable | undefined> {
    const body = this.objects.get(key);
    return body && Readable.from([Buffer.from(body)]);
  }

  async folders(folder: string): Promise<readonly string[]> {
    const inside = [...this.objects.keys()].filter((key) => key.startsWith(`${folder}/`));
    const names = inside.map((key) => key.slice(folder.length + 1)).filter((name) => name.includes("/"));
    return [...new Set(names.map((name) => name.slice(0, name.indexOf("/"))))].sort();
  }
}
