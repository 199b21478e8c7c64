import pMap from "p-map";
import type { History } from "../history/history";
import { instantOf } from "../history/keys";
import { isFirstSight } from "../history/places";
import type { RowContext } from "../history/row";
import type { EvaluationRow, OwedDrift, RunRow } from "../history/rows";
import {
  isDrift,
  isOpen,
  isOpenFailure,
  isSameStandard,
  type PreviousState,
  stateOf,
} from "../history/transition";
import type { ComplianceType } from "../rule/judgement";
import { KnownResources } from "./known-resources";

/**
 * What was known before a run. All of it rests on one promise: a complete run has told whatever it found, also what
 * change events saw while it was under way (the first one of all had nothing to tell), or says in its row what it
 * owes. So a run has to tell what it finds itself, what the run before it owes, and what change events saw after that
 * one and may not have come to telling.
 */
export interface Past {
  /** Instant of the rule's last complete run before this one. */
  readonly previousRun: string | undefined;
  /** That run itself. */
  readonly baseline: RunRow | undefined;
  /** Up to when digests have told what changed; `""` when none has; undefined before the first run. */
  readonly digestUntil: string | undefined;
  /** Whether that run judged by the same parameters and the same version of the rule. */
  readonly sameStandard: boolean;
  readonly resources: KnownResources;
  /** ARN → when a drift opened after the last complete run, or before it if that run owes its alert. */
  readonly driftSince: ReadonlyMap<string, string>;
  /** ARN → the alert that the last complete run owes. */
  readonly owed: ReadonlyMap<string, OwedDrift>;
  /** ARNs of what could be read again after the last complete run, when it could not before. */
  readonly recoveredSince: ReadonlySet<string>;
  /** ARNs whose failure opened after the last run's instant, and which that run found failing all the same. */
  readonly foundByPreviousRun: ReadonlySet<string>;
  /** Evaluations that resolved a failure, of which no digest has told: as change events do, after the last run. */
  readonly resolvedSince: readonly EvaluationRow[];
  /** Resources that a crashed try of this very run has rows of, by ARN, and what it said. */
  readonly leftovers: ReadonlyMap<string, ComplianceType>;
}

type PastHistory = Pick<History, "evaluations" | "at" | "latest">;

const CONCURRENT_LOOKUPS = 16;
/** Sorts before every instant. */
const BEFORE_ALL = "0";

/**
 * Reads the state before a run, in bulk: the last complete run and what was seen after it. Rows at the run's
 * own instant are no past: a crashed try of it has written them; nor are later ones.
 */
export async function readPast(
  { rule, parametersHash, instant }: RowContext,
  baseline: RunRow | undefined,
  history: PastHistory,
): Promise<Past> {
  const previousRun = baseline && instantOf(baseline.evaluation_timestamp);
  const resources = new KnownResources();
  const driftSince = new Map<string, string>();
  const learnDrift = (arn: string, at: string) => {
    if (at > (driftSince.get(arn) ?? "")) driftSince.set(arn, at);
  };
  const recoveredSince = new Set<string>();
  const resolvedSince: EvaluationRow[] = [];
  const leftovers = new Map<string, ComplianceType>();
  const digestUntil = baseline && (baseline.digest_until ?? previousRun);
  for await (const row of history.evaluations(rule.name, digestUntil || BEFORE_ALL, instant)) {
    const { resource_id: arn } = row;
    const at = instantOf(row.evaluation_timestamp);
    if (at === instant) {
      leftovers.set(arn, row.compliance_type);
      continue;
    }
    if (row.transition === "resolved" && at > (digestUntil ?? "")) resolvedSince.push(row);
    // Older rows are read for the digest alone.
    if (at < (previousRun ?? BEFORE_ALL)) continue;
    // The rows of one resource come in their order.
    const before = resources.state(arn);
    resources.learn(arn, stateOf(row, at));
    if (at === previousRun) continue;
    if (row.transition === "recovered") recoveredSince.add(arn);
    if (isDriftAfter(row, before, baseline)) learnDrift(arn, at);
  }
  const found = baseline && (await findingsOf(baseline, resources, resolvedSince, history));
  const owed = new Map(baseline?.owed?.drifts.map((drift) => [drift.resource_id, drift]));
  for (const { resource_id: arn, opened_at: at } of owed.values()) learnDrift(arn, at);
  const wasTold = baseline?.digest_until === undefined;
  return {
    previousRun,
    baseline,
    digestUntil,
    sameStandard: isSameStandard({ parameters_hash: parametersHash, rule_version: rule.version }, baseline),
    resources,
    driftSince,
    owed,
    recoveredSince,
    foundByPreviousRun: (wasTold && found?.failing) || new Set(),
    resolvedSince: resolvedSince.filter((row) => !wasTold || !found?.resolved.has(row)),
    leftovers,
  };
}

/**
 * Whether an evaluation after a run shows drift. Two who look at the same moment both say that it opened, and so do a
 * run and a change event while that run is under way: it is drift once, with the first of the rows.
 * @param before the state before it in the order of the rows, which whoever recorded it may not have known.
 */
export function isDriftAfter(
  row: EvaluationRow,
  before: PreviousState | undefined,
  run: RunRow | undefined,
): boolean {
  return isDrift(row, before, run) && !isFirstSight(row, run) && !isOpen(before);
}

/**
 * What change events saw while a run was reading, and the run saw, too: they are later than its instant, but its
 * digest has told of them.
 */
async function findingsOf(
  run: RunRow,
  resources: KnownResources,
  resolvedSince: readonly EvaluationRow[],
  history: PastHistory,
): Promise<{ failing: Set<string>; resolved: Set<EvaluationRow> }> {
  const { rule, completed_at: end } = run;
  const instant = instantOf(run.evaluation_timestamp);
  const failing = new Set<string>();
  const resolved = new Set<EvaluationRow>();
  const isDuring = (at: string) => at > instant && at <= end;
  const found = (arn: string) => history.at(arn, rule, instant);
  function* opened(): Generator<string> {
    for (const [arn, { open_since }] of resources.unlisted()) if (isDuring(open_since ?? instant)) yield arn;
  }
  await pMap(
    opened(),
    async (arn) => {
      if (isOpenFailure(await found(arn))) failing.add(arn);
    },
    { concurrency: CONCURRENT_LOOKUPS },
  );
  const closed = resolvedSince.filter((row) => isDuring(instantOf(row.evaluation_timestamp)));
  await pMap(
    closed,
    async (row) => (await found(row.resource_id))?.transition === "resolved" && resolved.add(row),
    { concurrency: CONCURRENT_LOOKUPS },
  );
  return { failing, resolved };
}
