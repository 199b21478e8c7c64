import type { EvaluationRow, Resource, RunRow } from "./evaluation";
import type { HistoryReader } from "./history";
import { Interner } from "./interner";
import type { RowContext } from "./row";
import { instantOf } from "./timestamps";
import { isDrift, type PreviousState, stateOf } from "./transition";

/** What was known before a run. */
export interface Past {
  /** Instant of the rule's last complete run before this one. */
  readonly previousRun: string | undefined;
  /** Whether that run judged by the same parameters and the same version of the rule. */
  readonly sameStandard: boolean;
  /** The latest state of every resource since then, by ARN. */
  readonly resources: ReadonlyMap<string, PreviousResource>;
  /** Evaluations after that run that resolved a failure, as change events do. */
  readonly resolvedSince: readonly EvaluationRow[];
  /** Resources that a crashed try of this very run has rows of. */
  readonly leftovers: ReadonlyMap<string, Omit<Resource, "tags">>;
  /** ARNs of resources that change events evaluated after the run's instant, before it came to reading. */
  readonly overtaken: ReadonlySet<string>;
}

export interface PreviousResource {
  readonly resource: Omit<Resource, "tags">;
  readonly state: PreviousState;
  /** When the failure opened that is open now, if that was after the last complete run. */
  readonly openedAt?: string;
}

/**
 * Reads the state before a run, in bulk: the last complete run and what was seen after it. Rows at the run's
 * own instant are no past: a crashed try of it has written them; nor are later ones.
 * @param now ISO-8601 instant up to which the history is read.
 */
export async function readPast(
  { rule, parametersHash, instant }: RowContext,
  baseline: RunRow | undefined,
  history: Pick<HistoryReader, "evaluations">,
  now: string,
): Promise<Past> {
  const previousRun = baseline && instantOf(baseline.evaluation_timestamp);
  const resources = new Map<string, PreviousResource>();
  const resolvedSince: EvaluationRow[] = [];
  const leftovers = new Map<string, Omit<Resource, "tags">>();
  const overtaken = new Set<string>();
  const shared = new Interner();
  const until = now > instant ? now : instant;
  for await (const row of history.evaluations(rule.name, previousRun ?? BEFORE_ALL, until)) {
    const at = instantOf(row.evaluation_timestamp);
    if (at > instant) {
      overtaken.add(row.resource_id);
      continue;
    }
    if (at === instant) {
      leftovers.set(row.resource_id, resourceOf(row, shared));
      continue;
    }
    if (row.transition === "resolved" && at !== previousRun) resolvedSince.push(row);
    const known = resources.get(row.resource_id);
    const isOlder = known !== undefined && known.state.instant > at;
    const opened = at !== previousRun && isDrift(row, true) ? at : "";
    const openedAt = opened > (known?.openedAt ?? "") ? opened : known?.openedAt;
    const state = isOlder
      ? known
      : { resource: resourceOf(row, shared), state: sharedState(row, at, shared) };
    resources.set(row.resource_id, openedAt === undefined ? state : { ...state, openedAt });
  }
  return {
    previousRun,
    sameStandard: baseline?.parameters_hash === parametersHash && baseline.rule_version === rule.version,
    resources,
    resolvedSince,
    leftovers,
    overtaken,
  };
}

/** Sorts before every instant. */
const BEFORE_ALL = "0";

function resourceOf(row: EvaluationRow, shared: Interner): Omit<Resource, "tags"> {
  return {
    arn: row.resource_id,
    type: shared.share(row.resource_type),
    name: row.resource_name,
    accountId: shared.share(row.account_id),
    region: shared.share(row.region),
  };
}

/** Only what the row has: of a passing resource that is three short columns. */
function sharedState(row: EvaluationRow, at: string, shared: Interner): PreviousState {
  const { settled_type, open_since, exception_id, gone } = stateOf(row, at);
  return {
    instant: shared.share(at),
    compliance_type: shared.share(row.compliance_type),
    ...(settled_type && { settled_type: shared.share(settled_type) }),
    ...(open_since && { open_since: shared.share(open_since) }),
    ...(exception_id && { exception_id: shared.share(exception_id) }),
    ...(gone && { gone }),
  };
}
