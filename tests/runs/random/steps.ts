/** What random sequences of sweeps and changes are made of, and what is read of their ends. */

import * as fc from "fast-check";
import type { EvaluationRow } from "../../../lambdas/common/history/rows";
import { memoryDatabase } from "../../support/dynamodb";
import type { Condition } from "../../support/things";
import type { World } from "../../support/world";

/** Tables in memory, as thousands of requests are played. */
export const database = memoryDatabase();

/** What the resources of a sequence are called. */
export const NAMES = ["a", "b", "c"] as const;

/** One of `NAMES`. */
export type Name = (typeof NAMES)[number];

/** Any of the names. */
export const name = fc.constantFrom(...NAMES);

/** How a resource may come to be, or that it is no more; failing more often than the rest. */
export const condition = fc.constantFrom<Condition | "absent">(
  "good",
  "bad",
  "bad",
  "unreadable",
  "exempt",
  "absent",
);

/** Which drifts the rows show: failing, and not failing in the row before, after the first complete run. */
export function driftsIn(rows: readonly EvaluationRow[], firstRun: string | undefined): string[] {
  const settled = new Map<string, string>();
  const drifts: string[] = [];
  for (const row of rows) {
    const before = settled.get(row.resource_id);
    const hasBaseline = firstRun !== undefined && firstRun < row.evaluation_timestamp;
    if (row.compliance_type === "NON_COMPLIANT" && before !== "NON_COMPLIANT" && hasBaseline) {
      drifts.push(`${row.resource_id} ${row.evaluation_timestamp}`);
    }
    if (row.gone) settled.delete(row.resource_id);
    else if (row.compliance_type !== "ERROR") settled.set(row.resource_id, row.compliance_type);
  }
  return drifts.sort();
}

/** Every drift that was told, by itself or in a list. */
export function driftsSent(world: World): string[] {
  return world.drifts().flatMap(({ data }) => {
    const list = data.drifts as { entries: { resource: string; openSince: string }[] } | undefined;
    if (list) return list.entries.map(({ resource, openSince }) => `${resource} ${openSince}#good-things`);
    const { resource } = data.resource as { resource: string };
    return `${resource} ${data.instant}#good-things`;
  });
}
