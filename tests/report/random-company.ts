/** Companies of a few buckets under one rule that anything may happen to, in an order that chance chooses. */

import fc from "fast-check";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { Company } from "./swept-company";

export const RULE = "s3-bucket-encryption";
/** When the first step happens; milliseconds. */
export const START = Date.parse("2026-11-01T00:00:00.000Z");
/** The instant so many minutes after the first step. */
export const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

/** A run over the buckets, or a change of one; `delay` in minutes. */
export type Step =
  | {
      readonly kind: "sweep";
      readonly verdicts: Readonly<Record<string, ComplianceType>>;
      readonly crashes: boolean;
      readonly delay: number;
    }
  | {
      readonly kind: "change";
      readonly name: string;
      readonly verdict: ComplianceType;
      readonly delay: number;
    };

/** The names of the buckets that steps are about. */
export const names = ["alpha", "beta", "gamma", "delta"];
const verdict = fc.constantFrom<ComplianceType>("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "ERROR");
const delay = fc.integer({ min: 0, max: 150 });
/** Any step. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("sweep" as const),
    verdicts: fc.dictionary(fc.constantFrom(...names), verdict),
    crashes: fc.boolean(),
    delay,
  }),
  fc.record({ kind: fc.constant("change" as const), name: fc.constantFrom(...names), verdict, delay }),
);

/**
 * Each step an hour after the one before, observed `delay` minutes after its instant, a run complete a minute later.
 */
export function live(steps: readonly Step[]): Company {
  const company = new Company();
  for (const [index, one] of steps.entries()) {
    const observedAt = at(index * 60 + one.delay);
    if (one.kind === "sweep") {
      const completedAfterMinutes = one.delay + 1;
      company.sweep(RULE, at(index * 60), one.verdicts, {
        crashes: one.crashes,
        observedAt,
        completedAfterMinutes,
      });
    } else company.change(RULE, at(index * 60), one.name, one.verdict, observedAt);
  }
  return company;
}
