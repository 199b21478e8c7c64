/** Compares reports on demand with the manifests that lie beside them. */

import { isDeepStrictEqual } from "node:util";
import { groupBy } from "../lambdas/common/values/group";
import { sha256 } from "../lambdas/common/values/hash";
import { ENDINGS, FORMS, FORMS_OF } from "../lambdas/report-generator/bucket/chain";
import type { DemandManifest } from "../lambdas/report-generator/bucket/demand-manifest";
import { demandManifestKey, ON_DEMAND_PREFIX } from "../lambdas/report-generator/content/report-keys";
import { digest, parseJson, type ReportHead, type ReportSource, readAll } from "./report-objects";

/** What is wrong with a report on demand, and where. */
export interface DemandFault {
  readonly kind: "changed" | "missing";
  readonly key: string;
  readonly text: string;
}

/** What was found of reports on demand. */
export interface DemandReports {
  /** Files, without the manifests, of complete reports. */
  readonly files: number;
  /** SHA-256 of each manifest that is sound and whose files are, in the order of keys. */
  readonly manifests: readonly string[];
  /** What the files of complete reports without a manifest begin with: made before there was one, or not completed. */
  readonly unsealed: readonly string[];
  readonly faults: readonly DemandFault[];
}

/** Nobody looked, or there are none. */
export const NO_DEMAND_REPORTS: DemandReports = { files: 0, manifests: [], unsealed: [], faults: [] };

/** In the folder of the day that the name begins with. */
const ON_DEMAND = new RegExp(
  `^(${ON_DEMAND_PREFIX}(\\d{4})/(\\d\\d)/(\\d\\d)/compliance-report-` +
    `\\2-\\3-\\4T\\d\\d-\\d\\d-\\d\\d-\\d{3}Z(?:-\\d+)?)\\.(.+)$`,
);

interface Surroundings {
  /** Every key of the source. */
  readonly keys: readonly string[];
  readonly rewritten: ReadonlySet<string>;
  /** SHA-256 of every link of the chain, first to last. */
  readonly chain: readonly string[];
}

/** The keys that a complete report on demand has, its manifest aside, whether or not it is sealed. */
export function demandFiles(keys: readonly string[]): ReadonlySet<string> {
  return new Set([...stems(keys)].flatMap(([stem, forms]) => completeFiles(stem, forms) ?? []));
}

/**
 * Verifies each manifest of a report on demand: the files that it names, what its JSON report says, and the link of
 * the chain that was the last one then.
 * @returns with `own`, every key that belongs to a report on demand
 */
export async function verifyDemandReports(
  source: ReportSource,
  { keys, rewritten, chain }: Surroundings,
): Promise<DemandReports & { readonly own: ReadonlySet<string> }> {
  const own = new Set<string>();
  const manifests: string[] = [];
  const unsealed: string[] = [];
  const faults: DemandFault[] = [];
  let files = 0;
  // A deleted manifest has no key any more where versions tell that there was one.
  const sealed = [...rewritten].filter((key) => ON_DEMAND.exec(key)?.[5] === "manifest.json");
  const there = presentIn(source, keys);
  for (const [stem, endings] of stems([...new Set([...keys, ...sealed])])) {
    const present = completeFiles(stem, endings);
    if (!endings.has("manifest.json")) {
      if (present === undefined) continue;
      unsealed.push(stem);
      for (const key of present) own.add(key);
      files += present.length;
      continue;
    }
    const checked = await verifyOne(there, stem, rewritten, chain);
    own.add(demandManifestKey(stem));
    for (const key of checked.named) own.add(key);
    if (checked.fault === undefined) manifests.push(checked.sha256);
    else faults.push(checked.fault);
    files += checked.named.filter((key) => endings.has(key.slice(stem.length + 1))).length;
  }
  return { files, manifests, unsealed, faults, own };
}

/** A source that is asked for its own keys only: a copy may have a folder where a file was. */
function presentIn(source: ReportSource, keys: readonly string[]): ReportSource {
  const present = new Set(keys);
  return {
    keys: (prefix) => source.keys(prefix),
    read: async (key, versionId) => (present.has(key) ? source.read(key, versionId) : undefined),
  };
}

function stems(keys: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const named = keys.flatMap((key) => {
    const [, stem, , , , ending] = ON_DEMAND.exec(key) ?? [];
    return stem === undefined || ending === undefined ? [] : [{ stem, ending }];
  });
  const grouped = groupBy(named, ({ stem }) => stem);
  return new Map([...grouped].map(([stem, files]) => [stem, new Set(files.map(({ ending }) => ending))]));
}

