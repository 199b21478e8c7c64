import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { mockClient } from "aws-sdk-client-mock";
import type { ComplianceType } from "../../lambdas/common/rule/judgement";
import { importFindings } from "../../lambdas/report-generator/security-hub/import";
import type { ReportSource } from "../../scripts/report-objects";
import { verifyChain } from "../../scripts/verify-chain";
import { dependencies, exception, makeScheduled, rule, settings } from "./support";
import { ACCOUNT, arnOf, Company, REGION } from "./swept-company";

const RULE = "s3-bucket-encryption";
const EXCEPTIONS = [exception()];

/** A company whose scheduled reports go to a Security Hub that keeps what it takes. */
function setUp() {
  const company = new Company(EXCEPTIONS);
  const hub = mockClient(SecurityHubClient);
  const refused = new Set<string>();
  const logged: string[] = [];
  const unimported: number[] = [];
  hub.on(BatchImportFindingsCommand).callsFake(({ Findings = [] }: { Findings?: AwsSecurityFinding[] }) => {
    const FailedFindings = Findings.filter(({ Resources }) => refused.has(Resources?.[0]?.Id ?? "")).map(
      ({ Id }) => ({
        Id,
        ErrorCode: "InvalidInput",
        ErrorMessage: "Resources[0] is invalid",
      }),
    );
    return {
      FailedCount: FailedFindings.length,
      SuccessCount: Findings.length - FailedFindings.length,
      FailedFindings,
    };
  });
  const base = dependencies(company, settings([rule(RULE, { severity: "critical" })], EXCEPTIONS));
  const log = {
    info: () => {},
    warn: (message: string) => void logged.push(message),
    error: (message: string) => void logged.push(message),
    metrics: (_rule: string, values: { unimportedFindings?: number | undefined }) => {
      unimported.push(values.unimportedFindings ?? -1);
    },
  };
  const client = new SecurityHubClient({ region: REGION });
  const deps = {
    ...base,
    exportFindings: (...[report, sequence]: Parameters<NonNullable<typeof base.exportFindings>>) =>
      importFindings(report, sequence, { client, store: base.store, log }),
  };
  let day = 0;
  /** A sweep and its report; what the report sent to Security Hub. */
  const report = async (verdicts: Record<string, ComplianceType>, days = 1) => {
    day += days;
    const date = new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
    hub.resetHistory();
    company.sweep(RULE, `${date}T06:00:00Z`, verdicts);
    await makeScheduled(deps, `${date}T06:30:00.000Z`);
    return hub.commandCalls(BatchImportFindingsCommand).map(({ args }) => args[0].input.Findings ?? []);
  };
  return { hub, refused, logged, unimported, report, deps };
}

const said = (batches: AwsSecurityFinding[][]) =>
  batches
    .flat()
    .map(({ Resources, Compliance, RecordState }) => [Resources?.[0]?.Id, Compliance?.Status, RecordState]);

