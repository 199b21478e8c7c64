/** A report from question to bucket: period, import, state, files, and a manifest. */

import type { ReportSettings } from "../common/deployment/settings";
import type { Log } from "../common/monitoring/log";
import { asError, InvalidInputError } from "../common/values/errors";
import { parametersHash } from "../common/values/hash";
import { plus } from "../common/values/instants";
import { Chain, type Link, type Manifest, watchedRules } from "./bucket/chain";
import { headOf, seal } from "./bucket/demand-manifest";
import { keepSettings } from "./bucket/kept-settings";
import { ownStandard, standardOf } from "./bucket/standard-in-force";
import { KeyTakenError, type ReportStore } from "./bucket/storage";
import { assembleReport } from "./content/assemble";
import type { Report } from "./content/report";
import { ON_DEMAND_PREFIX } from "./content/report-keys";
import type { AssemblyDependencies } from "./content/request";
import type { LastReport } from "./content/since-last-report";
import {
  alreadyMade,
  freeStem,
  idOf,
  publishLatest,
  type ReportResult,
  urisOf,
  writeFiles,
} from "./report-files";
import type { ReportQuestion } from "./request/event";
import { onDemandPeriod, scheduledPeriod } from "./request/period";

/** What makes a report, all of it passed in. */
export interface ReportDependencies extends AssemblyDependencies {
  /** Those that the program was deployed with. */
  readonly settings: ReportSettings;
  readonly store: ReportStore;
  readonly now: () => Date;
  /** Brings the managed rules' results into the history, as of an instant. */
  readonly importManagedRules: (instant: string, trigger: "sweep" | "on-demand") => Promise<void>;
  /** Tells the outside of a scheduled report's findings, by the number of its manifest; must not throw. */
  readonly exportFindings?: (report: Report, sequence: number) => Promise<void>;
  readonly log: Pick<Log, "info" | "error">;
}

const ATTEMPTS = 5;
const RACE_WAIT_MS = 1_000;
/** Clocks differ by less. A report of a time to come would keep every scheduled one until then from being made. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/**
 * Answers a report request.
 * @throws InvalidInputError when the period asked for is in the future or empty; Error when the chain ends in the
 *   future, or when a manifest or the settings that were in force are missing or changed; whatever history and store
 *   throw.
 */
export async function generateReport(
  dependencies: ReportDependencies,
  request: ReportQuestion,
): Promise<ReportResult> {
  const result =
    request.kind === "scheduled"
      ? await scheduledReport(dependencies, request)
      : await onDemandReport(dependencies, request);
  // Outside the bucket, so that even a chain rewritten as a whole can be found out.
  dependencies.log.info("report", {
    status: result.status,
    reportId: result.reportId,
    period: result.period,
    score: result.summary.score,
    coverage: result.summary.coverage,
    files: result.files,
    manifest: result.manifest,
  });
  return result;
}

async function scheduledReport(
  dependencies: ReportDependencies,
  { time, eventId }: Extract<ReportQuestion, { kind: "scheduled" }>,
): Promise<ReportResult> {
  const { store, settings } = dependencies;
  const chain = new Chain(store);
  const latest = plus(dependencies.now().toISOString(), CLOCK_SKEW_MS);
  if (time > latest) throw new InvalidInputError(`time (${time}) must not be in the future`);
  let importError: Error | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    // Runs that keep meeting must not keep step.
    if (attempt > 1) await dependencies.sleep(Math.random() * RACE_WAIT_MS * attempt);
    const head = await chain.head();
    if (head !== undefined && head.manifest.period.to > latest) {
      const end = `${store.uri(head.key)} ends in the future (${head.manifest.period.to})`;
      throw new Error(`${end}: no report can follow it before then`);
    }
    if (head !== undefined && head.manifest.period.to >= time) {
      if (head.manifest.period.to === time) await publishLatest(store, head.manifest.files, head);
      return alreadyMade(store, await chain.covering(head, time));
    }
    if (attempt === 1) importError = await importManagedRules(dependencies, time, "sweep");
    const period = scheduledPeriod(time, head?.manifest.period.to);
    const stem = await freeStem(store, "reports/", time);
    const sequence = (head?.manifest.sequence ?? 0) + 1;
    // Taken before the history is read: what becomes known later is the next report's.
    const createdAt = dependencies.now().toISOString();
    const report = await assembleReport(dependencies, {
      reportId: idOf(stem),
      kind: "scheduled",
      generatedAt: createdAt,
      period,
      chain: { sequence, previous: positionOf(head) },
      standard: ownStandard({ head, own: settings, now: createdAt }),
      programVersion: settings.programVersion,
      ...(head !== undefined && {
        previousReadAt: head.manifest.createdAt,
        lastReport: lastReportOf(head),
      }),
      asKnownThen: false,
      ...(importError !== undefined && { importError }),
    });
    const files = await writeFiles(store, stem, report);
    if (files === undefined) continue;
    await keepSettings(store, settings);
    const manifest: Manifest = {
      schemaVersion: "1.1",
      sequence,
      reportId: report.reportId,
      period,
      event: { id: eventId, time },
      createdAt,
      programVersion: settings.programVersion,
      parametersHash: parametersHash(settings),
      rules: watchedRules(
        settings.rules.map(({ name }) => name),
        head?.manifest.rules ?? [],
        period.to,
      ),
      previous: headOf(head),
      files,
      summary: report.summary,
      findings: report.findings,
    };
    const link = await chain.append(manifest);
    if (link === undefined) continue;
    const names = await publishLatest(store, files, link);
    await dependencies.exportFindings?.(report, sequence);
    return {
      status: "made",
      kind: "scheduled",
      reportId: report.reportId,
      period,
      summary: report.summary,
      findings: report.findings,
      files: urisOf(store, files),
      latest: names,
      manifest: { sequence, uri: store.uri(link.key), sha256: link.sha256 },
    };
  }
  throw new Error(`other report runs kept winning the next link of the chain, ${ATTEMPTS} times in a row`);
}

