import { ACCOUNT_ID, type Program, runProgram } from "./support";

let program: Program;
beforeAll(async () => {
  program = await runProgram({ environmentSuffix: "dev", configRecorder: "create", regions: "all" });
}, 60_000);

test("where all Regions are scanned nothing is declared in any but the deployment's own", () => {
  expect(program.of("pulumi:providers:aws").map(({ name }) => name)).toEqual(["aws"]);
  expect(program.of("cloudwatch/EventRule")).toHaveLength(3);
});

test.each([
  ["ec2-tag-evaluator", true],
  ["rds-backup-evaluator", true],
  ["s3-encryption-evaluator", false],
])("%s may look up the Regions where it has to", (name, expected) => {
  const found = program
    .statements("iam/RolePolicy", name)
    .filter(({ Action }) => Action === "ec2:DescribeRegions");
  const lookUp = {
    Effect: "Allow",
    Action: "ec2:DescribeRegions",
    Resource: "*",
    Condition: { StringEquals: { "aws:RequestedRegion": ["us-east-1"] } },
  };
  expect(found).toEqual(expected ? [lookUp] : []);
});

test("databases may be read in every Region of the account, and in no other account", () => {
  const resources = program
    .statements("iam/RolePolicy", "rds-backup-evaluator")
    .filter(({ Action }) => String(Action).startsWith("rds:"))
    .map(({ Resource }) => Resource);
  expect(resources).toEqual([`arn:aws:rds:*:${ACCOUNT_ID}:db:*`, `arn:aws:rds:*:${ACCOUNT_ID}:cluster:*`]);
});

test("the evaluators look the Regions up at each sweep", async () => {
  const { "settings.json": settings = "" } = await program.archive("ec2-tag-evaluator");
  expect(JSON.parse(settings).regions).toBe("all");
});
