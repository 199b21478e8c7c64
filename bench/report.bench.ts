/**
 * What a report over a large company and a month of six-hourly sweeps takes: the report generator's own archive,
 * which reads the history and writes the files over HTTP, against an AWS that answers at once (bench/instant-aws.ts).
 */

import type { FunctionDeclaration } from "../emulator/stack/function-declaration";
import type { ReportSettings } from "../lambdas/common/deployment/settings";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import { declaredFunctions, measure, startAws } from "./measure";
import type { Measurement } from "./measured";
import { KINDS } from "./resources";
import type { HistorySize, Standard } from "./rule-history";

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** What a report must get along with, whatever the number of rules. */
const MOST = { processorSeconds: 60, peakRssMib: 512 } as const;

/** A company that has chosen these has more rules than are measured. */
const CHOSEN_STANDARDS = ["cis-aws-3.0", "aws-fsbp"];
/** How many rules the resources are under, the same number each. */
const RULES = [40, 3, 1];

/**
 * Prints what a report takes if the resources are under forty rules, under the three custom rules, and if one rule has
 * them all. The process ends with 1 when one takes more than it must.
 * @param size resources, each under one rule, days of history, how many rules at most, and the accounts and Regions of
 *   an organization
 */
export async function benchReport({
  resources,
  days,
  rules: most,
  spread,
}: Omit<HistorySize, "standards"> & { readonly rules: number }): Promise<void> {
  const { reportGenerator, standards: custom } = await declaredFunctions({ standards: CHOSEN_STANDARDS });
  const { memoryMb, timeoutSeconds } = reportGenerator;
  console.log(
    `A report over ${resources.toLocaleString("en")} resources and ${days} days; the function has ` +
      `${memoryMb} MB and ${timeoutSeconds} s.`,
  );
  // The custom ones come first.
  const all = Object.entries({ ...custom, ...managedStandards(reportGenerator) });
  for (const rules of RULES.filter((count) => count <= most).map((count) => all.slice(0, count))) {
    const standards = Object.fromEntries(rules);
    const aws = await startAws({
      resources: Math.floor(resources / rules.length),
      days,
      standards,
      ...(spread && { spread }),
    });
    try {
      const event = { from: new Date(Date.now() - days * DAY_MS).toISOString() };
      const generator = reportingOn(reportGenerator, Object.keys(standards));
      const measurement = await measure(generator, aws, { event, collects: false });
      const { seconds, processorSeconds, peakRssMib, result } = measurement;
      const { rows, uploads } = await aws.served();
      const { summary } = result as ReportResult;
      const { inUseMib } = await measure(generator, aws, { event, collects: true });
      const files = Object.entries(uploads).map(
        ([key, bytes]) => `${key.slice(key.lastIndexOf(".") + 1)} ${Math.round(bytes / MIB)} MiB`,
      );
      const share = ((100 * seconds) / timeoutSeconds).toFixed(1);
      const rate = Math.round(rows / seconds).toLocaleString("en");
      const [failing, opened] = [summary.nonCompliant, summary.opened].map((n) => n.toLocaleString("en"));
      const lines = [
        `\nunder ${rules.length === 1 ? "one rule" : `${rules.length} rules`}`,
        `  time               ${seconds.toFixed(1)} s, ${share} % of what the function has`,
        `  processor          ${processorSeconds.toFixed(1)} s`,
        `  rows read          ${rows.toLocaleString("en")}, ${rate} a second`,
        `  peak memory (RSS)  ${peakRssMib} MiB with no limit`,
        `  in use             ${inUseMib} MiB, what forced collections leave`,
        `  files              ${files.join(", ")}`,
        `  it says            score ${summary.score} %, ${failing} failing, ${opened} opened`,
        `  limits             ${verdict(measurement)}`,
      ];
      console.log(lines.join("\n"));
    } finally {
      aws.stop();
    }
  }
}

function verdict({ processorSeconds, peakRssMib }: Measurement): string {
  const isWithin = processorSeconds <= MOST.processorSeconds && peakRssMib <= MOST.peakRssMib;
  if (!isWithin) process.exitCode = 1;
  return `${MOST.processorSeconds} s of processor and ${MOST.peakRssMib} MiB: ${isWithin ? "kept" : "NOT KEPT"}`;
}

/** By what the managed rules judge of which the benchmarks have resources. */
function managedStandards({ files }: FunctionDeclaration): Record<string, Standard> {
  const { rules } = JSON.parse(files["settings.json"] ?? "") as ReportSettings;
  const managed = rules.filter(
    ({ name, kind }) => kind === "managed" && KINDS.some(({ rule }) => rule.name === name),
  );
  return Object.fromEntries(managed.map(({ name, parameters }) => [name, { parameters }]));
}

/**
 * The function with these rules alone, as if AWS Config had nothing to import by now: there is no AWS Config here, and
 * a managed rule is in the history like any other.
 */
function reportingOn(declaration: FunctionDeclaration, names: readonly string[]): FunctionDeclaration {
  const settings = JSON.parse(declaration.files["settings.json"] ?? "") as ReportSettings;
  const rules = settings.rules
    .filter(({ name }) => names.includes(name))
    .map((rule) => ({ ...rule, kind: "custom" as const }));
  return {
    ...declaration,
    files: { ...declaration.files, "settings.json": JSON.stringify({ ...settings, rules }) },
  };
}