async function onDemandReport(
  dependencies: ReportDependencies,
  request: Extract<ReportQuestion, { kind: "on-demand" }>,
): Promise<ReportResult> {
  const { store, settings } = dependencies;
  const now = dependencies.now().toISOString();
  const chain = new Chain(store);
  const head = await chain.head();
  const period = onDemandPeriod(request, now, head?.manifest.period.to);
  const standard = await standardOf(period, { chain, store, head, own: settings, now });
  const endsNow = period.to === now;
  const importError = endsNow ? await importManagedRules(dependencies, now, "on-demand") : undefined;
  const stem = await freeStem(store, ON_DEMAND_PREFIX, now);
  const last = await chain.endedBy(head, period.to);
  const report = await assembleReport(dependencies, {
    reportId: idOf(stem),
    kind: "on-demand",
    generatedAt: now,
    period,
    chain: { sequence: null, previous: positionOf(head) },
    standard,
    programVersion: settings.programVersion,
    asKnownThen: !endsNow,
    ...(last !== undefined && { lastReport: lastReportOf(last) }),
    ...(request.sample !== undefined && { sample: request.sample }),
    ...(importError !== undefined && { importError }),
  });
  const files = await writeFiles(store, stem, report);
  if (files === undefined) throw new KeyTakenError(`another request of the same instant has written ${stem}`);
  const sealed = await seal(store, stem, {
    schemaVersion: "1.0",
    kind: "on-demand",
    reportId: report.reportId,
    period,
    createdAt: now,
    programVersion: settings.programVersion,
    parametersHash: report.source.parametersHash,
    chainHead: headOf(head),
    files,
    summary: report.summary,
    findings: report.findings,
  });
  const isPlain = endsNow && request.from === undefined && request.sample === undefined;
  return {
    status: "made",
    kind: "on-demand",
    reportId: report.reportId,
    period,
    summary: report.summary,
    findings: report.findings,
    files: urisOf(store, files),
    latest: isPlain ? await publishLatest(store, files, head) : null,
    manifest: { sequence: null, uri: store.uri(sealed.key), sha256: sealed.sha256 },
  };
}

/** A report without the managed rules' newest results is better than none, if it says so. */
async function importManagedRules(
  { importManagedRules, log }: ReportDependencies,
  instant: string,
  trigger: "sweep" | "on-demand",
): Promise<Error | undefined> {
  try {
    await importManagedRules(instant, trigger);
    return undefined;
  } catch (caught) {
    const error = asError(caught);
    log.error("the managed rules' results could not be imported", error);
    return error;
  }
}

function positionOf(head: Link | undefined) {
  return head === undefined ? null : { sequence: head.manifest.sequence, manifestSha256: head.sha256 };
}

function lastReportOf({ manifest }: Link): LastReport {
  const { reportId, sequence, period, summary } = manifest;
  return { reportId, sequence, to: period.to, summary };
}
