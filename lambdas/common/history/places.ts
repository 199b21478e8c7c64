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
 * listed wherever it lies, and was listed before if anything of its account was.
 * @param baseline the rule's last complete run before the evaluation.
 */
export function isFirstSight(
  row: Place & Pick<EvaluationRow, "resource_id" | "transition">,
  baseline: Run | undefined,
): boolean {
  const [, , , regionOfArn] = row.resource_id.split(":");
  if (row.transition !== "first-seen" || !baseline) return false;
  if (!regionOfArn) return !placesOf(baseline).read.has(row.account_id);
  const entry = entryOf(row, baseline);
  return entry === undefined || entry.never_read === true;
}

/** A ledger's entries by account and Region, and the accounts of which something had been read to its end. */
interface Places {
  readonly entries: ReadonlyMap<string, LedgerEntry>;
  readonly read: ReadonlySet<string>;
}

/** Run → its places: a run over an organization has thousands. */
const places = new WeakMap<Run, Places>();

function placesOf(run: Run): Places {
  const known = places.get(run);
  if (known) return known;
  const read = run.ledger.filter((entry) => !entry.never_read);
  const ofRun = {
    entries: new Map(run.ledger.map((entry) => [keyOf(entry), entry])),
    read: new Set(read.map(({ account_id }) => account_id)),
  };
  places.set(run, ofRun);
  return ofRun;
}

function entryOf(place: Place, run: Run | undefined): LedgerEntry | undefined {
  return run && placesOf(run).entries.get(keyOf(place));
}

function keyOf({ account_id, region }: Place): string {
  return `${account_id} ${region}`;
}
