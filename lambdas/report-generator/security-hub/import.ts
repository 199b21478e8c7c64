/** Brings what changed since the last import into AWS Security Hub, after a scheduled report. */

import { BatchImportFindingsCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { Log } from "../../common/monitoring/log";
import { asError } from "../../common/values/errors";
import { sha256 } from "../../common/values/hash";
import { plus } from "../../common/values/instants";
import { findingUid, requirementsByRule } from "../content/finding-uid";
import type { Report, ResourceEntry } from "../content/report";
import { asffFinding } from "./asff";
import { type Imported, type ImportStore, lastImported, remember } from "./imported";

/** What an import needs, all of it passed in. */
export interface SecurityHubDependencies {
  readonly client: Pick<SecurityHubClient, "send">;
  readonly store: ImportStore;
  readonly log: Pick<Log, "info" | "warn" | "error" | "metrics">;
}

/** https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html */
const BATCH_SIZE = 100;
/** Security Hub deletes what was not updated for 90 days; what still fails is sent again long before. */
const REFRESH_MS = 30 * 24 * 60 * 60 * 1000;
const LOGGED_REFUSALS = 20;

/** `undefined` as the entry: the resource is gone. */
interface Change {
  readonly uid: string;
  readonly imported: Imported;
  readonly entry: ResourceEntry | undefined;
}

/**
 * Imports every failure and unreadable resource that is new or says something else, what has changed of those that
 * were imported before, and those that are gone, archived. Never throws: what was not taken is counted, logged, and
 * sent again after the next report.
 * @param sequence of the report's manifest
 */
export async function importFindings(
  report: Report,
  sequence: number,
  dependencies: SecurityHubDependencies,
): Promise<void> {
  const { store, log } = dependencies;
  let unimported = 1;
  try {
    const imported = await lastImported(store);
    const changes = changesSince(imported, report);
    unimported = changes.length;
    let failure: Error | undefined;
    for (let start = 0; start < changes.length && failure === undefined; start += BATCH_SIZE) {
      const batch = changes.slice(start, start + BATCH_SIZE);
      try {
        unimported -= await importBatch(batch, imported, report, dependencies);
      } catch (error) {
        failure = asError(error);
      }
    }
    if (changes.length > unimported) await remember(store, sequence, imported);
    if (failure !== undefined) throw failure;
    log.info("findings imported into Security Hub", {
      sent: changes.length,
      refused: unimported,
      known: imported.size,
    });
  } catch (error) {
    unimported = Math.max(1, unimported);
    log.error("Security Hub did not take the findings", asError(error), { unimported });
  }
  log.metrics("security-hub", { unimportedFindings: unimported });
}

function changesSince(imported: ReadonlyMap<string, Imported>, report: Report): Change[] {
  const { generatedAt, source } = report;
  const changes: Change[] = [];
  const present = new Set<string>();
  for (const entry of report.resources) {
    const { rule, resourceId, resourceType } = entry;
    const uid = findingUid(source, rule, resourceId);
    const known = imported.get(uid);
    present.add(uid);
    const isOpen = entry.complianceType === "NON_COMPLIANT" || entry.complianceType === "ERROR";
    if (known === undefined && !isOpen) continue;
    const fingerprint = fingerprintOf(entry);
    const isStale = isOpen && known !== undefined && plus(known.at, REFRESH_MS) <= generatedAt;
    if (known?.fingerprint === fingerprint && !isStale) continue;
    changes.push({ uid, entry, imported: { rule, resourceId, resourceType, fingerprint, at: generatedAt } });
  }
  const unknown = rulesOfUnknownState(report);
  for (const [uid, known] of imported) {
    if (!present.has(uid) && !unknown(known.rule)) changes.push({ uid, imported: known, entry: undefined });
  }
  return changes;
}

/** What a report could not list is not gone. */
function rulesOfUnknownState(report: Report): (rule: string) => boolean {
  const unknown = new Set(report.rules.filter(({ result }) => result === null).map(({ rule }) => rule));
  let isAnyUnknown = false;
  for (const { code, rules } of report.findings) {
    if (code !== "rows-missing") continue;
    for (const rule of rules ?? []) unknown.add(rule);
    isAnyUnknown ||= rules === undefined;
  }
  return (rule) => isAnyUnknown || unknown.has(rule);
}

function fingerprintOf({ complianceType, severity, annotation, exceptionId }: ResourceEntry): string {
  return sha256(JSON.stringify([complianceType, severity, annotation, exceptionId ?? null])).slice(0, 16);
}

/** Notes in `imported` what was taken. @returns how many findings of the batch that were */
async function importBatch(
  batch: readonly Change[],
  imported: Map<string, Imported>,
  report: Report,
  { client, log }: SecurityHubDependencies,
): Promise<number> {
  const rules = new Map(report.rules.map((rule) => [rule.rule, rule]));
  const requirements = requirementsByRule(report);
  const Findings = batch.map(({ imported: subject, entry }) =>
    asffFinding(report, subject, entry, rules.get(subject.rule), requirements.get(subject.rule) ?? []),
  );
  const { FailedFindings = [] } = await client.send(new BatchImportFindingsCommand({ Findings }));
  for (const { Id, ErrorCode, ErrorMessage } of FailedFindings.slice(0, LOGGED_REFUSALS)) {
    log.warn("Security Hub refused a finding", { id: Id, code: ErrorCode, reason: ErrorMessage });
  }
  const refused = new Set(FailedFindings.map(({ Id }) => Id));
  const taken = batch.filter(({ uid }) => !refused.has(uid));
  for (const { uid, entry, imported: now } of taken) {
    if (entry === undefined) imported.delete(uid);
    else imported.set(uid, now);
  }
  return taken.length;
}
