/** Walks the chain of scheduled reports and names the first thing that is not as it was written. */

import { isDeepStrictEqual } from "node:util";
import type { ReportSettings } from "../lambdas/common/deployment/settings";
import { collect } from "../lambdas/common/values/collect";
import { sha256 } from "../lambdas/common/values/hash";
import {
  ENDINGS,
  FORMS,
  FORMS_OF,
  type Form,
  type Manifest,
  type ManifestFile,
  sequenceOfKey,
  watchedRules,
} from "../lambdas/report-generator/bucket/chain";
import { settingsKey } from "../lambdas/report-generator/bucket/kept-settings";
import { CHAIN_PREFIX, manifestKey, ON_DEMAND_PREFIX } from "../lambdas/report-generator/content/report-keys";
import { isImportKey } from "../lambdas/report-generator/security-hub/imported";
import { digest, parseJson, type ReportHead, type ReportSource, readAll } from "./report-objects";
import { type DemandReports, demandFiles, NO_DEMAND_REPORTS, verifyDemandReports } from "./verify-demand";

/** What is wrong, and where. */
export interface Break {
  readonly kind: "changed" | "missing" | "gap" | "fork";
  /** The link of the chain at which it shows. */
  readonly sequence: number;
  readonly key: string;
  readonly text: string;
}

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

interface ReadLink {
  readonly key: string;
  readonly sha256: string;
  readonly manifest: Manifest;
}

const REPORTS_PREFIX = "reports/";
const LATEST: readonly string[] = FORMS.map(latestKey);
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
  const rewritten = new Set<string>();
  if (source.rewritten !== undefined) {
    for await (const key of source.rewritten(REPORTS_PREFIX)) if (!LATEST.includes(key)) rewritten.add(key);
  }
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

async function readLink(source: ReportSource, sequence: number): Promise<ReadLink | Break> {
  const key = manifestKey(sequence);
  const bytes = await readAll(source, key);
  if (bytes === undefined) {
    return {
      kind: "missing",
      sequence,
      key,
      text: `manifest ${sequence} is missing, and later ones are there`,
    };
  }
  const manifest = parseManifest(bytes);
  if (manifest === undefined || manifest.sequence !== sequence) {
    return { kind: "changed", sequence, key, text: `manifest ${sequence} is not what a report run writes` };
  }
  return { key, sha256: sha256(bytes), manifest };
}

function compareHashes({ key, manifest }: ReadLink, previous: ReadLink | undefined): Break | undefined {
  const { sequence } = manifest;
  if (previous === undefined) {
    if (manifest.previous === null) return undefined;
    return {
      kind: "missing",
      sequence,
      key,
      text: `manifest ${sequence} names one before it, which is missing`,
    };
  }
  const before = previous.manifest;
  if (manifest.previous?.sequence !== before.sequence || manifest.previous.sha256 !== previous.sha256) {
    return {
      kind: "changed",
      sequence: before.sequence,
      key: previous.key,
      text: `manifest ${before.sequence} has the SHA-256 ${previous.sha256}, and manifest ${sequence} expects ${manifest.previous?.sha256 ?? "none"}: one of them was changed or replaced`,
    };
  }
  return undefined;
}

function comparePeriods({ key, manifest }: ReadLink, previous: ReadLink | undefined): Break | undefined {
  const { sequence, period } = manifest;
  const before = previous?.manifest;
  if (before === undefined || period.from === before.period.to) return undefined;
  const kind = period.from > before.period.to ? "gap" : "fork";
  const word = kind === "gap" ? "nothing covers the time between" : "both cover the time between";
  return {
    kind,
    sequence,
    key,
    text: `report ${before.sequence} ends at ${before.period.to} and report ${sequence} begins at ${period.from}: ${word}`,
  };
}

function checkForms({ key, manifest }: ReadLink): Break | undefined {
  const { sequence, files, schemaVersion } = manifest;
  const found = files.map(({ form }) => form).sort();
  const forms = FORMS_OF[schemaVersion] ?? FORMS;
  if (JSON.stringify(found) === JSON.stringify([...forms].sort())) return undefined;
  const text = `manifest ${sequence} names ${found.join(", ") || "no file"}; a report has ${forms.join(", ")}`;
  return { kind: "changed", sequence, key, text };
}

