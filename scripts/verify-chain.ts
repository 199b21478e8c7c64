/** Walks the chain of scheduled reports and names the first thing that is not as it was written. */

import { collect } from "../lambdas/common/values/collect";
import { sequenceOfKey } from "../lambdas/report-generator/bucket/chain";
import { settingsKey } from "../lambdas/report-generator/bucket/kept-settings";
import { CHAIN_PREFIX } from "../lambdas/report-generator/content/report-keys";
import { isImportKey } from "../lambdas/report-generator/security-hub/imported";
import { digest, type ReportSource } from "./report-objects";
import { type DemandReports, NO_DEMAND_REPORTS, verifyDemandReports } from "./verify-demand";
import { checkFiles, checkForms, checkRules, KeptSettings } from "./verify-files";
import { checkLatest, checkTail, LATEST, latestKey } from "./verify-latest";
import {
  type Break,
  compareHashes,
  comparePeriods,
  findForks,
  type ReadLink,
  readLink,
} from "./verify-links";

/** What the walk found. Numbers, times and hashes are those of the links that are sound. */
export interface Verification {
  readonly links: number;
  readonly files: number;
  readonly bytes: number;
  readonly from: string | null;
  readonly to: string | null;
  /** SHA-256 of each manifest, first to last: one that was kept elsewhere tells a chain rewritten as a whole. */
  readonly manifests: readonly string[];
  readonly firstBreak: Break | null;
  /** Files that belong to no report: of an attempt that was never completed, or put there by somebody else. */
  readonly uncommitted: readonly string[];
  /** The reports on demand; none in a broken chain, in which nobody looked. */
  readonly onDemand: DemandReports & {
    /** Whether the stable names hold one of them. */
    readonly isLatest: boolean;
  };
}

/** What the walk found beside the chain. */
type Beside = Pick<Verification, "uncommitted" | "onDemand">;

const NOTHING_BESIDE: Beside = { uncommitted: [], onDemand: { ...NO_DEMAND_REPORTS, isLatest: false } };

const REPORTS_PREFIX = "reports/";

/**
 * Verifies every manifest, in order, every file it names, the settings that its report was judged by, that the
 * stable names hold the newest report, and, beside the chain, the seals of reports on demand.
 *
 * What it cannot tell: whether the last manifests and everything that knows of them were taken out of a copy or a
 * bucket without versions, or the whole chain was made again. For that compare the last manifest's SHA-256 with one
 * kept elsewhere; the report generator logs each.
 * @param onProgress told the number of each link that is sound
 */
export async function verifyChain(
  source: ReportSource,
  onProgress: (sequence: number, last: number) => void = () => {},
): Promise<Verification> {
  const keys = await collect(source.keys(CHAIN_PREFIX));
  const rewritten = new Set(source.rewritten && (await collect(source.rewritten(REPORTS_PREFIX))));
  const forks = await findForks(source, keys, rewritten);
  const numbers = [...keys.map((key) => sequenceOfKey(key) ?? 0), ...forks.keys()];
  const last = numbers.reduce((highest, number) => Math.max(highest, number), 0);
  const links: ReadLink[] = [];
  const kept = new KeptSettings(source, rewritten);

  for (let sequence = 1; sequence <= last; sequence++) {
    const link = await readLink(source, sequence);
    const fork = forks.get(sequence);
    if ("kind" in link) return summarize(links, fork ?? link);
    const previous = links.at(-1);
    const broken =
      fork ??
      compareHashes(link, previous) ??
      checkForms(link) ??
      (await checkFiles(source, link.manifest, rewritten)) ??
      (await checkRules(link, previous, kept)) ??
      // Only of a manifest that says what its report says: a period changed later is no gap.
      comparePeriods(link, previous);
    if (broken !== undefined) return summarize(links, broken);
    links.push(link);
    onProgress(sequence, last);
  }
  const cut = (await checkTail(source, links.at(-1))) ?? (await checkLatest(source, links.at(-1)));
  return cut === undefined
    ? summarize(links, null, await besideTheChain(source, links, rewritten))
    : summarize(links, cut);
}

/** The result over the links before the break; a stable name at fault leaves all of them sound. */
function summarize(
  links: readonly ReadLink[],
  firstBreak: Break | null,
  beside: Beside = NOTHING_BESIDE,
): Verification {
  const end = firstBreak === null || LATEST.includes(firstBreak.key) ? links.length : firstBreak.sequence - 1;
  const sound = links.slice(0, end);
  const files = sound.flatMap(({ manifest }) => manifest.files);
  return {
    links: sound.length,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    from: sound[0]?.manifest.period.from ?? null,
    to: sound.at(-1)?.manifest.period.to ?? null,
    manifests: sound.map((link) => link.sha256),
    firstBreak,
    ...beside,
  };
}

async function besideTheChain(
  source: ReportSource,
  links: readonly ReadLink[],
  rewritten: ReadonlySet<string>,
): Promise<Beside> {
  const named = new Set(
    links.flatMap(({ manifest }) => [
      settingsKey(manifest.parametersHash),
      ...manifest.files.map(({ key }) => key),
    ]),
  );
  const keys = await collect(source.keys(""));
  const { own, ...onDemand } = await verifyDemandReports(source, {
    keys,
    rewritten,
    chain: links.map((link) => link.sha256),
  });
  const belongs = (key: string) =>
    named.has(key) ||
    own.has(key) ||
    LATEST.includes(key) ||
    isImportKey(key) ||
    sequenceOfKey(key) !== undefined;
  const latest = await digest(source, latestKey("json"));
  return {
    uncommitted: keys.filter((key) => !belongs(key)),
    onDemand: { ...onDemand, isLatest: latest?.head?.kind === "on-demand" },
  };
}
