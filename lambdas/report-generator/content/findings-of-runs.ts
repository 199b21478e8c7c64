/** Findings about sweeps: those that are missing, late, incomplete or judged otherwise. */

import { groupBy } from "../../common/values/group";
import { compareText } from "../../common/values/text";
import { count, minute } from "../../common/values/words";
import type { RunEntry, RunSummary } from "../figures/runs";
import type { Attestation, SlotStatus } from "../figures/schedule";
import type { Finding } from "./report";

export function sweepsMissing(schedule: readonly Attestation[]): Finding[] {
  return bySlots(schedule, "missing").map(({ rules, slots, expected }) => {
    const named = slots.slice(0, 3).map(({ slot }) => minute(slot));
    const more = slots.length > named.length ? ` and ${slots.length - named.length} more` : "";
    const [first] = slots;
    const after = first?.gap?.after ? minute(first.gap.after) : "the beginning";
    const before = first?.gap?.before ? minute(first.gap.before) : "the end of the period";
    const between = slots.length === 1 ? ` No complete run between ${after} and ${before}.` : "";
    return {
      level: "gap",
      code: "sweep-missing",
      rules,
      text:
        `${rules.join(", ")}: ${slots.length} of ${count(expected, "scheduled run")} did not happen: ` +
        `${named.join(", ")}${more}.${between}`,
    };
  });
}

/** Rules that have the same slots in a status, together: one outage is one finding. */
function bySlots(schedule: readonly Attestation[], status: SlotStatus) {
  const affected = schedule
    .map(({ rule, expected, slots }) => ({
      rule,
      expected,
      slots: slots.filter((slot) => slot.status === status),
    }))
    .filter(({ slots }) => slots.length > 0);
  const together = groupBy(affected, ({ expected, slots }) =>
    JSON.stringify([expected, slots.map(({ slot, gap }) => [slot, gap])]),
  );
  return [...together.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, rules: group.map(({ rule }) => rule) }];
  });
}

export function runCoverageIncomplete(runs: readonly RunEntry[]): Finding[] {
  const incomplete = groupBy(
    runs.filter(({ error }) => error > 0),
    ({ rule }) => rule,
  );
  return [...incomplete].map(([rule, affected]) => {
    const codes = new Set(
      affected.flatMap(({ ledger }) => ledger.flatMap(({ errorCodes }) => Object.keys(errorCodes))),
    );
    return {
      level: "warning",
      code: "run-coverage-incomplete",
      rules: [rule],
      text:
        `${rule}: ${count(affected.length, "run")} of the period could not evaluate every listed resource ` +
        `(${[...codes].sort().join(", ")}).`,
    };
  });
}

export function sweepsLate(schedule: readonly Attestation[]): Finding[] {
  return bySlots(schedule, "late").map(({ rules, slots, expected }) => ({
    level: "warning",
    code: "sweep-late",
    rules,
    text: `${rules.join(", ")}: ${slots.length} of ${count(expected, "scheduled run")} completed late.`,
  }));
}

export function parametersChanged(
  runs: readonly RunEntry[],
  runsBefore: ReadonlyMap<string, RunSummary>,
): Finding[] {
  const byRule = groupBy(
    runs.filter((run) => !run.arrivedLate),
    ({ rule }) => rule,
  );
  return [...byRule].flatMap(([rule, ofRule]): Finding[] => {
    const earlier = runsBefore.get(rule);
    let parameters = earlier?.parameters_hash;
    let version = earlier?.rule_version;
    for (const run of [...ofRule].sort((a, b) => compareText(a.at, b.at))) {
      const isChanged =
        parameters !== undefined && (parameters !== run.parametersHash || version !== run.ruleVersion);
      if (isChanged) {
        const text =
          `${rule} judged by other parameters or another version from ${minute(run.at)} on; verdicts ` +
          "before and after are not comparable one by one.";
        return [{ level: "warning", code: "parameters-changed", rules: [rule], text }];
      }
      parameters = run.parametersHash;
      version = run.ruleVersion;
    }
    return [];
  });
}

export function scheduleChanged(schedule: readonly Attestation[]): Finding[] {
  const changed = schedule.filter(({ earlierSchedules }) => earlierSchedules.length > 0);
  const together = groupBy(changed, ({ schedule, earlierSchedules }) =>
    JSON.stringify([schedule, earlierSchedules]),
  );
  return [...together.values()].flatMap((group): Finding[] => {
    const [one] = group;
    if (one === undefined) return [];
    const rules = group.map(({ rule }) => rule);
    const text =
      `${rules.join(", ")}: the schedule was ${one.earlierSchedules.join(", then ")} and is ` +
      `${one.schedule}. Each stretch of the period is judged by the one in force.`;
    return [{ level: "note", code: "schedule-changed", rules, text }];
  });
}
