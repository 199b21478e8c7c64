import type { AlertContext } from "../../common/alerts/alert-message";
import { newestReportLink, newestReportUri, type Place } from "../../common/deployment/place";
import type { ReportedRule } from "../../common/deployment/settings";
import type { RowContext } from "../../common/history/row";
import type { Trigger } from "../../common/history/rows";
import { type Exception, RuleExceptions } from "../../common/rule/exceptions";
import { parametersHash } from "../../common/values/hash";

/** The version of rules that AWS maintains. */
const MANAGED_VERSION = "aws-managed";

/** What the rows of one import or change under a managed rule have in common, and what alerts say of the rule. */
export function contextOf(
  rule: ReportedRule,
  instant: string,
  trigger: Trigger,
  { place, exceptions }: { readonly place: Place; readonly exceptions: readonly Exception[] },
  accounts: readonly string[] = [place.accountId],
): { context: RowContext; alert: AlertContext } {
  const { name, title, remediation, severity, parameters = {} } = rule;
  return {
    context: {
      rule: { name, version: MANAGED_VERSION },
      parametersHash: parametersHash(parameters),
      exceptions: new RuleExceptions(exceptions, name),
      trigger,
      instant,
    },
    alert: {
      rule: name,
      title,
      remediation,
      severity,
      environmentSuffix: place.environmentSuffix,
      accounts,
      regions: [place.region],
      reportUri: newestReportUri(place),
      reportLink: newestReportLink(place),
    },
  };
}
