/** What a faulty AWS ended with, held against what was promised. */

import { groupBy } from "../lambdas/common/values/group";
import type { FaultyAws, TakenMessage } from "./faulty-aws";

/** How often something befell the function. */
interface Happened {
  readonly twice: number;
  readonly crashed: number;
  readonly timedOut: number;
  readonly tries: number;
}

/** What befell it, and what is wrong afterwards. */
export interface Outcome {
  /** What there was of it, for whoever reads the figures. */
  readonly happened: Readonly<Record<string, string | number>>;
  /** What must not be → its cases. */
  readonly violations: Readonly<Record<string, readonly string[]>>;
}

interface Row {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
  readonly compliance_type: string;
}

interface Entry {
  readonly resource: string;
  readonly openSince?: string;
}

/** What the table and the topic hold at the end, where every slot should have a run with a row for each instance. */
export function outcomeOf(
  aws: FaultyAws,
  {
    slots,
    instances,
    happened,
  }: {
    readonly slots: readonly string[];
    readonly instances: number;
    readonly happened: Happened;
  },
): Outcome {
  const committed = new Set(aws.table.items("run#").map(instantOf));
  const rows = aws.table.items("arn:") as unknown as Row[];
  const bySlot = groupBy(rows, instantOf);
  const { told, twice } = toldDrifts(aws.messages);
  const { drifts, repeated, mendedAtOnce } = comparedRows(rows, committed);
  const untold = drifts.filter((drift) => !told.has(drift));
  const inDigests = changesInDigests(aws.messages);
  const isMended = (drift: string) => mendedAtOnce.has(drift) && inDigests.has(drift);
  const faults = [...aws.faults].map(([fault, count]) => `${count} ${fault}`);
  return {
    happened: {
      "answers, faults": [aws.answers.toLocaleString("en"), ...faults].join(", "),
      "deliveries twice": happened.twice,
      "functions that ended halfway": happened.crashed,
      "functions whose time ran out": happened.timedOut,
      "tries in all": happened.tries,
      drifts: drifts.length,
      "mended while their run was tried again, and told by its digest only": untold.filter(isMended).length,
      "told twice as SNS's answer was lost": twice.answerLost,
      "told twice as the function ended before it noted that SNS had taken it": twice.functionGone,
    },
    violations: {
      "uncommitted runs": slots.filter((slot) => !committed.has(slot)),
      "rows lost": slots
        .filter((slot) => committed.has(slot))
        .flatMap((slot) => Array.from({ length: instances - countOf(bySlot.get(slot)) }, () => slot)),
      "rows twice": repeated,
      "drifts untold": untold.filter((drift) => !isMended(drift)),
      "drifts told twice, with no answer lost": twice.unexplained,
    },
  };
}

/** What digests named as newly failing or resolved: the resource, and the instant of the run. */
function changesInDigests(messages: readonly TakenMessage[]): Set<string> {
  const digests = messages.filter(({ kind }) => kind === "digest");
  return new Set(
    digests.flatMap(({ data }) => {
      const { newlyFailing, resolved } = data as Record<string, { entries: Entry[] } | undefined>;
      const changed = [...(newlyFailing?.entries ?? []), ...(resolved?.entries ?? [])];
      return changed.map(({ resource }) => `${resource} ${data.instant}`);
    }),
  );
}

/** Every drift that SNS took a message of, and those that it took more than one of. */
function toldDrifts(messages: readonly TakenMessage[]) {
  const told = new Map<string, TakenMessage[]>();
  for (const message of messages) {
    if (message.kind !== "drift") continue;
    const { drifts, resource } = message.data;
    const { entries } = (drifts ?? { entries: [resource] }) as { entries: Entry[] };
    for (const entry of entries) {
      const drift = `${entry.resource} ${entry.openSince}`;
      told.set(drift, [...(told.get(drift) ?? []), message]);
    }
  }
  const twice = { answerLost: 0, functionGone: 0, unexplained: [] as string[] };
  for (const [drift, taken] of told) {
    // All but the last were followed by another.
    for (const { isAnswerLost, by } of taken.slice(0, -1)) {
      if (isAnswerLost) twice.answerLost += 1;
      else if (by.requestsLeft <= 0) twice.functionGone += 1;
      else twice.unexplained.push(drift);
    }
  }
  return { told, twice };
}

/**
 * What each row says beside the one before of the same resource: a drift, by the resource and since when; or, in a row
 * that is not a run's own, only what was known. What another try of a run finds otherwise has a row as of then.
 */
function comparedRows(rows: readonly Row[], runs: ReadonlySet<string>) {
  const drifts: string[] = [];
  const repeated: string[] = [];
  const mendedAtOnce = new Set<string>();
  for (const own of groupBy(rows, ({ resource_id: id }) => id).values()) {
    own.sort((one, other) => (one.evaluation_timestamp < other.evaluation_timestamp ? -1 : 1));
    own.forEach((row, index) => {
      const [now, before] = [row.compliance_type, own[index - 1]?.compliance_type];
      const what = `${row.resource_id} ${instantOf(row)}`;
      if (now === "NON_COMPLIANT" && before === "COMPLIANT") drifts.push(what);
      const after = own[index + 1];
      if (after?.compliance_type === "COMPLIANT" && !runs.has(instantOf(after))) mendedAtOnce.add(what);
      if (now === before && !runs.has(instantOf(row))) repeated.push(what);
    });
  }
  return { drifts, repeated, mendedAtOnce };
}

function instantOf(row: { readonly evaluation_timestamp?: unknown }): string {
  return String(row.evaluation_timestamp).split("#")[0] ?? "";
}

/** Of how many different resources there are rows. */
function countOf(rows: readonly Row[] = []): number {
  return new Set(rows.map(({ resource_id: id }) => id)).size;
}
