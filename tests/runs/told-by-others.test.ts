/** A run over verdicts that somebody else reached, each at its own time: nothing can be looked at again. */

import type { SNSClient } from "@aws-sdk/client-sns";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { Claims } from "../../lambdas/common/alerts/claims";
import { Windows } from "../../lambdas/common/alerts/windows";
import { History } from "../../lambdas/common/history/history";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import type { Judgement } from "../../lambdas/common/rule/judgement";
import type { RunDependencies } from "../../lambdas/common/runs/dependencies";
import { RunLeases } from "../../lambdas/common/runs/leases";
import { carryOutRun } from "../../lambdas/common/runs/run";
import { everythingIn, type Judged, type ScanEnd } from "../../lambdas/common/runs/scanned";
import { recordSingle } from "../../lambdas/common/runs/single";
import { memoryDatabase } from "../support/dynamodb";
import {
  ACCOUNT,
  alertContext,
  bucket,
  bucketArn,
  failing,
  REGION,
  RULE,
  rowContext,
} from "../support/factories";

const PASSING: Judgement = { complianceType: "COMPLIANT", annotation: "It is encrypted.", observed: {} };
const UNKNOWN: Judgement = {
  complianceType: "ERROR",
  annotation: "AWS Config has not enough data.",
  observed: {},
  errorCode: "INSUFFICIENT_DATA",
};
const BEFORE = "2026-11-24T06:00:00.000Z";
const SLOT = "2026-11-24T12:30:00.000Z";
const EVENT = "2026-11-24T12:30:20.000Z";
const END = "2026-11-24T12:31:00.000Z";

const database = memoryDatabase();
afterAll(() => database.close());

let now: string;
let told: string[];
let dependencies: RunDependencies;
beforeEach(async () => {
  const table = await database.newTable();
  const clock = { now: () => new Date(now), sleep: async () => {} };
  told = [];
  const send = async ({ input }: { input: { Subject: string } }) => told.push(input.Subject);
  dependencies = {
    ...clock,
    history: new History(database.client, table),
    claims: new Claims(database.client, table, clock),
    leases: new RunLeases(database.client, table, clock),
    fewEvaluations: FEW_EVALUATIONS,
    windows: new Windows(database.client, table),
    alerts: new Alerts({ send } as unknown as SNSClient, "arn:aws:sns:us-east-1:111122223333:alerts"),
    log: jsonLog("test", undefined, () => {}),
  };
});

async function run(instant: string, endsAt: string, judgement: Judgement, observedAt: string): Promise<void> {
  now = endsAt;
  async function* scanned(): AsyncGenerator<Judged | ScanEnd> {
    yield { resource: bucket(), judgement, observedAt };
    yield { everything: everythingIn("s3", { partition: "aws", accountId: ACCOUNT, region: REGION }) };
  }
  const plan = {
    context: rowContext({ instant }),
    alert: alertContext(),
    schedule: "rate(6 hours)",
    sendsDigest: false,
    targets: [{ accountId: ACCOUNT, region: REGION }],
  };
  await carryOutRun(plan, scanned(), dependencies);
}

/** An event that is recorded at its own time, and of which nobody comes to telling. */
async function event(judgement: Judgement | undefined): Promise<void> {
  now = EVENT;
  const context = rowContext({ trigger: "change", instant: EVENT });
  const evaluation = { resource: bucket(), judgement, isLive: false, lookedAt: EVENT };
  await recordSingle(context, evaluation, dependencies);
}

const newest = () => dependencies.history.latest(bucketArn("ledger"), RULE);

beforeEach(() => run(BEFORE, BEFORE, PASSING, BEFORE));

describe("an event of after a run's instant that says otherwise than the run's verdict", () => {
  it.each([
    ["older", "2026-11-24T12:30:10.000Z"],
    ["as old", EVENT],
  ])("stays when the verdict is %s, and its failure is told by the run", async (_, observedAt) => {
    await event(failing());
    await run(SLOT, END, PASSING, observedAt);
    expect(await newest()).toMatchObject({ compliance_type: "NON_COMPLIANT", trigger: "change" });
    expect(told).toEqual(['[HIGH] Drift: "ledger" fails s3-bucket-encryption']);
  });

  it("is followed by the verdict when that is newer, and its failure is not told: it is over", async () => {
    await event(failing());
    await run(SLOT, END, PASSING, "2026-11-24T12:30:40.000Z");
    expect(await newest()).toMatchObject({
      evaluation_timestamp: `${END}#${RULE}`,
      compliance_type: "COMPLIANT",
      transition: "resolved",
    });
    expect(told).toEqual([]);
  });

  it("is followed by a newer verdict that there is none, with why", async () => {
    await event(failing());
    await run(SLOT, END, UNKNOWN, "2026-11-24T12:30:40.000Z");
    expect(await newest()).toMatchObject({
      evaluation_timestamp: `${END}#${RULE}`,
      compliance_type: "ERROR",
      error_code: "INSUFFICIENT_DATA",
    });
  });

  it("leaves a resource gone that the older verdict is about", async () => {
    await event(undefined);
    await run(SLOT, END, PASSING, "2026-11-24T12:30:10.000Z");
    expect(await newest()).toMatchObject({ gone: true });
    expect(told).toEqual([]);
  });
});
