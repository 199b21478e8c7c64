/** What alerts say, for each protocol; composed here, sent elsewhere. */

import type { EvaluationRow } from "../history/rows";
import { oneLine, quoted } from "../values/text";
import { minute, percent, percentage } from "../values/words";
import type {
  AlertContext,
  AlertEntries,
  AlertEntry,
  AlertMessage,
  AlertSection,
  ExceptionUse,
  FirstSight,
  RunDigest,
} from "./alert-message";

/** SNS wants fewer than 100 characters (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
export const SUBJECT_LENGTH = 99;
/** Of a resource's name in a sentence; no name in AWS is longer, but a tag's value can come close. */
const NAME_LENGTH = 256;
/** Accounts and Regions that a digest names which are scanned for the first time; of the others it tells sums. */
const FIRST_SIGHTS_LISTED = 20;
/** Accounts that a text names one by one. */
const ACCOUNTS_NAMED = 20;
/** Of a resource's name in a subject, however long the rule's. */
const NAME_IN_SUBJECT = 20;

/** The context of a message that speaks of these places only: a bucket lies in another Region than its listing. */
export function placedAt(
  context: AlertContext,
  places: readonly { readonly account: string; readonly region: string }[],
): AlertContext {
  return {
    ...context,
    accounts: [...new Set(places.map(({ account }) => account))],
    regions: [...new Set(places.map(({ region }) => region))],
  };
}

/** A resource as messages speak of it. */
export function entryOf(row: EvaluationRow): AlertEntry {
  return {
    resource: row.resource_id,
    name: row.resource_name,
    type: row.resource_type,
    account: row.account_id,
    region: row.region,
    ...(row.owner && { owner: row.owner }),
    annotation: row.annotation,
    ...(row.open_since && { openSince: row.open_since }),
  };
}

/** One resource began to fail. */
export function driftMessage(context: AlertContext, row: EvaluationRow, openedAt: string): AlertMessage {
  const { resource_name: name, resource_type: type, annotation } = row;
  const subject = (called: string) =>
    `[${context.severity.toUpperCase()}] Drift: ${called} fails ${context.rule}`;
  const room = SUBJECT_LENGTH - subject('""').length;
  return {
    kind: "drift",
    context: placedAt(context, [entryOf(row)]),
    subject: subject(quoted(name, Math.max(room, NAME_IN_SUBJECT))),
    sms: `Compliance drift (${context.severity}): ${quoted(name, NAME_LENGTH)} fails ${context.rule}. ${annotation}`,
    lines: [
      `${quoted(name, NAME_LENGTH)} began to fail the rule "${context.title}".`,
      "",
      ...table([
        ["Resource", row.resource_id],
        ["Type", type],
        ["Found", annotation],
        ["Since", minute(row.open_since ?? openedAt)],
        ["Rule", `${context.rule} (severity ${context.severity})`],
        ["Account", `${row.account_id}, ${row.region}`],
        ...(row.owner ? ([["Owner", quoted(row.owner, NAME_LENGTH)]] as const) : []),
      ]),
      "",
      `What to do: ${context.remediation}`,
    ],
    sections: [],
    closing: [],
    data: { instant: openedAt, resource: entryOf(row), observed: row.observed },
  };
}

/** More drift than anybody wants single messages of; what was told singly is not among it. */
export function foldedDriftMessage(context: AlertContext, drifts: AlertEntries): AlertMessage {
  const resources = drifts.count === 1 ? "1 more resource" : `${drifts.count} resources`;
  const fail = `${resources} ${drifts.count === 1 ? "fails" : "fail"} ${context.rule}`;
  return {
    kind: "drift",
    context: placedAt(context, drifts.entries),
    subject: `[${context.severity.toUpperCase()}] Drift: ${fail}`,
    sms: `Compliance drift (${context.severity}): ${fail}.`,
    lines: [`${resources} began to fail the rule "${context.title}" within a short time.`],
    sections: [resourceSection("drifts", "Began to fail", drifts)],
    closing: [`What to do: ${context.remediation}`],
    data: {},
  };
}

/**
 * The summary of a run.
 * @returns undefined when nothing fails and nothing changed.
 */
