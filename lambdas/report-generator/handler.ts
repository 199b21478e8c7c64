/** The report generator as Lambda runs it: this file only connects; generate.ts is the story. */

import { ConfigServiceClient } from "@aws-sdk/client-config-service";
import { S3Client } from "@aws-sdk/client-s3";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { Context } from "aws-lambda";
import { clientConfig, clientOfTarget, readerConfig } from "../common/aws/clients";
import { invocationTime } from "../common/aws/retry";
import { resourceNames } from "../common/deployment/names";
import { type Place, placeOf, readSettings } from "../common/deployment/place";
import type { ReportGeneratorSettings } from "../common/deployment/settings";
import type { Log } from "../common/monitoring/log";
import { organizationDependencies } from "../common/organization-run/clients";
import { runDependencies } from "../common/runs/dependencies";
import { asError } from "../common/values/errors";
import { answer, type ReportAnswer, type ReportGenerator } from "./answer";
import { S3ReportStore } from "./bucket/storage";
import type { ReportDependencies } from "./generate";
import { importManagedRules } from "./managed-rules/import";
import { MANAGED_RULES } from "./managed-rules/scan";
import { isFromEventBridge, parseEvent } from "./request/event";
import { importFindings } from "./security-hub/import";

/** Whether the archive is one that tells AWS Security Hub, as program/bundle.ts says: others do not hold its client. */
declare const TELLS_SECURITY_HUB: boolean;
/** The same of whoever reads an organization's accounts. */
declare const SCANS_ORGANIZATION: boolean;

const { organization, ...settings } = readSettings<ReportGeneratorSettings>(__dirname);

/** A part of a report is up to 8 MiB, which a slow second must not make a failure. */
const UPLOAD_TIMEOUT_MS = 120_000;

let connected: ReportGenerator | undefined;

/**
 * Answers a report request with the report, a managed rule's change of compliance with the row it became, and a step of
 * a run over an organization with what the next one goes by.
 * @throws InvalidInputError naming the field of an event that is not understood and what is allowed.
 */
export async function handler(event: unknown, context: Context): Promise<ReportAnswer> {
  invocationTime.begin(context);
  connected ??= connect(placeOf(context));
  try {
    return await answer(connected, parseEvent(event, isFromEventBridge(context.invokedFunctionArn)));
  } catch (caught) {
    connected.report.log.error("event was not answered", asError(caught), {
      requestId: context.awsRequestId,
    });
    throw caught;
  }
}

function connect(place: Place): ReportGenerator {
  const managed = {
    ...runDependencies(place),
    config: new ConfigServiceClient(clientConfig(place)),
    configOf: clientOfTarget((target) => new ConfigServiceClient(readerConfig(target))),
    place,
    exceptions: settings.exceptions,
    reportSchedule: settings.reportSchedule,
    ...(SCANS_ORGANIZATION &&
      organization && { organization: organizationDependencies(place, MANAGED_RULES, organization) }),
  };
  const s3 = new S3Client(clientConfig(place, UPLOAD_TIMEOUT_MS));
  const bucket = resourceNames(place.environmentSuffix).reportBucket(place.accountId);
  const store = new S3ReportStore(s3, bucket, place.accountId);
  const report: ReportDependencies = {
    history: managed.history,
    settings,
    source: {
      environmentSuffix: place.environmentSuffix,
      accountId: place.accountId,
      region: place.region,
    },
    store,
    now: managed.now,
    sleep: managed.sleep,
    importManagedRules: (instant, trigger) => importManagedRules(settings.rules, instant, trigger, managed),
    ...(TELLS_SECURITY_HUB && { exportFindings: findingsExport(place, store, managed.log) }),
    log: managed.log,
  };
  return { managed, report };
}

function findingsExport(place: Place, store: S3ReportStore, log: Log): ReportDependencies["exportFindings"] {
  const { requestHandler } = clientConfig(place);
  // With the SDK's few attempts: the next report sends again what an unreachable Security Hub did not take.
  const client = new SecurityHubClient({ region: place.region, requestHandler });
  return (made, sequence) => importFindings(made, sequence, { client, store, log });
}
