/** What alerts are made from, and what they are before they are written for a protocol. */

import type { totals } from "../history/ledger";
import type { IdentifiedException } from "../rule/exceptions";
import type { Severity } from "../rule/rule";

/** `drift`: something fails now; `digest`: a run's summary; `system`: the scanner itself needs somebody. */
export type AlertKind = "drift" | "digest" | "system";

/** Where a message stands: what its attributes, subject and first lines need. */
export interface AlertContext {
  readonly rule: string;
  readonly title: string;
  readonly remediation: string;
  readonly severity: Severity;
  readonly environmentSuffix: string;
  /** Accounts and Regions the message speaks of. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Where the newest report lies. */
  readonly reportUri: string;
  /** The same in the AWS console, for people. */
  readonly reportLink: string;
}

/** One resource in a message. */
export interface AlertEntry {
  readonly resource: string;
  readonly name: string;
  readonly type: string;
  readonly account: string;
  readonly region: string;
  /** By the tag that the setting ownerTag names. */
  readonly owner?: string;
  readonly annotation: string;
  readonly openSince?: string;
}

/** Entries of one kind: as many as were kept, and how many there were. */
export interface AlertEntries {
  readonly entries: readonly AlertEntry[];
  readonly count: number;
}

/** A message before it is cut to the limits of SNS. */
export interface AlertMessage {
  readonly kind: AlertKind;
  readonly context: AlertContext;
  readonly subject: string;
  /** At most a few SMS parts. */
  readonly sms: string;
  /** Text above the sections. */
  readonly lines: readonly string[];
  readonly sections: readonly AlertSection[];
  /** Text below the sections. */
  readonly closing: readonly string[];
  /** What machines get beside the sections. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a message lists, as much of it as fits. */
export interface AlertSection {
  /** Name in the machines' form. */
  readonly key: string;
  readonly heading: string;
  readonly entries: readonly SectionEntry[];
  /** How many there are, listed or not. */
  readonly count: number;
}

/** One entry: a line for people, and the same for machines. */
export interface SectionEntry {
  readonly line: string;
  readonly data: object;
}

/** What a digest tells of a run. */
export interface RunDigest {
  readonly instant: string;
  /** The run before judged by other parameters, or another version of the rule. */
  readonly standardChanged: boolean;
  readonly totals: ReturnType<typeof totals>;
  readonly newlyFailing: AlertEntries;
  readonly stillFailing: AlertEntries;
  readonly resolved: AlertEntries;
  readonly errors: AlertEntries;
  /** What was found where no run had read everything before, none of which is drift. */
  readonly firstSights: readonly FirstSight[];
  readonly exceptions: readonly ExceptionUse[];
}

/** An account and Region that is scanned for the first time. */
export interface FirstSight {
  readonly account: string;
  readonly region: string;
  readonly listed: number;
  readonly failing: number;
}

/** An exception and how many failing resources it covers in this run. */
export interface ExceptionUse {
  readonly exception: IdentifiedException;
  readonly covers: number;
  readonly endsSoon: boolean;
  readonly expired: boolean;
}

/** What is sent once: a run's digest, that it failed, and the drifts of a window in one message. */
export type OnceMessage = "digest" | "failure" | "folded";
