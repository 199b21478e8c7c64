import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { collect } from "../../lambdas/common/values/collect";
import { startDatabase, type TestDatabase } from "../support/dynamodb";
import { itemBytes } from "../support/dynamodb-limits";
import { Company } from "./swept-company";

const RULE = "s3-bucket-encryption";
const AT = "2026-11-23T06:00:00.000Z";
const REFUSED_BETWEEN = /BETWEEN operator requires upper bound to be greater than or equal to lower bound/;
const NEXT = "2026-11-23T06:00:00.001Z";

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

describe("a history in memory refuses what DynamoDB refuses", () => {
  const row = () => new Company().change(RULE, AT, "alpha", "COMPLIANT");

  it.each(["runs", "evaluations", "transitions"] as const)(
    "%s of a stretch that ends before it begins, even by a millisecond",
    async (query) => {
      const { history } = new Company();
      await expect(collect<unknown>(history[query](RULE, NEXT, AT))).rejects.toThrow(REFUSED_BETWEEN);
      expect(await collect<unknown>(history[query](RULE, AT, AT))).toEqual([]);
      const asked = new QueryCommand({
        TableName: await database.newTable(),
        KeyConditionExpression: "resource_id = :id AND evaluation_timestamp BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":id": `run#${RULE}`, ":from": NEXT, ":to": `${AT}~` },
      });
      await expect(database.client.send(asked)).rejects.toThrow(REFUSED_BETWEEN);
    },
  );

  it.each(["resource_id", "evaluation_timestamp", "rule_shard", "transition_shard"])(
    "an empty %s",
    (attribute) => {
      const { history } = new Company();
      expect(() => history.put({ ...row(), [attribute]: "" })).toThrow(
        /key attribute cannot contain an empty/,
      );
      expect(history.rows).toEqual([]);
    },
  );

  it("an item of more than 400 KB, counted in UTF-8", () => {
    const { history } = new Company();
    const room = 400 * 1024 - itemBytes({ ...row(), annotation: "" });
    history.put({ ...row(), annotation: "x".repeat(room) });
    expect(() => history.put({ ...row(), annotation: "x".repeat(room + 1) })).toThrow(/Item size/);
    expect(() => history.put({ ...row(), annotation: "é".repeat(room / 2 + 1) })).toThrow(/Item size/);
  });

  it("a batch of more than 25 items, or with one key twice, of which nothing is stored", () => {
    const { history } = new Company();
    const rows = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...row(),
        resource_id: `arn:aws:s3:::bucket-${index}`,
      }));
    expect(() => history.batchWrite(rows(26))).toThrow(/batch of 26/);
    expect(() => history.batchWrite([...rows(2), ...rows(1)])).toThrow(/contains duplicates/);
    expect(history.rows).toEqual([]);
    history.batchWrite(rows(25));
    expect(history.rows).toHaveLength(25);
  });
});

describe("a history in memory", () => {
  it("holds one item under a key: the last that was put", () => {
    const { history } = new Company();
    const row = new Company().change(RULE, AT, "alpha", "COMPLIANT");
    history.put(row);
    history.put({ ...row, compliance_type: "ERROR" });
    expect(history.rows).toEqual([{ ...row, compliance_type: "ERROR" }]);
  });
});