function completeFiles(stem: string, endings: ReadonlySet<string>): string[] | undefined {
  const wanted = endings.has(ENDINGS.ocsf) ? FORMS : FORMS_OF["1.0"];
  const isComplete = wanted.every((form) => endings.has(ENDINGS[form]));
  return isComplete ? wanted.map((form) => `${stem}.${ENDINGS[form]}`) : undefined;
}

interface Checked {
  readonly sha256: string;
  /** Keys of files that the manifest names and may name. */
  readonly named: readonly string[];
  readonly fault?: DemandFault;
}

async function verifyOne(
  source: ReportSource,
  stem: string,
  rewritten: ReadonlySet<string>,
  chain: readonly string[],
): Promise<Checked> {
  const key = demandManifestKey(stem);
  const bytes = await readAll(source, key);
  const usual = FORMS.map((form) => `${stem}.${ENDINGS[form]}`);
  const broken = (kind: DemandFault["kind"], text: string, at = key): Checked => ({
    sha256: bytes === undefined ? "" : sha256(bytes),
    named: usual,
    fault: { kind, key: at, text },
  });
  if (bytes === undefined) return broken("missing", "the manifest of a report on demand was deleted");
  if (rewritten.has(key)) {
    return broken("changed", "a manifest was written or deleted more than once, which report runs never do");
  }
  const manifest = parseJson(bytes.toString("utf8")) as Partial<DemandManifest> | null | undefined;
  if (!isManifest(manifest, stem)) {
    return broken("changed", "the manifest is not what a report run writes");
  }
  const link = manifest.chainHead;
  if (link !== null && chain[link.sequence - 1] !== link.sha256) {
    const there = chain[link.sequence - 1] ?? "none: the chain was cut off";
    return broken(
      "changed",
      `it names ${link.sha256} as the SHA-256 of manifest ${link.sequence} of the chain, which has ${there}`,
    );
  }
  for (const file of manifest.files) {
    const found = await digest(source, file.key, file.versionId);
    if (found === undefined) return broken("missing", "a file of a report on demand is missing", file.key);
    if (rewritten.has(file.key)) {
      const text =
        "a file of a report on demand was written or deleted more than once, which report runs never do";
      return broken("changed", text, file.key);
    }
    if (found.sha256 !== file.sha256 || found.bytes !== file.bytes) {
      const has = `it has ${found.bytes} bytes with the SHA-256 ${found.sha256}`;
      return broken("changed", `${has}; its manifest says ${file.bytes} bytes with ${file.sha256}`, file.key);
    }
    if (file.form === "json" && !saysTheSame(manifest, found.head)) {
      return broken(
        "changed",
        "the manifest says otherwise than the report it names: one of them was changed",
      );
    }
  }
  return { sha256: sha256(bytes), named: manifest.files.map((file) => file.key) };
}

function isManifest(
  manifest: Partial<DemandManifest> | null | undefined,
  stem: string,
): manifest is DemandManifest {
  if (manifest?.kind !== "on-demand" || manifest.chainHead === undefined) return false;
  const files = Array.isArray(manifest.files) ? (manifest.files as DemandManifest["files"]) : [];
  const found = files.map(({ form, key }) => `${form} ${key}`).sort();
  const expected = FORMS.map((form) => `${form} ${stem}.${ENDINGS[form]}`).sort();
  return isDeepStrictEqual(found, expected);
}

function saysTheSame(manifest: DemandManifest, head: ReportHead | undefined): boolean {
  const { reportId, createdAt, period, chainHead, programVersion, parametersHash } = manifest;
  const { summary, findings } = manifest;
  return isDeepStrictEqual(
    {
      kind: "on-demand",
      reportId,
      period,
      summary,
      findings,
      generatedAt: createdAt,
      chain: {
        sequence: null,
        previous: chainHead && { sequence: chainHead.sequence, manifestSha256: chainHead.sha256 },
      },
      programVersion,
      parametersHash,
    },
    {
      kind: head?.kind,
      reportId: head?.reportId,
      period: head?.period,
      summary: head?.summary,
      findings: head?.findings,
      generatedAt: head?.generatedAt,
      chain: head?.chain,
      programVersion: head?.source?.programVersion,
      parametersHash: head?.source?.parametersHash,
    },
  );
}
