/** AWS Config's event of a change of compliance under one of its managed rules. */

import type { ResourceKey, ResourceType } from "@aws-sdk/client-config-service";
import * as v from "valibot";
import type { Place } from "../../common/deployment/place";
import type { ReportedRule } from "../../common/deployment/settings";
import { check, fieldsAmongOthers, INSTANT, oneOf, TEXT } from "../../common/values/check";

/** Of what a compliance change tells. */
export interface ComplianceChange {
  readonly rule: ReportedRule;
  readonly key: ResourceKey;
  readonly instant: string;
  /** When AWS Config recorded the new verdict; undefined when there is none, as of a deleted resource. */
  readonly recordedAt: string | undefined;
}

const NEW_RESULT = fieldsAmongOthers({
  complianceType: oneOf(["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"]),
  resultRecordedTime: INSTANT,
});

/**
 * Reads the event (https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html).
 * @param rules of which the managed ones can have changes.
 * @throws InvalidInputError naming everything that is wrong and what is allowed.
 */
export function parseComplianceChange(
  event: unknown,
  rules: readonly ReportedRule[],
  { accountId, region }: Place,
): ComplianceChange {
  const managed = new Map(
    rules.filter(({ kind }) => kind === "managed").map((rule) => [rule.configRuleName, rule]),
  );
  const schema = fieldsAmongOthers({
    account: oneOf([accountId]),
    region: oneOf([region]),
    time: v.optional(v.unknown()),
    detail: fieldsAmongOthers({
      awsAccountId: oneOf([accountId]),
      awsRegion: oneOf([region]),
      configRuleName: v.pipe(
        oneOf([...managed.keys()]),
        v.transform((name) => managed.get(name) as ReportedRule),
      ),
      resourceType: v.pipe(
        TEXT,
        v.transform((type) => type as ResourceType),
      ),
      resourceId: TEXT,
      notificationCreationTime: v.optional(v.unknown()),
      newEvaluationResult: v.nullish(NEW_RESULT),
    }),
  });
  const { time, detail } = check(schema, event, "event", { within: "" });
  const { configRuleName: rule, resourceType, resourceId, newEvaluationResult } = detail;
  return {
    rule,
    key: { resourceType, resourceId },
    instant: check(INSTANT, detail.notificationCreationTime ?? time, "detail.notificationCreationTime"),
    recordedAt: newEvaluationResult?.resultRecordedTime,
  };
}
