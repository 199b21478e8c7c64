/** The files of a report, and the stable names of the newest. */

import { asError } from "../common/values/errors";
import { Chain, ENDINGS, FORMS, type Form, type Link, type ManifestFile } from "./bucket/chain";
import { KeyTakenError, type ReportStore } from "./bucket/storage";
import type { Finding, Report, Summary } from "./content/report";
import { dayFolder, REPORT_NAME } from "./content/report-keys";
import { renderCsv } from "./forms/csv";
import { renderHtml } from "./forms/html/page";
import { renderJson } from "./forms/json";
import { renderOcsf } from "./forms/ocsf";
import type { Period } from "./request/period";

/** By form; a report of the time before there was the OCSF form lacks it. */
export type FileUris = Readonly<Record<Exclude<Form, "ocsf">, string> & { ocsf?: string }>;

const RENDERERS: Record<Form, { contentType: string; render: (report: Report) => Iterable<string> }> = {
  json: { contentType: "application/json", render: renderJson },
  html: { contentType: "text/html; charset=utf-8", render: renderHtml },
  csv: { contentType: "text/csv; charset=utf-8", render: renderCsv },
  ocsf: { contentType: "application/x-ndjson", render: renderOcsf },
};

/**
 * The files. When one fails the others are aborted.
 * @returns undefined when another run has taken the names.
 */
export async function writeFiles(
  store: ReportStore,
  stem: string,
  report: Report,
): Promise<ManifestFile[] | undefined> {
  const abort = new AbortController();
  const writes = FORMS.map(async (form) => {
    const { contentType, render } = RENDERERS[form];
    try {
      const stored = await store.write(`${stem}.${ENDINGS[form]}`, render(report), contentType, abort.signal);
      return { form, ...stored };
    } catch (error) {
      abort.abort();
      throw error;
    }
  });
  const outcomes = await Promise.allSettled(writes);
  const failures = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason);
  if (failures.some((reason) => reason instanceof KeyTakenError)) return undefined;
  const failure = failures.find((reason) => asError(reason).name !== "AbortError") ?? failures[0];
  if (failure !== undefined) throw failure;
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/**
 * The first name of an instant under which nothing lies. Files that an attempt left behind without a manifest stay
 * as they are: they are part of no report.
 */
export async function freeStem(store: ReportStore, prefix: string, instant: string): Promise<string> {
  const first = `${dayFolder(prefix, instant)}${REPORT_NAME}${instant.replaceAll(/[:.]/g, "-")}`;
  const taken = new Set<string>();
  for await (const key of store.keys(first)) taken.add(key.replace(/\.[^/]*$/, ""));
  let stem = first;
  for (let attempt = 2; taken.has(stem); attempt++) stem = `${first}-${attempt}`;
  return stem;
}

/**
 * Gives the stable names to a report, unless the chain has gone on since.
 * @param last the link that the report is or follows
 * @returns null when a newer report has, or now gets, the names.
 */
export async function publishLatest(
  store: ReportStore,
  files: readonly ManifestFile[],
  last: Link | undefined,
): Promise<FileUris | null> {
  const chain = new Chain(store);
  const isNewer = (head: Link | undefined) => head?.manifest.sequence !== last?.manifest.sequence;
  if (isNewer(await chain.head())) return null;
  await copyToLatest(store, files);
  const head = await chain.head();
  if (head !== undefined && isNewer(head)) {
    await copyToLatest(store, head.manifest.files);
    return null;
  }
  return urisOf(store, files, latestKey);
}

async function copyToLatest(store: ReportStore, files: readonly ManifestFile[]): Promise<void> {
  await Promise.all(files.map(({ form, key }) => store.copy(key, latestKey({ form }))));
}

export function urisOf(
  store: ReportStore,
  files: readonly ManifestFile[],
  keyOf: (file: ManifestFile) => string = ({ key }) => key,
): FileUris {
  return Object.fromEntries(files.map((file) => [file.form, store.uri(keyOf(file))])) as FileUris;
}

function latestKey({ form }: Pick<ManifestFile, "form">): string {
  return `reports/latest.${ENDINGS[form]}`;
}

/** The answer to whoever asked. */
export interface ReportResult {
  /** `already-made`: the event had been answered before, by the report that is named here. */
  readonly status: "made" | "already-made";
  readonly kind: Report["kind"];
  readonly reportId: string;
  readonly period: Period;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  /** S3 URIs. */
  readonly files: FileUris;
  /** Stable S3 URIs that now hold the same files. */
  readonly latest: FileUris | null;
  /** The link of the chain, or the seal of a report on demand, which has no number. */
  readonly manifest: { readonly sequence: number | null; readonly uri: string; readonly sha256: string };
}

export function alreadyMade(store: ReportStore, { manifest, key, sha256 }: Link): ReportResult {
  return {
    status: "already-made",
    kind: "scheduled",
    reportId: manifest.reportId,
    period: manifest.period,
    summary: manifest.summary,
    findings: manifest.findings,
    files: urisOf(store, manifest.files),
    latest: null,
    manifest: { sequence: manifest.sequence, uri: store.uri(key), sha256 },
  };
}

export function idOf(stem: string): string {
  return stem.slice(stem.lastIndexOf("/") + 1);
}
