/** The exceptions of the settings against the failures they cover. */

import { type Exception, exceptionId } from "../../common/rule/exceptions";
import { DAY_MS, isoInstant, plus } from "../../common/values/instants";
import { compareText } from "../../common/values/text";

/** Exceptions that end this soon are named in alerts and reports. */
const EXPIRING_SOON_MS = 14 * DAY_MS;

/** An exception at the end of the period. */
export interface ExceptionEntry {
  readonly exceptionId: string;
  readonly status: "in-use" | "unused" | "expired" | "not-in-settings";
  /** In force now and over within 14 days. */
  readonly expiringSoon: boolean;
  /** Failing resources it covers. */
  readonly covers: number;
  /** null: rows name an exception that the settings no longer have. */
  readonly terms: Exception | null;
}

/** The ids of exceptions that have expired at the instant. */
export function expiredBy(exceptions: readonly Exception[], at: string): ReadonlySet<string> {
  return new Set(exceptions.filter(({ expires }) => isoInstant(expires) <= at).map(exceptionId));
}

/**
 * Every exception of the settings, and those that only rows still name.
 * @param covered exception id → how many failures it covers at the instant
 */
export function exceptionsInUse(
  exceptions: readonly Exception[],
  covered: ReadonlyMap<string, number>,
  at: string,
): ExceptionEntry[] {
  const known = new Set<string>();
  const entries = exceptions.map((terms): ExceptionEntry => {
    const id = exceptionId(terms);
    known.add(id);
    const expires = isoInstant(terms.expires);
    const covers = covered.get(id) ?? 0;
    return {
      exceptionId: id,
      status: expires <= at ? "expired" : covers > 0 ? "in-use" : "unused",
      expiringSoon: expires > at && expires <= plus(at, EXPIRING_SOON_MS),
      covers,
      terms,
    };
  });
  for (const [id, covers] of covered) {
    if (!known.has(id)) {
      entries.push({ exceptionId: id, status: "not-in-settings", expiringSoon: false, covers, terms: null });
    }
  }
  return entries.sort(
    (a, b) =>
      compareText(a.terms?.expires ?? "", b.terms?.expires ?? "") ||
      compareText(a.exceptionId, b.exceptionId),
  );
}
