/**
 * What a report over a large company and a month of six-hourly sweeps takes: the report generator's own archive,
 * which reads the history and writes the files over HTTP, against an AWS that answers at once (bench/instant-aws.ts).
 */

import type { FunctionDeclaration } from "../emulator/stack/lambda";
import type { ReportSettings } from "../lambdas/common/deployment/settings";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import type { HistorySize } from "./instant-history";
import { declaredFunctions, measure, startAws } from "./measure";

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/**
 * Prints what a report takes if the resources are under three rules, a third each, and if one rule has them all.
 * @param size resources, each under one rule, days of history, and the accounts and Regions of an organization
 */
export async function benchReport({
  resources,
  days,
  spread,
}: Omit<HistorySize, "standards">): Promise<void> {
  const { reportGenerator, standards } = await declaredFunctions();
  const { memoryMb, timeoutSeconds } = reportGenerator;
  console.log(
    `A report over ${resources.toLocaleString("en")} resources and ${days} days; the function has ${memoryMb} MB and ${timeoutSeconds} s.`,
  );
  for (const rules of [Object.keys(standards), Object.keys(standards).slice(0, 1)]) {
    const aws = await startAws({
      resources: Math.floor(resources / rules.length),
      days,
      standards,
      ...(spread && { spread }),
    });
    try {
      const event = { from: new Date(Date.now() - days * DAY_MS).toISOString() };
      const generator = reportingOn(reportGenerator, rules);
      const { seconds, processorSeconds, peakRssMib, result } = await measure(generator, aws, {
        event,
        collects: false,
      });
      const { rows, uploads } = await aws.served();
      const { summary } = result as ReportResult;
      const { inUseMib } = await measure(generator, aws, { event, collects: true });
      const files = Object.entries(uploads).map(
        ([key, bytes]) => `${key.slice(key.lastIndexOf(".") + 1)} ${Math.round(bytes / MIB)} MiB`,
      );
      const lines = [
        `\nunder ${rules.join(", ")}`,
        `  time               ${seconds.toFixed(1)} s, ${((100 * seconds) / timeoutSeconds).toFixed(1)} % of what the function has`,
        `  processor          ${processorSeconds.toFixed(1)} s`,
        `  rows read          ${rows.toLocaleString("en")}, ${Math.round(rows / seconds).toLocaleString("en")} a second`,
        `  peak memory (RSS)  ${peakRssMib} MiB with no limit`,
        `  in use             ${inUseMib} MiB, what forced collections leave`,
        `  files              ${files.join(", ")}`,
        `  it says            score ${summary.score} %, ${summary.nonCompliant.toLocaleString("en")} failing, ${summary.opened.toLocaleString("en")} opened`,
      ];
      console.log(lines.join("\n"));
    } finally {
      aws.stop();
    }
  }
}

/** The function with these rules alone: AWS Config's own are few rows, and there is no AWS Config here. */
function reportingOn(declaration: FunctionDeclaration, names: readonly string[]): FunctionDeclaration {
  const settings = JSON.parse(declaration.files["settings.json"] ?? "") as ReportSettings;
  const rules = settings.rules.filter(({ name }) => names.includes(name));
  return {
    ...declaration,
    files: { ...declaration.files, "settings.json": JSON.stringify({ ...settings, rules }) },
  };
}
