/** One resource that several look at, and what stays of what each of them saw. */

import { History } from "../../lambdas/common/history/history";
import type { EvaluationRow } from "../../lambdas/common/history/rows";
import type { Judgement, Resource } from "../../lambdas/common/rule/judgement";
import { recordSingle, type SingleEvaluation } from "../../lambdas/common/runs/single";
import { memoryDatabase } from "../support/dynamodb";
import { ACCOUNT, bucket, bucketArn, failing, RULE, row, rowContext } from "../support/factories";
import { eachWorld, type World } from "../support/world";

const PASSING: Judgement = { complianceType: "COMPLIANT", annotation: "It is encrypted.", observed: {} };
const NOW = "2026-11-24T06:40:00.000Z";
const at = (time: string) => `2026-11-24T${time}:00.000Z`;
const seenAt = (time: string, change: Partial<EvaluationRow> = {}): EvaluationRow =>
  row({
    evaluation_timestamp: `${at(time)}#${RULE}`,
    observed_at: at(time),
    trigger: "change",
    ...(change.compliance_type !== "COMPLIANT" && { settled_type: "NON_COMPLIANT" }),
    ...change,
  });
const passedAt = (time: string) =>
  seenAt(time, { compliance_type: "COMPLIANT", settled_type: "COMPLIANT", transition: "resolved" });

const database = memoryDatabase();
afterAll(() => database.close());
let history: History;
beforeEach(async () => {
  history = new History(database.client, await database.newTable());
});

/** What becomes of a look at the ledger bucket, after these rows. */
async function look(
  rows: readonly EvaluationRow[],
  time: string,
  judgement: Judgement | undefined,
  { resource = bucket(), ...change }: Partial<SingleEvaluation> & { resource?: Resource } = {},
) {
  if (rows.length > 0) await history.write(rows);
  const evaluation = { resource, judgement, isLive: true, lookedAt: at(time), ...change };
  const context = rowContext({ trigger: "change", instant: at(time) });
  return recordSingle(context, evaluation, { history, now: () => new Date(NOW) });
}

const newest = () => history.latest(bucketArn("ledger"), RULE);

describe("a look", () => {
  it("that is older than what somebody else has seen is not recorded: it takes another look", async () => {
    const seen = seenAt("06:10", { observed_at: at("06:30") });
    expect(await look([seen], "06:20", PASSING)).toMatchObject({
      row: { compliance_type: "NON_COMPLIANT" },
      newer: { evaluation_timestamp: seen.evaluation_timestamp },
    });
    expect(await newest()).toMatchObject({ evaluation_timestamp: seen.evaluation_timestamp });
  });

  it("counts although somebody else could not read the resource later", async () => {
    const unread = seenAt("06:10", { compliance_type: "ERROR", observed_at: at("06:30") });
    const { newer } = await look([unread], "06:20", PASSING);
    expect(newer).toBeUndefined();
    expect(await newest()).toMatchObject({
      evaluation_timestamp: `${at("06:20")}#${RULE}`,
      compliance_type: "COMPLIANT",
    });
  });

  it("of others, who only tell what was then, takes no other look", async () => {
    const seen = seenAt("06:10", { observed_at: at("06:30") });
    const { newer } = await look([seen], "06:20", PASSING, { isLive: false });
    expect(newer).toBeUndefined();
    expect(await newest()).toMatchObject({ compliance_type: "COMPLIANT" });
  });
});

describe("a resource that another account has by now", () => {
  const elsewhere = () => seenAt("06:10", { account_id: "444455556666" });

  it("is not closed by its former account, which has it no more", async () => {
    const { row: told, drift } = await look([elsewhere()], "06:20", undefined);
    expect(told).toMatchObject({ account_id: "444455556666", compliance_type: "NON_COMPLIANT" });
    expect(drift).toBeUndefined();
    expect(await newest()).toMatchObject({ evaluation_timestamp: `${at("06:10")}#${RULE}` });
  });

  it("is recorded as the account's in which it is seen", async () => {
    await look([elsewhere()], "06:20", failing());
    expect(await newest()).toMatchObject({
      evaluation_timestamp: `${at("06:20")}#${RULE}`,
      account_id: ACCOUNT,
    });
  });
});

it("a failure that two saw begin is one, of which the claims since it last passed tell", async () => {
  await history.commit({
    resource_id: `run#${RULE}`,
    evaluation_timestamp: `${at("05:00")}#${RULE}`,
    rule: RULE,
    rule_version: "1",
    parameters_hash: "0".repeat(64),
    trigger: "sweep",
    schedule: "rate(6 hours)",
    started_at: at("05:00"),
    completed_at: at("05:01"),
    duration_ms: 60_000,
    ledger: [],
    opened: 0,
    resolved: 0,
    gone: 0,
  });
  const rows = [
    seenAt("05:30", { transition: "opened" }),
    passedAt("06:00"),
    seenAt("06:10", { transition: "opened" }),
    seenAt("06:11", { transition: "opened" }),
  ];
  const { drift } = await look(rows, "06:11", failing());
  expect(drift).toMatchObject({ openedAt: at("06:11"), previousInstant: "2026-11-24T06:09:59.999Z" });
});

describe("a change event that saw a resource gone", () => {
  let world: World;
  eachWorld((next) => {
    world = next;
  });

  it("while another delivery of its instant saw it failing is recorded after that", async () => {
    await world.complianceBefore("a");
    const time = world.now;
    world.things.delete("a");
    world.interposed.set("PutCommand", async () => {
      world.things.set("a", "bad");
      await world.change("a", { time });
      world.things.delete("a");
    });
    await world.change("a", { time, gone: true });
    expect(await world.rowsOf("a")).toMatchObject([
      { compliance_type: "COMPLIANT" },
      { evaluation_timestamp: "2026-11-24T00:30:00.000Z#good-things", compliance_type: "NON_COMPLIANT" },
      { evaluation_timestamp: "2026-11-24T00:30:00.001Z#good-things", gone: true },
    ]);
  });
});
