/** Accounts and Regions, as the ledger of a run knows them. */

import type { EvaluationRow, LedgerEntry, RunRow } from "./rows";

type Place = Pick<LedgerEntry, "account_id" | "region">;
type Run = Pick<RunRow, "ledger">;

/** Whether an account and Region had been read to its end by the time of a complete run. */
export function wasRead(place: { accountId: string; region: string }, run: Run | undefined): boolean {
  const entry = entryOf({ account_id: place.accountId, region: place.region }, run);
  return entry !== undefined && !entry.never_read;
}

/**
 * Whether an evaluation is the first of a resource in an account and Region that no run had read to its end before: a
 * Region that is scanned from now on is full of failures, of which none began now. What has no Region in its ARN is
 * listed wherever it lies.
 * @param baseline the rule's last complete run before the evaluation.
 */
export function isFirstSight(
  row: Place & Pick<EvaluationRow, "resource_id" | "transition">,
  baseline: Run | undefined,
): boolean {
  const [, , , regionOfArn] = row.resource_id.split(":");
  if (row.transition !== "first-seen" || !regionOfArn || !baseline) return false;
  const entry = entryOf(row, baseline);
  return entry === undefined || entry.never_read === true;
}

/** Run → its ledger's entries by account and Region: a run over an organization has thousands of both. */
const entries = new WeakMap<Run, ReadonlyMap<string, LedgerEntry>>();

function entryOf(place: Place, run: Run | undefined): LedgerEntry | undefined {
  if (!run) return undefined;
  let ofRun = entries.get(run);
  if (!ofRun) {
    ofRun = new Map(run.ledger.map((entry) => [keyOf(entry), entry]));
    entries.set(run, ofRun);
  }
  return ofRun.get(keyOf(place));
}

function keyOf({ account_id, region }: Place): string {
  return `${account_id} ${region}`;
}
