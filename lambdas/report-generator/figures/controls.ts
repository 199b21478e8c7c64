/** Control mapping: which controls of which standard the rules support, and what the evaluations say of them. */

import type { ControlTitles, ReportedRule } from "../../common/deployment/settings";
import type { Tally } from "./scores";

/**
 * What the supporting rules say of a control, worst first. None of it says that the control is met: a control
 * asks for more than a scanner sees.
 */
export type ControlStatus =
  | "failing"
  | "not-evaluated"
  | "incomplete"
  | "passing-with-exceptions"
  | "passing"
  | "nothing-to-evaluate";

/** One control and its supporting rules. */
export interface ControlEntry {
  readonly standard: string;
  readonly control: string;
  /** What it asks for; absent where the program does not list the control, or did not yet. */
  readonly title?: string;
  readonly status: ControlStatus;
  readonly rules: readonly { readonly rule: string; readonly status: ControlStatus }[];
}

const WORST_FIRST: readonly ControlStatus[] = [
  "failing",
  "not-evaluated",
  "incomplete",
  "passing-with-exceptions",
  "passing",
  "nothing-to-evaluate",
];

/** What one rule's evaluations say. @param result undefined while the rule has had no complete run */
export function ruleStatus(result: Tally | undefined): ControlStatus {
  if (result === undefined) return "not-evaluated";
  if (result.nonCompliant > result.excepted) return "failing";
  if (result.error > 0) return "incomplete";
  if (result.excepted > 0) return "passing-with-exceptions";
  return result.compliant > 0 ? "passing" : "nothing-to-evaluate";
}

/** The worst of what rules say. */
export function worstStatus(statuses: readonly ControlStatus[]): ControlStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? "nothing-to-evaluate";
}

/** Every control that a rule names, by standard and control. */
export function controlMapping(
  rules: readonly ReportedRule[],
  resultOf: (rule: string) => Tally | undefined,
  titles: ControlTitles = {},
): ControlEntry[] {
  const supporting = new Map<
    string,
    { standard: string; control: string; rules: ControlEntry["rules"][number][] }
  >();
  for (const rule of rules) {
    const status = ruleStatus(resultOf(rule.name));
    for (const [standard, controls] of Object.entries(rule.controls)) {
      for (const control of controls) {
        const key = `${standard}\n${control}`;
        const entry = supporting.get(key) ?? { standard, control, rules: [] };
        entry.rules.push({ rule: rule.name, status });
        supporting.set(key, entry);
      }
    }
  }
  const numerically = new Intl.Collator("en", { numeric: true }).compare;
  return [...supporting.values()]
    .map((entry) => ({
      standard: entry.standard,
      control: entry.control,
      ...titled(titles[entry.standard]?.[entry.control]),
      status: worstStatus(entry.rules.map(({ status }) => status)),
      rules: entry.rules,
    }))
    .sort((a, b) => numerically(a.standard, b.standard) || numerically(a.control, b.control));
}

function titled(title: string | undefined) {
  return title === undefined ? {} : { title };
}
