/** The stable names of the bucket, held against the end of the chain and the reports on demand. */

import { collect } from "../lambdas/common/values/collect";
import { ENDINGS, FORMS, type Form } from "../lambdas/report-generator/bucket/chain";
import { manifestKey, ON_DEMAND_PREFIX } from "../lambdas/report-generator/content/report-keys";
import { digest, type ReportSource } from "./report-objects";
import { demandFiles } from "./verify-demand";
import type { Break, ReadLink } from "./verify-links";

/** The stable names, one a form. */
export const LATEST: readonly string[] = FORMS.map(latestKey);
/** The newest report says which link it is or follows: that finds links cut off at the end. */
export async function checkTail(
  source: ReportSource,
  last: ReadLink | undefined,
): Promise<Break | undefined> {
  const end = last?.manifest.sequence ?? 0;
  const latest = await digest(source, latestKey("json"));
  if (latest === undefined) return undefined;
  if (latest.head === undefined) return latestBreak(end, "json", "is not what a report run writes");
  const { chain } = latest.head;
  const known = chain?.sequence ?? chain?.previous?.sequence ?? 0;
  if (known <= end) return undefined;
  const text = `the newest report knows of report ${known}, and the chain ends with ${end}`;
  return { kind: "missing", sequence: end + 1, key: manifestKey(end + 1), text };
}

/** The stable names hold the last link's files, or those of a report on demand that follows it. */
export async function checkLatest(
  source: ReportSource,
  last: ReadLink | undefined,
): Promise<Break | undefined> {
  const end = last?.manifest.sequence ?? 0;
  const onDemand = [...demandFiles(await collect(source.keys(ON_DEMAND_PREFIX)))];
  const head = (await digest(source, latestKey("json")))?.head;
  const isOnDemand =
    head?.kind === "on-demand" && (last === undefined || head.chain?.previous?.sequence === end);
  // A report of the time before there was this form has none to copy.
  const hasOcsf = isOnDemand
    ? onDemand.some((key) => key.endsWith(`/${head.reportId}.${ENDINGS.ocsf}`))
    : last?.manifest.files.some(({ form }) => form === "ocsf");
  for (const form of FORMS) {
    const found = await digest(source, latestKey(form));
    if (found === undefined) {
      if (last === undefined && head === undefined) continue;
      if (form === "ocsf" && !hasOcsf) continue;
      return latestBreak(end, form, "is missing", "missing");
    }
    const original = isOnDemand
      ? onDemand.find((key) => key.endsWith(`/${head.reportId}.${ENDINGS[form]}`))
      : last?.manifest.files.find((file) => file.form === form)?.key;
    const expected = original === undefined ? undefined : await digest(source, original);
    if (expected?.sha256 !== found.sha256) {
      return latestBreak(end, form, "is neither the last report nor one on demand that follows it");
    }
  }
  return undefined;
}

/** The stable name of the newest report in a form. */
export function latestKey(form: Form): string {
  return `reports/latest.${ENDINGS[form]}`;
}

function latestBreak(sequence: number, form: Form, what: string, kind: Break["kind"] = "changed"): Break {
  const key = latestKey(form);
  return { kind, sequence, key, text: `${key} ${what}` };
}
