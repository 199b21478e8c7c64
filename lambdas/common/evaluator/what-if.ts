/** Other parameters, tried out over everything there is. */

import type { ComplianceType } from "../rule/judgement";
import type { Evaluator } from "./evaluator";
import type { WhatIfRequest } from "./events";
import { planScan } from "./plan";
import { scan } from "./scan";

/** What other parameters would change. Nothing was written or sent. */
export interface WhatIfResult {
  readonly status: "what-if";
  readonly rule: string;
  readonly parameters: unknown;
  readonly evaluated: number;
  /** Resources, accounts and Regions that could not be read, of which nothing can be said. */
  readonly unreadable: number;
  readonly wouldFail: number;
  readonly wouldPass: number;
  /** Resources whose verdict would change, up to 1,000. */
  readonly changes: readonly {
    readonly resource: string;
    readonly from: ComplianceType;
    readonly to: ComplianceType;
    readonly annotation: string;
  }[];
  readonly changesLeftOut: number;
}

/** Keeps a what-if's answer below Lambda's 6 MB. */
const CHANGES_MOST = 1_000;

/**
 * What other parameters would change, over everything there is. Reads only.
 * @throws InvalidInputError naming the parameter that is wrong; what kept the only account and Region from being read.
 */
export async function whatIf<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
  request: WhatIfRequest,
): Promise<WhatIfResult> {
  const { rule, settings } = evaluator;
  const parameters = rule.parseParameters({ ...settings.parameters, ...request.parameters });
  const changes: WhatIfResult["changes"][number][] = [];
  const counts = { evaluated: 0, unreadable: 0, changed: 0, wouldFail: 0, wouldPass: 0 };
  const { targets } = await planScan(evaluator);
  for await (const listed of scan(evaluator, targets)) {
    if ("everything" in listed && listed.error && targets.length === 1) throw listed.error;
    if ("error" in listed && listed.error) counts.unreadable++;
    if (!("facts" in listed)) continue;
    const from = rule.judge(listed.facts, settings.parameters).complianceType;
    const { complianceType: to, annotation } = rule.judge(listed.facts, parameters);
    counts.evaluated++;
    if (from === to) continue;
    counts.changed++;
    if (to === "NON_COMPLIANT") counts.wouldFail++;
    if (from === "NON_COMPLIANT") counts.wouldPass++;
    if (changes.length < CHANGES_MOST) changes.push({ resource: listed.resource.arn, from, to, annotation });
  }
  const { evaluated, unreadable, changed, wouldFail, wouldPass } = counts;
  return {
    status: "what-if",
    rule: rule.name,
    parameters,
    evaluated,
    unreadable,
    wouldFail,
    wouldPass,
    changes,
    changesLeftOut: changed - changes.length,
  };
}