describe("the import into Security Hub", () => {
  it("brings what fails or could not be read, and afterwards only what changed", async () => {
    const { report } = setUp();
    expect(
      said(await report({ a: "NON_COMPLIANT", b: "ERROR", c: "COMPLIANT", d: "NOT_APPLICABLE" })),
    ).toEqual([
      [arnOf("a"), "FAILED", "ACTIVE"],
      [arnOf("b"), "WARNING", "ACTIVE"],
    ]);
    expect(await report({ a: "NON_COMPLIANT", b: "ERROR", c: "COMPLIANT", d: "NOT_APPLICABLE" })).toEqual([]);
    expect(said(await report({ a: "NON_COMPLIANT", b: "COMPLIANT", c: "NON_COMPLIANT" }))).toEqual([
      [arnOf("c"), "FAILED", "ACTIVE"],
      [arnOf("b"), "PASSED", "ACTIVE"],
    ]);
    expect(said(await report({ b: "COMPLIANT", c: "NON_COMPLIANT" }))).toEqual([
      [arnOf("a"), "NOT_AVAILABLE", "ARCHIVED"],
    ]);
    expect(await report({ b: "COMPLIANT", c: "NON_COMPLIANT" })).toEqual([]);
  });

  it("says where, what and how grave, of the account that imports", async () => {
    const { report } = setUp();
    const [[finding] = []] = await report({ a: "NON_COMPLIANT" });
    expect(finding).toMatchObject({
      SchemaVersion: "2018-10-08",
      ProductArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`,
      AwsAccountId: ACCOUNT,
      GeneratorId: RULE,
      Severity: { Label: "CRITICAL" },
      Title: `Title of ${RULE}`,
      Remediation: { Recommendation: { Text: `Mend ${RULE}.` } },
      Resources: [{ Id: arnOf("a"), Type: "AwsS3Bucket", Partition: "aws", Region: REGION }],
      Compliance: { RelatedRequirements: ["PCI DSS 4.0 3.5.1", "SOC 2 CC6.1"] },
      Workflow: { Status: "NEW" },
    });
    expect(finding?.Id?.length).toBeLessThanOrEqual(512);
  });

  it("suppresses an accepted failure", async () => {
    const { report } = setUp();
    const [[finding] = []] = await report({ "legacy-one": "NON_COMPLIANT" });
    expect(finding?.Workflow).toEqual({ Status: "SUPPRESSED" });
  });

  it("sends no more than 100 at once", async () => {
    const { report } = setUp();
    const many = Object.fromEntries([...Array(201).keys()].map((i) => [`b${i}`, "NON_COMPLIANT" as const]));
    expect((await report(many)).map((batch) => batch.length)).toEqual([100, 100, 1]);
  });

  it("sends what still fails again before Security Hub would delete it", async () => {
    const { report } = setUp();
    await report({ a: "NON_COMPLIANT" });
    expect(await report({ a: "NON_COMPLIANT" }, 29)).toEqual([]);
    expect(said(await report({ a: "NON_COMPLIANT" }, 1))).toEqual([[arnOf("a"), "FAILED", "ACTIVE"]]);
    expect(await report({ a: "NON_COMPLIANT" }, 1)).toEqual([]);
  });

  it("counts and logs what is refused, and sends that again", async () => {
    const { report, refused, logged, unimported } = setUp();
    refused.add(arnOf("a"));
    await report({ a: "NON_COMPLIANT", b: "NON_COMPLIANT" });
    expect(logged).toEqual(["Security Hub refused a finding"]);
    refused.clear();
    expect(said(await report({ a: "NON_COMPLIANT", b: "NON_COMPLIANT" }))).toEqual([
      [arnOf("a"), "FAILED", "ACTIVE"],
    ]);
    expect(unimported).toEqual([1, 0]);
  });

  it("lets the report be made while Security Hub is out of reach, and catches up, what it took aside", async () => {
    const { report, hub, logged, unimported, deps } = setUp();
    const many = Object.fromEntries([...Array(150).keys()].map((i) => [`b${i}`, "NON_COMPLIANT" as const]));
    hub
      .on(BatchImportFindingsCommand)
      .resolvesOnce({ SuccessCount: 100, FailedCount: 0 })
      .rejectsOnce(new Error("not subscribed to AWS Security Hub"))
      .resolves({});
    await report(many);
    expect(deps.store.objects.has("reports/chain/00000001.json")).toBe(true);
    expect(logged).toEqual(["Security Hub did not take the findings"]);
    expect((await report(many)).map((batch) => batch.length)).toEqual([50]);
    expect(unimported).toEqual([50, 0]);
  });

  it("archives nothing of a rule whose state is not known", async () => {
    const { report, hub, deps } = setUp();
    await report({ a: "NON_COMPLIANT" });
    const lagging = { ...deps.history, evaluations: async function* () {} };
    hub.resetHistory();
    await makeScheduled(
      { ...deps, history: Object.setPrototypeOf(lagging, deps.history) },
      "2026-01-01T12:30:00.000Z",
    );
    expect(hub.commandCalls(BatchImportFindingsCommand)).toEqual([]);
  });

  it("keeps what it remembers where verify-reports knows it", async () => {
    const { report, deps } = setUp();
    await report({ a: "NON_COMPLIANT" });
    const { objects } = deps.store;
    expect(objects.has("reports/security-hub/00000001.json")).toBe(true);
    const source: ReportSource = {
      keys: (prefix) => deps.store.keys(prefix),
      read: async (key) => {
        const body = objects.get(key);
        return (
          body &&
          (async function* () {
            yield body;
          })()
        );
      },
    };
    expect(await verifyChain(source)).toMatchObject({ firstBreak: null, uncommitted: [] });
  });
});
