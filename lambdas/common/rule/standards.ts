/**
 * Standards whose controls the rules support, by the ids that settings, rules and reports have → what people call them.
 */
export const STANDARD_TITLES = {
  "cis-aws-3.0": "CIS AWS Foundations Benchmark 3.0",
  "aws-fsbp": "AWS Foundational Security Best Practices",
  "pci-dss-4.0": "PCI DSS 4.0",
  "soc-2": "SOC 2",
} as const;

/** Id of a standard. */
export type StandardId = keyof typeof STANDARD_TITLES;

/** What people call the standard; reports from before there were ids name it by its short title. */
export function standardTitle(standard: string): string {
  return new Map<string, string>(Object.entries(STANDARD_TITLES)).get(standard) ?? standard;
}
