/** What a manifest says of its report, held against the report's files and the settings that it was judged by. */

import { isDeepStrictEqual } from "node:util";
import type { ReportSettings } from "../lambdas/common/deployment/settings";
import { sha256 } from "../lambdas/common/values/hash";
import {
  FORMS,
  FORMS_OF,
  type Manifest,
  type ManifestFile,
  watchedRules,
} from "../lambdas/report-generator/bucket/chain";
import { settingsKey } from "../lambdas/report-generator/bucket/kept-settings";
import { manifestKey } from "../lambdas/report-generator/content/report-keys";
import { digest, parseJson, type ReportHead, type ReportSource, readAll } from "./report-objects";
import type { Break, ReadLink } from "./verify-links";

/** A manifest names each form that a report of its version has, once. */
export function checkForms({ key, manifest }: ReadLink): Break | undefined {
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

/** Each file has the size and the hash that the manifest says, and was written once. */
export async function checkFiles(
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
      text:
        `it has ${found.bytes} bytes with the SHA-256 ${found.sha256}; manifest ${sequence} says ` +
        `${file.bytes} bytes with ${file.sha256}`,
    };
  }
  if (file.form !== "json" || saysTheSame(manifest, found.head)) return undefined;
  const text = `manifest ${sequence} says otherwise than the report it names: one of them was changed or replaced`;
  return { kind: "changed", sequence, key: manifestKey(sequence), text };
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

/** The settings that manifests name, each read once however many of them share it. */
export class KeptSettings {
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
      const text =
        `the settings that report ${sequence} was judged by have the SHA-256 ${sha256(bytes)}, not that of ` +
        "their name";
      return broken("changed", text);
    }
    const settings = parseJson(bytes.toString("utf8")) as Partial<ReportSettings> | null | undefined;
    const names = settings?.rules?.map(({ name }) => name) ?? [];
    this.sound.set(parametersHash, names);
    return names;
  }
}

/** A manifest's rules are those of its settings, each watched for as long as the manifests before it say. */
export async function checkRules(
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
