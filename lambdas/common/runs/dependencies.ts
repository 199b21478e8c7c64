/** What runs and change events are carried out with. */

import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { Alerts } from "../alerts/alerts";
import { Claims } from "../alerts/claims";
import type { DriftDependencies } from "../alerts/drift";
import { Windows } from "../alerts/windows";
import { clientConfig } from "../aws/clients";
import { documentClient } from "../aws/documents";
import { alertTopicArn, resourceNames } from "../deployment/names";
import type { Place } from "../deployment/place";
import { History } from "../history/history";
import { FEW_EVALUATIONS } from "../history/reader";
import { jsonLog, type Log } from "../monitoring/log";
import { RunLeases } from "./leases";

/** What runs and single evaluations are recorded and told of with. */
export interface RunDependencies extends DriftDependencies {
  readonly history: History;
  readonly leases: RunLeases;
  /** Up to so many rows of its own a run reads along, to ask half as often for those of others. */
  readonly fewEvaluations: number;
  readonly log: Log;
}

/** What runs and change events need, made from the place alone. */
export function runDependencies(place: Place): RunDependencies {
  const names = resourceNames(place.environmentSuffix);
  const dynamodb = documentClient(new DynamoDBClient(clientConfig(place)));
  const topicArn = alertTopicArn(place.environmentSuffix, place.partition, place.region, place.accountId);
  const clock = { now: () => new Date(), sleep: (milliseconds: number) => sleep(milliseconds) };
  return {
    ...clock,
    history: new History(dynamodb, names.historyTable),
    claims: new Claims(dynamodb, names.historyTable, clock),
    leases: new RunLeases(dynamodb, names.historyTable, clock),
    fewEvaluations: FEW_EVALUATIONS,
    windows: new Windows(dynamodb, names.historyTable),
    alerts: new Alerts(new SNSClient(clientConfig(place)), topicArn),
    log: jsonLog(place.environmentSuffix),
  };
}