export function digestMessage(context: AlertContext, digest: RunDigest): AlertMessage | undefined {
  const { newlyFailing, stillFailing, resolved, errors, totals: counts } = digest;
  const failing = newlyFailing.count + stillFailing.count;
  const ending = digest.exceptions.filter(({ endsSoon, covers }) => endsSoon && covers > 0);
  if (failing + resolved.count + errors.count + ending.length === 0) return undefined;

  const score = percent(percentage(counts.compliant, counts.evaluated), "no score");
  const coverage = percent(percentage(counts.evaluated, counts.evaluated + counts.error), "none");
  const inUse = digest.exceptions.filter(({ covers }) => covers > 0);
  const summary =
    `${failing} failing (${newlyFailing.count} new), ${resolved.count} resolved, ${errors.count} not ` +
    "evaluated";
  return {
    kind: "digest",
    context,
    subject: `[${context.severity.toUpperCase()}] ${context.rule}: ${summary}`,
    sms: `Compliance ${context.rule}: ${summary}. Score ${score} at ${coverage} coverage.`,
    lines: [
      `${context.title}: run of ${minute(digest.instant)}`,
      ...(digest.standardChanged
        ? ["The standard has changed since the run before: what is new may be so by that."]
        : []),
      ...firstSightLines(digest.firstSights),
      "",
      ...table([
        ["Score", `${score} (${counts.compliant} of ${counts.evaluated} evaluated resources pass)`],
        ["Coverage", `${coverage} (${counts.error} could not be evaluated)`],
        ["Listed", `${counts.listed}, of which ${counts.notApplicable} not applicable`],
        [
          "Failing",
          `${failing}, of which ${newlyFailing.count} new; ${counts.excepted} more under exceptions`,
        ],
        ["Severity", context.severity],
        ["Account", placesOf(context)],
      ]),
    ],
    sections: [
      resourceSection("newlyFailing", "Newly failing", newlyFailing),
      resourceSection("stillFailing", "Still failing", stillFailing),
      resourceSection("resolved", "Resolved", resolved),
      resourceSection("errors", "Could not be evaluated", errors),
      exceptionSection("exceptionsInUse", "Exceptions in use", inUse),
      exceptionSection(
        "exceptionsUnused",
        "Exceptions that match no failing resource, to be removed perhaps",
        digest.exceptions.filter(({ covers, expired }) => covers === 0 && !expired),
      ),
      exceptionSection(
        "exceptionsExpired",
        "Expired exceptions",
        digest.exceptions.filter(({ expired }) => expired),
      ),
    ],
    closing: [`What to do: ${context.remediation}`],
    data: {
      instant: digest.instant,
      totals: counts,
      ...(digest.firstSights.length > 0 && {
        firstScanned: digest.firstSights.slice(0, FIRST_SIGHTS_LISTED),
        ...(digest.firstSights.length > FIRST_SIGHTS_LISTED && {
          firstScannedLeftOut: digest.firstSights.length - FIRST_SIGHTS_LISTED,
        }),
      }),
    },
  };
}

/** An organization is a thousand accounts with many Regions each, which nobody reads one by one. */
function firstSightLines(firstSights: readonly FirstSight[]): string[] {
  const leftOut = firstSights.slice(FIRST_SIGHTS_LISTED);
  const sum = (count: (one: FirstSight) => number) => leftOut.reduce((total, one) => total + count(one), 0);
  const accounts = new Set(leftOut.map(({ account }) => account)).size;
  return [
    ...firstSights
      .slice(0, FIRST_SIGHTS_LISTED)
      .map(
        ({ account, region, listed, failing }) =>
          `Scanned for the first time: ${region} in ${account}, ${listed} listed, ${failing} failing.`,
      ),
    ...(leftOut.length === 0
      ? []
      : [
          `Scanned for the first time: ${leftOut.length} more Regions of ${accounts} accounts, ` +
            `${sum(({ listed }) => listed)} listed, ${sum(({ failing }) => failing)} failing.`,
        ]),
  ];
}

function placesOf({ accounts, regions }: AlertContext): string {
  const named = accounts.length > ACCOUNTS_NAMED ? `${accounts.length} accounts` : accounts.join(", ");
  return `${named}; ${regions.join(", ")}`;
}

/** A run that could not be completed. */
export function failureMessage(context: AlertContext, instant: string, error: Error): AlertMessage {
  return {
    kind: "system",
    context,
    subject: `[SCANNER] The run of ${context.rule} at ${minute(instant)} did not complete`,
    sms: `Compliance scanner: the run of ${context.rule} at ${minute(instant)} did not complete (${error.name}).`,
    lines: [
      `The run of ${context.rule} at ${minute(instant)} did not complete. Until one`,
      "does, reports do not show the present state.",
      "",
      ...table([
        ["Error", error.name],
        ["Message", error.message],
        ["Account", placesOf(context)],
      ]),
    ],
    sections: [],
    closing: [],
    data: { instant, error: { name: error.name, message: error.message } },
  };
}

/** One line of text for one resource. */
export function entryLine({ name, resource, owner, annotation, openSince }: AlertEntry): string {
  const title = resource.endsWith(name) ? resource : `${name} (${resource})`;
  const whose = owner ? ` Owner: ${quoted(owner, NAME_LENGTH)}.` : "";
  return oneLine(`${title}: ${annotation}${whose}${openSince ? ` Since ${minute(openSince)}.` : ""}`);
}

function resourceSection(key: string, heading: string, { entries, count }: AlertEntries): AlertSection {
  return { key, heading, count, entries: entries.map((entry) => ({ line: entryLine(entry), data: entry })) };
}

/** Those that end soon come first: they must not be among what is cut. */
function exceptionSection(key: string, heading: string, uses: readonly ExceptionUse[]): AlertSection {
  const urgentFirst = [...uses].sort((a, b) => Number(b.endsSoon) - Number(a.endsSoon));
  const entries = urgentFirst.map(({ exception, covers, endsSoon, expired }) => ({
    line: oneLine(
      `${exception.ticket}: ${exception.resource}, covers ${covers}, until ${exception.expires}` +
        `${endsSoon ? " (ENDS WITHIN 14 DAYS)" : ""}; owner ${exception.owner}, approved by ${exception.approver}`,
    ),
    data: { ...exception, covers, endsSoon, expired },
  }));
  return { key, heading, count: uses.length, entries };
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows.map(([label, value]) => `${`${label}:`.padEnd(width)}${oneLine(value)}`);
}
