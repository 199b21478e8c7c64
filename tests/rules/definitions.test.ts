import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readSettings } from "../../program/settings/settings";
import { PROJECT, rawSettings } from "../program/support";

const { customRules, managedRules } = readSettings(
  rawSettings({ environmentSuffix: "dev" }),
  PROJECT,
  new Date("2026-11-24T12:00:00Z"),
);
const read = (page: string) => readFileSync(join(__dirname, "../..", page), "utf8");

it("docs/reports.md names the controls that each rule of a deployment without settings supports", () => {
  const listed = (ids: readonly string[] = []) => ids.join(", ") || "–";
  const rows = [...customRules.map(({ rule }) => rule), ...managedRules].map(
    ({ name, controls }) =>
      `| \`${name}\` | ${listed(controls["soc-2"])} | ${listed(controls["pci-dss-4.0"])} | ` +
      `${listed(controls["cis-aws-3.0"])} |`,
  );
  const [, table = ""] =
    /^## Controls$[\s\S]*?^\| Rule .*\n.*\n((?:^\|.*\n)+)/m.exec(read("docs/reports.md")) ?? [];
  expect(table.trim().split("\n")).toEqual(rows);
});

it.each([
  ["ec2-required-tags", "1", "medium", ["AWS::EC2::Instance"], "EC2 instances carry the required tags"],
  [
    "s3-bucket-encryption",
    "2",
    "high",
    ["AWS::S3::Bucket"],
    "S3 buckets encrypt new objects strongly enough",
  ],
  [
    "rds-automated-backups",
    "1",
    "high",
    ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
    "RDS databases have automated backups",
  ],
])(
  "%s, whose version %s a history already has, is as severe as docs and dashboards of its users count on",
  (name, version, severity, resourceTypes, title) => {
    const rule = customRules.map(({ rule }) => rule).find((one) => one.name === name);
    expect(rule).toMatchObject({ version, severity, resourceTypes, title });
  },
);

it("every rule says in a sentence what to do about a failure", () => {
  for (const { rule } of customRules) expect(rule.remediation).toMatch(/^[A-Z].{20,}\.$/);
  for (const { remediation } of managedRules) expect(remediation).toMatch(/^[A-Z].{20,}\.$/);
});
