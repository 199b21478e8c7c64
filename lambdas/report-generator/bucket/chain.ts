/**
 * The chain of scheduled reports: a manifest each, which holds the hashes of its files and of the manifest before it.
 */

import { sha256 } from "../../common/values/hash";
import type { Finding, Summary } from "../content/report";
import { CHAIN_PREFIX, manifestKey } from "../content/report-keys";
import type { Period } from "../request/period";
import { KeyTakenError, type ReportStore, type StoredObject } from "./storage";

/** The forms of one report. */
export const FORMS = ["json", "html", "csv", "ocsf"] as const;
export type Form = (typeof FORMS)[number];

/** What the key of a file ends with, after the dot. */
export const ENDINGS: Readonly<Record<Form, string>> = {
  json: "json",
  html: "html",
  csv: "csv",
  ocsf: "findings.ocsf.jsonl",
};

/** The forms that a manifest of a version names: there have not always been all of them. */
export const FORMS_OF: Readonly<Record<Manifest["schemaVersion"], readonly Form[]>> = {
  "1.0": ["json", "html", "csv"],
  "1.1": FORMS,
};

/** A file of a report under the form it has. */
export interface ManifestFile extends StoredObject {
  readonly form: Form;
}

/** A rule, and since when scheduled reports watch it: the end of the first one's period whose settings had it. */
export interface WatchedRule {
  readonly name: string;
  readonly watchedSince: string;
}

/** One link of the chain. */
export interface Manifest {
  /** 1.0 has no OCSF form. */
  readonly schemaVersion: "1.0" | "1.1";
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number;
  readonly reportId: string;
  /** Begins where the previous link's period ends. */
  readonly period: Period;
  /** The scheduled event that asked for it; a second delivery finds the report made. */
  readonly event: { readonly id: string; readonly time: string };
  readonly createdAt: string;
  readonly programVersion: string;
  /** SHA-256 of the settings as canonical JSON, under which they are kept: see kept-settings.ts. */
  readonly parametersHash: string;
  /** Every rule of the settings. */
  readonly rules: readonly WatchedRule[];
  readonly previous: { readonly sequence: number; readonly key: string; readonly sha256: string } | null;
  readonly files: readonly ManifestFile[];
  readonly summary: Summary;
  readonly findings: readonly Finding[];
}

/** A manifest and the hash of its bytes. */
export interface Link {
  readonly key: string;
  readonly sha256: string;
  readonly manifest: Manifest;
}

/** The sequence number that a manifest's key says, if it is one. */
export function sequenceOfKey(key: string): number | undefined {
  const digits = /^reports\/chain\/(\d{8})\.json$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * A link's rules: one that the link before it names too is watched since then, any other from this link on.
 * @param names the rules of the settings
 * @param before the rules of the previous link
 * @param end the end of this link's period
 */
export function watchedRules(
  names: readonly string[],
  before: readonly WatchedRule[],
  end: string,
): WatchedRule[] {
  const since = new Map(before.map(({ name, watchedSince }) => [name, watchedSince]));
  return names.map((name) => ({ name, watchedSince: since.get(name) ?? end }));
}

/** The chain in a store. */
export class Chain {
  constructor(private readonly store: ReportStore) {}

  /** The last link; undefined while there is none. */
  async head(): Promise<Link | undefined> {
    let last: number | undefined;
    for await (const key of this.store.keys(CHAIN_PREFIX)) last = sequenceOfKey(key) ?? last;
    return last === undefined ? undefined : this.link(last);
  }

  /**
   * The link with this number.
   * @throws Error when there is none, which only somebody who deleted it can have brought about.
   */
  async link(sequence: number): Promise<Link> {
    const key = manifestKey(sequence);
    const bytes = await this.store.read(key);
    if (bytes === undefined) throw new Error(`${this.store.uri(key)} is missing: the report chain is broken`);
    return {
      key,
      sha256: sha256(bytes),
      manifest: JSON.parse(Buffer.from(bytes).toString("utf8")) as Manifest,
    };
  }

  /**
   * The link up to `head` whose period holds the instant: the first one when it is before all of them, `head` when it
   * is after. A binary search, as periods follow each other without a gap.
   */
  async covering(head: Link, instant: string): Promise<Link> {
    let link = head;
    let tooEarly = 0;
    while (link.manifest.period.from >= instant && link.manifest.sequence - tooEarly > 1) {
      const middle = await this.link(Math.floor((tooEarly + link.manifest.sequence) / 2));
      if (middle.manifest.period.to >= instant) link = middle;
      else tooEarly = middle.manifest.sequence;
    }
    return link;
  }

  /** The last link up to `head` that ends at or before the instant; undefined when none does. */
  async endedBy(head: Link | undefined, instant: string): Promise<Link | undefined> {
    if (head === undefined || head.manifest.period.to <= instant) return head;
    const link = await this.covering(head, instant);
    const { period, sequence } = link.manifest;
    if (period.to <= instant) return link;
    return sequence > 1 ? this.link(sequence - 1) : undefined;
  }

  /**
   * Adds a link; this is what makes its report count.
   * @returns undefined when another run has added one with this number.
   */
  async append(manifest: Manifest): Promise<Link | undefined> {
    const key = manifestKey(manifest.sequence);
    try {
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      const stored = await this.store.write(key, [text], "application/json");
      return { key, sha256: stored.sha256, manifest };
    } catch (error) {
      if (error instanceof KeyTakenError) return undefined;
      throw error;
    }
  }
}