function rewrittenFile(sequence: number, { key }: ManifestFile): Break {
  const text = `a file of report ${sequence} was written or deleted more than once, which report runs never do`;
  return { kind: "changed", sequence, key, text };
}

async function checkFiles(
  source: ReportSource,
  manifest: Manifest,
  rewritten: ReadonlySet<string>,
): Promise<Break | undefined> {
  for (const file of manifest.files) {
    const fault = rewritten.has(file.key)
      ? rewrittenFile(manifest.sequence, file)
      : await checkFile(source, manifest, file);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

async function checkFile(
  source: ReportSource,
  manifest: Manifest,
  file: ManifestFile,
): Promise<Break | undefined> {
  const { key } = file;
  const { sequence } = manifest;
  const found = await digest(source, key, file.versionId);
  if (found === undefined)
    return { kind: "missing", sequence, key, text: `a file of report ${sequence} is missing` };
  if (found.sha256 !== file.sha256 || found.bytes !== file.bytes) {
    return {
      kind: "changed",
      sequence,
      key,
      text: `it has ${found.bytes} bytes with the SHA-256 ${found.sha256}; manifest ${sequence} says ${file.bytes} bytes with ${file.sha256}`,
    };
  }
  if (file.form !== "json" || saysTheSame(manifest, found.head)) return undefined;
  const text = `manifest ${sequence} says otherwise than the report it names: one of them was changed or replaced`;
  return { kind: "changed", sequence, key: manifestKey(sequence), text };
}

/** The settings that manifests name, each read once however many of them share it. */
class KeptSettings {
  /** Hash → the names of the rules, of settings that are sound. */
  private readonly sound = new Map<string, readonly string[]>();

  constructor(
    private readonly source: ReportSource,
    private readonly rewritten: ReadonlySet<string>,
  ) {}

  /** The names of the rules in a manifest's settings, or what is wrong with those. */
  async ruleNames({ sequence, parametersHash }: Manifest): Promise<readonly string[] | Break> {
    const known = this.sound.get(parametersHash);
    if (known !== undefined) return known;
    const key = settingsKey(parametersHash);
    const broken = (kind: Break["kind"], text: string): Break => ({ kind, sequence, key, text });
    const bytes = await readAll(this.source, key);
    if (bytes === undefined) {
      return broken("missing", `the settings that report ${sequence} was judged by are missing`);
    }
    if (this.rewritten.has(key)) {
      return broken("changed", `settings were written or deleted more than once, which report runs never do`);
    }
    if (sha256(bytes) !== parametersHash) {
      const text = `the settings that report ${sequence} was judged by have the SHA-256 ${sha256(bytes)}, not that of their name`;
      return broken("changed", text);
    }
    const settings = parseJson(bytes.toString("utf8")) as Partial<ReportSettings> | null | undefined;
    const names = settings?.rules?.map(({ name }) => name) ?? [];
    this.sound.set(parametersHash, names);
    return names;
  }
}

/** A manifest's rules are those of its settings, each watched for as long as the manifests before it say. */
async function checkRules(
  { key, manifest }: ReadLink,
  previous: ReadLink | undefined,
  kept: KeptSettings,
): Promise<Break | undefined> {
  const names = await kept.ruleNames(manifest);
  if ("kind" in names) return names;
  const { sequence, rules, period } = manifest;
  if (isDeepStrictEqual(rules, watchedRules(names, previous?.manifest.rules ?? [], period.to))) {
    return undefined;
  }
  const text = `the rules of manifest ${sequence} do not follow from its settings and the manifest before it`;
  return { kind: "changed", sequence, key, text };
}

function saysTheSame(manifest: Manifest, head: ReportHead | undefined): boolean {
  if (head === undefined) return false;
  const { sequence, previous } = manifest;
  const said = {
    kind: "scheduled",
    reportId: manifest.reportId,
    generatedAt: manifest.createdAt,
    period: manifest.period,
    chain: {
      sequence,
      previous: previous && { sequence: previous.sequence, manifestSha256: previous.sha256 },
    },
    summary: manifest.summary,
    findings: manifest.findings,
    programVersion: manifest.programVersion,
    parametersHash: manifest.parametersHash,
  };
  const { kind, reportId, generatedAt, period, chain, summary, findings } = head;
  const { programVersion, parametersHash } = head.source ?? {};
  const reported = {
    kind,
    reportId,
    generatedAt,
    period,
    chain,
    summary,
    findings,
    programVersion,
    parametersHash,
  };
  return isDeepStrictEqual(said, reported);
}

/** Second manifests of one number: other names in a copy, other versions in a bucket. */
async function findForks(
  source: ReportSource,
  keys: readonly string[],
  rewritten: ReadonlySet<string>,
): Promise<Map<number, Break>> {
  const forks = new Map<number, Break>();
  for (const key of keys) {
    if (sequenceOfKey(key) !== undefined) continue;
    const sequence = parseManifest((await readAll(source, key)) ?? new Uint8Array())?.sequence;
    if (sequence === undefined) continue;
    forks.set(sequence, {
      kind: "fork",
      sequence,
      key,
      text: `a second manifest says that it is number ${sequence}`,
    });
  }
  for (const key of rewritten) {
    const sequence = sequenceOfKey(key);
    if (sequence === undefined) continue;
    const text = `manifest ${sequence} was written or deleted more than once, which report runs never do`;
    forks.set(sequence, { kind: "fork", sequence, key, text });
  }
  return forks;
}

/** The newest report says which link it is or follows: that finds links cut off at the end. */
async function checkTail(source: ReportSource, last: ReadLink | undefined): Promise<Break | undefined> {
  const end = last?.manifest.sequence ?? 0;
  const latest = await digest(source, latestKey("json"));
  if (latest === undefined) return undefined;
  if (latest.head === undefined) return latestBreak(end, "json", "is not what a report run writes");
  const { chain } = latest.head;
  const known = chain?.sequence ?? chain?.previous?.sequence ?? 0;
  if (known <= end) return undefined;
  const text = `the newest report knows of report ${known}, and the chain ends with ${end}`;
  return { kind: "missing", sequence: end + 1, key: manifestKey(end + 1), text };
}

/** The stable names hold the last link's files, or those of a report on demand that follows it. */
async function checkLatest(source: ReportSource, last: ReadLink | undefined): Promise<Break | undefined> {
  const end = last?.manifest.sequence ?? 0;
  const onDemand = [...demandFiles(await collect(source.keys(ON_DEMAND_PREFIX)))];
  const head = (await digest(source, latestKey("json")))?.head;
  const isOnDemand =
    head?.kind === "on-demand" && (last === undefined || head.chain?.previous?.sequence === end);
  // A report of the time before there was this form has none to copy.
  const hasOcsf = isOnDemand
    ? onDemand.some((key) => key.endsWith(`/${head.reportId}.${ENDINGS.ocsf}`))
    : last?.manifest.files.some(({ form }) => form === "ocsf");
  for (const form of FORMS) {
    const found = await digest(source, latestKey(form));
    if (found === undefined) {
      if (last === undefined && head === undefined) continue;
      if (form === "ocsf" && !hasOcsf) continue;
      return latestBreak(end, form, "is missing", "missing");
    }
    const original = isOnDemand
      ? onDemand.find((key) => key.endsWith(`/${head.reportId}.${ENDINGS[form]}`))
      : last?.manifest.files.find((file) => file.form === form)?.key;
    const expected = original === undefined ? undefined : await digest(source, original);
    if (expected?.sha256 !== found.sha256) {
      return latestBreak(end, form, "is neither the last report nor one on demand that follows it");
    }
  }
  return undefined;
}

function latestKey(form: Form): string {
  return `reports/latest.${ENDINGS[form]}`;
}

function latestBreak(sequence: number, form: Form, what: string, kind: Break["kind"] = "changed"): Break {
  const key = latestKey(form);
  return { kind, sequence, key, text: `${key} ${what}` };
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

function parseManifest(bytes: Uint8Array): Manifest | undefined {
  const manifest = parseJson(Buffer.from(bytes).toString("utf8")) as Manifest | null | undefined;
  const isManifest =
    Number.isInteger(manifest?.sequence) &&
    Array.isArray(manifest?.files) &&
    Array.isArray(manifest.rules) &&
    typeof manifest.parametersHash === "string" &&
    typeof manifest.period?.from === "string";
  return isManifest ? (manifest ?? undefined) : undefined;
}
