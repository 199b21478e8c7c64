/** What the demo shows of the record: verdicts, the chain of reports, and where a report lies. */

import { relative } from "node:path";
import type { EvaluationRow, LedgerEntry } from "../lambdas/common/history/rows";
import { FolderSource } from "../scripts/report-sources";
import { verifyChain } from "../scripts/verify-chain";
import { print, printStep, printTable, styled } from "./print";
import type { SavedReports } from "./saved-reports";

const VERDICT_ORDER = ["NON_COMPLIANT", "ERROR", "COMPLIANT", "NOT_APPLICABLE"] as const;

/** The newest verdict about each resource under a rule, and why. */
export function printVerdicts(rule: string, rows: readonly EvaluationRow[]): void {
  print();
  print(`  ${styled("bold", rule)}`);
  printTable(
    ["Verdict", "Resource", "Why"],
    VERDICT_ORDER.flatMap((verdict) =>
      rows
        .filter(({ compliance_type }) => compliance_type === verdict)
        .map((row) => [verdict, row.resource_name, row.annotation]),
    ),
  );
}

/** A run's ledger: where it looked, and what it found there. */
export function printLedger(
  rule: string,
  ledger: readonly LedgerEntry[],
  nameOf: (accountId: string) => string,
): void {
  const cells = ({ account_id, region, compliant, non_compliant, error, error_codes }: LedgerEntry) => [
    nameOf(account_id),
    region,
    String(compliant),
    String(non_compliant),
    error === 0 ? "0" : `${error} (${Object.keys(error_codes).join(", ")})`,
  ];
  print();
  print(`  ${styled("bold", rule)}`);
  printTable(["Account", "Region", "Pass", "Fail", "Not evaluated"], ledger.map(cells));
  print();
}

/** Verifies the chain of scheduled reports as an auditor would, from a copy. @throws Error when it is broken. */
export async function printChain(bucketCopy: string): Promise<void> {
  const { links, files, firstBreak } = await verifyChain(new FolderSource(bucketCopy));
  if (firstBreak) throw new Error(`the chain of reports is broken: ${firstBreak.text}`);
  printStep(
    `the chain of ${links} scheduled reports and their ${files} files is as it was written. See for ` +
      "yourself, then change a character in one of the files below reports/20… and see again:",
  );
  print(`      npm run verify-reports -- ${shown(bucketCopy)}`);
}

/** Where a report's files are. */
export function printFiles(files: SavedReports["files"]): void {
  print();
  print(`  ${styled("bold", "The report:")}       ${shown(files.html)} (open it in a browser)`);
  print(`  The same as data: ${shown(files.json)}, ${shown(files.csv)},`);
  print(`                    ${shown(files.ocsf)} (OCSF findings)`);
}

/** A path as the reader would type it. */
function shown(path: string): string {
  return relative(process.cwd(), path);
}
