/** An account that has things: what of them is found where, and what of it cannot be read. */

import type { Target } from "../../lambdas/common/aws/target";
import type { Listed, RecordedId, ResourceSource } from "../../lambdas/common/rule/rule";
import { ACCOUNT, type Condition, REGION, thingArn } from "./things";

/** The things, listed and found as AWS would, one Region of an account after another. */
export class AccountOfThings implements ResourceSource<Condition> {
  readonly service = "test";
  readonly things = new Map<string, Condition>();
  /** The accounts that are scanned; each has the same things. */
  accounts: [string, ...string[]] = [ACCOUNT];
  /** The Regions that are scanned in each of them. */
  regions: [string, ...string[]] = [REGION];
  /**
   * Name → the Region in which a thing lies; the first one scanned also finds what lies in none that is, as of buckets.
   */
  readonly liesIn = new Map<string, string>();
  /** Whether nothing is found but in its own Region, which is in its ARN, too. */
  isRegional = false;
  /** Name → the account that has it; without one each account has it. */
  readonly ownedBy = new Map<string, string>();
  /** Account → the Regions that are enabled in it, where not all of them are. */
  readonly enabledIn = new Map<string, readonly string[]>();
  /** Region → what its calls throw. */
  readonly unreadableRegions = new Map<string, Error>();
  /** Thrown by the look-up for the Regions that are enabled. */
  lookUpFails: Error | undefined;
  /** How many Regions were being listed at the same time at most. */
  mostListedAtOnce = 0;
  private listedNow = 0;
  /** Thrown by the listing, in place of going on, after so many things. */
  listingFailsAfter: number | undefined;
  /** Names of what cannot be read for the moment. */
  readonly throttled = new Set<string>();
  /** Names that the listing has twice. */
  listedTwice: readonly string[] = [];
  /** Awaited before everything that reads, writes, sends, or waits: where others may come in between. */
  meanwhile: (what: string) => Promise<void> = async () => {};
  /** Happens before the things are listed, once. */
  beforeListing: (() => Promise<void>) | undefined;

  readonly enabledRegions = async ({ accountId }: Target): Promise<readonly string[]> => {
    if (this.lookUpFails) throw this.lookUpFails;
    return this.enabledIn.get(accountId) ?? this.regions;
  };

  async *list(target: Target): AsyncGenerator<Listed<Condition>> {
    this.mostListedAtOnce = Math.max(this.mostListedAtOnce, ++this.listedNow);
    try {
      yield* this.listTarget(target);
    } finally {
      this.listedNow--;
    }
  }

  private async *listTarget(target: Target): AsyncGenerator<Listed<Condition>> {
    let listed = 0;
    const happening = this.beforeListing;
    this.beforeListing = undefined;
    await happening?.();
    await this.meanwhile("list");
    for (const [name, condition] of this.thingsOf(target)) {
      if (listed++ === this.listingFailsAfter) throw new Error("the listing failed");
      yield this.listed(name, condition, target.accountId);
    }
    this.failIfUnreadable(target);
    for (const name of this.listedTwice)
      yield this.listed(name, this.things.get(name) as Condition, target.accountId);
  }

  async *find(target: Target, ids: readonly string[]): AsyncGenerator<Listed<Condition>> {
    await this.meanwhile("find");
    await target.credentials?.();
    this.failIfUnreadable(target);
    for (const [name, condition] of this.thingsOf(target)) {
      if (ids.includes(name) || ids.includes(this.arnOfThing(name, target.accountId)))
        yield this.listed(name, condition, target.accountId);
    }
  }

  arnOf({ accountId, region }: Target, { resourceName }: RecordedId): string | undefined {
    if (!resourceName || !/^[\w-]+$/.test(resourceName)) return undefined;
    return thingArn(resourceName, accountId, this.isRegional ? region : REGION);
  }

  private arnOfThing(name: string, account = ACCOUNT): string {
    return thingArn(name, account, (this.isRegional && this.liesIn.get(name)) || REGION);
  }

  private failIfUnreadable({ region }: Target): void {
    const error = this.unreadableRegions.get(region);
    if (error) throw error;
  }

  /** What is found through one target: what lies in its Region. */
  private *thingsOf({ accountId, region }: Target): Generator<[string, Condition]> {
    for (const thing of this.things) {
      if ((this.ownedBy.get(thing[0]) ?? accountId) !== accountId) continue;
      const lies = this.liesIn.get(thing[0]) ?? REGION;
      const findsIt = this.isRegional || this.regions.includes(lies) ? lies : this.regions[0];
      if (region === findsIt) yield thing;
    }
  }

  private listed(name: string, condition: Condition, accountId: string): Listed<Condition> {
    const resource = {
      arn: this.arnOfThing(name, accountId),
      type: "AWS::Test::Thing",
      name,
      accountId,
      region: this.liesIn.get(name) ?? REGION,
      tags: {},
    };
    if (this.throttled.has(name)) {
      const answer = { name: "SlowDown", $metadata: { httpStatusCode: 503 } };
      return { resource, error: Object.assign(new Error("not so fast"), answer) };
    }
    if (condition !== "unreadable") return { resource, facts: condition };
    return { resource, error: Object.assign(new Error("no"), { name: "AccessDenied" }) };
  }
}
