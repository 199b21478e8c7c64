import pMap from "p-map";
import type { ComplianceType, EvaluationRow, RunRow } from "./evaluation";
import type { History } from "./history";
import { KnownResources } from "./known-resources";
import type { RowContext } from "./row";
import { instantOf } from "./timestamps";
import { isDrift, isSameStandard, stateOf } from "./transition";

/**
 * What was known before a run. All of it rests on one promise: a complete run has told whatever it found, also what
 * change events saw while it was under way (the first one of all had nothing to tell). So a run has to tell what it
 * finds itself, and what change events saw after the run before it and may not have come to telling.
 */
export interface Past {
  /** Instant of the rule's last complete run before this one. */
  readonly previousRun: string | undefined;
  /** Whether that run judged by the same parameters and the same version of the rule. */
  readonly sameStandard: boolean;
  readonly resources: KnownResources;
  /** ARN → when a drift opened after the last complete run, by the standard of that run. */
  readonly driftSince: ReadonlyMap<string, string>;
  /** ARNs of what could be read again after the last complete run, when it could not before. */
  readonly recoveredSince: ReadonlySet<string>;
  /** ARNs whose failure opened after the last run's instant, and which that run found failing all the same. */
  readonly foundByPreviousRun: ReadonlySet<string>;
  /** Evaluations after the last run that resolved a failure, as change events do, if it did not tell of them. */
  readonly resolvedSince: readonly EvaluationRow[];
  /** Resources that a crashed try of this very run has rows of, by ARN, and what it said. */
  readonly leftovers: ReadonlyMap<string, ComplianceType>;
  /** ARNs of resources that change events evaluated after the run's instant, before it came to reading. */
  readonly overtaken: ReadonlySet<string>;
}

type PastHistory = Pick<History, "evaluations" | "at">;

const CONCURRENT_LOOKUPS = 16;
/** Sorts before every instant. */
const BEFORE_ALL = "0";

/**
 * Reads the state before a run, in bulk: the last complete run and what was seen after it. Rows at the run's
 * own instant are no past: a crashed try of it has written them; nor are later ones.
 * @param now ISO-8601 instant up to which the history is read.
 */
export async function readPast(
  { rule, parametersHash, instant }: RowContext,
  baseline: RunRow | undefined,
  history: PastHistory,
  now: string,
): Promise<Past> {
  const previousRun = baseline && instantOf(baseline.evaluation_timestamp);
  const resources = new KnownResources();
  const driftSince = new Map<string, string>();
  const recoveredSince = new Set<string>();
  const resolvedSince: EvaluationRow[] = [];
  const leftovers = new Map<string, ComplianceType>();
  const overtaken = new Set<string>();
  const until = now > instant ? now : instant;
  for await (const row of history.evaluations(rule.name, previousRun ?? BEFORE_ALL, until)) {
    const { resource_id: arn } = row;
    const at = instantOf(row.evaluation_timestamp);
    if (at > instant) {
      overtaken.add(arn);
      continue;
    }
    if (at === instant) {
      leftovers.set(arn, row.compliance_type);
      continue;
    }
    resources.learn(arn, stateOf(row, at));
    if (at === previousRun) continue;
    if (row.transition === "resolved") resolvedSince.push(row);
    if (row.transition === "recovered") recoveredSince.add(arn);
    if (isDrift(row, isSameStandard(row, baseline)) && at > (driftSince.get(arn) ?? "")) {
      driftSince.set(arn, at);
    }
  }
  const found = baseline && (await findingsOf(baseline, resources, resolvedSince, history));
  for (const arn of found?.failing ?? []) {
    if ((driftSince.get(arn) ?? "") <= (baseline?.completed_at ?? "")) driftSince.delete(arn);
  }
  return {
    previousRun,
    sameStandard: isSameStandard({ parameters_hash: parametersHash, rule_version: rule.version }, baseline),
    resources,
    driftSince,
    recoveredSince,
    foundByPreviousRun: found?.failing ?? new Set(),
    resolvedSince: resolvedSince.filter((row) => !found?.resolved.has(row)),
    leftovers,
    overtaken,
  };
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
  const isDuring = (at = "") => at > instant && at <= end;
  const found = (arn: string) => history.at(arn, rule, instant);
  const opened: string[] = [];
  for (const [arn, { open_since }] of resources.unlisted()) if (isDuring(open_since)) opened.push(arn);
  await pMap(
    opened,
    async (arn) => {
      const row = await found(arn);
      if (row?.compliance_type === "NON_COMPLIANT" && row.exception_id === undefined) failing.add(arn);
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
