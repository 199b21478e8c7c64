import type { Drift } from "../../lambdas/common/alerts/drift";
import { KeptDrifts } from "../../lambdas/common/runs/kept-drifts";

const arn = (number: number) => `arn:aws:test:::thing/${String(number).padStart(5, "0")}`;
const drift = (number: number) => ({ row: { resource_id: arn(number) } }) as Drift;
const names = (kept: KeptDrifts) => kept.named.map(({ row }) => row.resource_id);

/** The drifts of a run that found so many, the last ARN first. */
function found(count: number): KeptDrifts {
  const kept = new KeptDrifts();
  for (let number = count - 1; number >= 0; number--) kept.keep(drift(number));
  return kept;
}

describe("the drifts of a run", () => {
  it.each([
    [0, 0, 0],
    [1_000, 1_000, 0],
    [1_001, 1_000, 1],
    [4_321, 1_000, 3_321],
  ])(
    "of which there are %d: %d are named, the first by their ARNs, and %d counted",
    (count, named, leftOut) => {
      const kept = found(count);
      kept.leaveOut();
      expect(new Set(names(kept))).toEqual(
        new Set(Array.from({ length: named }, (_, number) => arn(number))),
      );
      expect([kept.named.length, kept.leftOut]).toEqual([named, leftOut]);
    },
  );

  it("are never many more in memory than can be named", () => {
    const kept = new KeptDrifts();
    let most = 0;
    for (let number = 0; number < 10_000; number++) {
      kept.keep(drift(number));
      most = Math.max(most, kept.named.length);
    }
    expect(most).toBeLessThan(2_000);
    expect(most).toBeGreaterThan(1_000);
  });

  it("are known by their ARN, and forgotten by it and no other", () => {
    const kept = found(3);
    kept.keep(undefined);
    expect([kept.has(arn(1)), kept.has(arn(7))]).toEqual([true, false]);
    kept.forget(arn(7));
    kept.forget(arn(1));
    expect(names(kept)).toEqual([arn(2), arn(0)]);
    expect(kept.has(arn(1))).toBe(false);
  });
});
