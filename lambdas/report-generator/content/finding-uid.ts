/** What a finding about one resource under one rule is called outside of this program. */

import { sha256 } from "../../common/values/hash";
import type { Report } from "./report";

/** The same for one resource under one rule of one deployment, in every report; some 130 characters at most. */
export function findingUid(
  source: Pick<Report["source"], "environmentSuffix">,
  rule: string,
  resourceId: string,
) {
  return `${source.environmentSuffix}/${rule}/${sha256(resourceId)}`;
}

/** A control of a standard that a rule supports. */
export interface Requirement {
  readonly standard: string;
  readonly control: string;
}

/** The controls that each rule supports, in the report's order. */
export function requirementsByRule({
  controls,
}: Pick<Report, "controls">): ReadonlyMap<string, readonly Requirement[]> {
  const byRule = new Map<string, Requirement[]>();
  for (const { standard, control, rules } of controls) {
    for (const { rule } of rules) {
      const known = byRule.get(rule) ?? [];
      known.push({ standard, control });
      byRule.set(rule, known);
    }
  }
  return byRule;
}
