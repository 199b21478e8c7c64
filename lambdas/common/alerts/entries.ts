import type { EvaluationRow } from "../history/rows";
import type { AlertEntries, AlertEntry } from "./alert-message";
import { entryOf } from "./messages";

/** Resources that a message may need; the others are counted. Keeps memory flat however much fails. */
export const ENTRIES_KEPT = 500;

/** As many entries as a message may need, and how many there were. */
export class Entries implements AlertEntries {
  readonly entries: AlertEntry[] = [];
  count = 0;

  add(row: EvaluationRow): void {
    this.count++;
    if (this.entries.length < ENTRIES_KEPT) this.entries.push(entryOf(row));
  }
}
