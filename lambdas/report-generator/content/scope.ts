/** What a report's rules looked at, and what none of them sees. */

import type { ReportedRule, ReportSettings } from "../../common/deployment/settings";
import type { LedgerEntry } from "../../common/history/rows";
import { compareText } from "../../common/values/text";
import type { Scope } from "./report";

/** Gathers where each rule looked, and for what. */
export class ScopeBuilder {
  private readonly places = new Map<string, { accountId: string; region: string; rules: string[] }>();
  private readonly types = new Map<string, Set<string>>();

  /** The accounts and Regions of a rule's run, and the kinds of resources that it is about. */
  lookedAt({ name, resourceTypes = [] }: ReportedRule, ledger: readonly LedgerEntry[]): void {
    for (const resourceType of resourceTypes) this.found(name, resourceType);
    for (const { account_id: accountId, region } of ledger) {
      const key = `${accountId} ${region}`;
      const place = this.places.get(key) ?? { accountId, region, rules: [] };
      place.rules.push(name);
      this.places.set(key, place);
    }
  }

  /** A kind of resource that a rule found one of. */
  found(rule: string, resourceType: string): void {
    const types = this.types.get(rule);
    if (types === undefined) this.types.set(rule, new Set([resourceType]));
    else types.add(resourceType);
  }

  /** The kinds of resources of a rule, in order. */
  typesOf(rule: string): string[] {
    return [...(this.types.get(rule) ?? [])].sort(compareText);
  }

  scope(settings: ReportSettings): Scope {
    const byType = new Map<string, string[]>();
    for (const [rule, types] of this.types) {
      for (const type of types) byType.set(type, [...(byType.get(type) ?? []), rule]);
    }
    return {
      places: [...this.places.values()].sort(
        (a, b) => compareText(a.accountId, b.accountId) || compareText(a.region, b.region),
      ),
      resourceTypes: [...byType]
        .map(([resourceType, rules]) => ({ resourceType, rules }))
        .sort((a, b) => compareText(a.resourceType, b.resourceType)),
      notSeen: notSeen(settings, new Set(byType.keys())),
    };
  }
}

function notSeen({ rules, discoveryScope }: ReportSettings, types: ReadonlySet<string>): string[] {
  const hasBuckets = types.has("AWS::S3::Bucket");
  const hasDatabases = [...types].some((type) => type.startsWith("AWS::RDS::DB"));
  const buckets = hasBuckets ? " S3 buckets are listed wherever in the account they lie." : "";
  return [
    `Accounts and Regions that are not listed here.${buckets}`,
    "Kinds of resources that are not listed here: no rule is about them.",
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    hasBuckets &&
      "S3 directory, table and vector buckets: Amazon S3's list of buckets has general-purpose ones only.",
    hasDatabases && "Amazon Neptune and Amazon DocumentDB, which Amazon RDS lists beside its own databases.",
    rules.some(({ kind }) => kind === "managed") &&
      "Under managed rules that judge a resource's recorded configuration: kinds of resources that AWS " +
        "Config does not record here.",
    discoveryScope === "environment" &&
      "Resources outside the discovery scope: those whose name and tag values do not carry the environment.",
  ].filter((sentence) => sentence !== false);
}
