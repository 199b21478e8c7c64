/** The scenes of `npm run demo -- --organization`: two runs over the accounts of an invented bank's organization. */

import { readFileSync } from "node:fs";
import { recordedInstance } from "../emulator/account/estate";
import { ACCOUNT_ID } from "../emulator/account/moto";
import { refusingRole } from "../emulator/account/organization";
import type { Mail } from "../emulator/stack/mail";
import type { OrganizationDeployment } from "../emulator/stack/organization";
import type { SweepResult } from "../lambdas/common/evaluator/sweep";
import type { Report } from "../lambdas/report-generator/content/report";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import { ADMINISTRATOR } from "./bank";
import { BankAccounts, BUILDER, REGIONS } from "./bank-accounts";
import { clock, type Day } from "./day";
import { print, printMail, printMails, printNote, printScene, printStep, printTable } from "./print";
import { printFiles, printLedger } from "./print-evidence";
import { saveReports } from "./saved-reports";

const [HOME, EUROPE, ASIA] = REGIONS;
/** The rule whose mails and numbers are shown. */
const RULE = "ec2-required-tags";
const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
/** AWS Config evaluates it, in each account. */
const MANAGED_RULE = "iam-user-mfa";
const FOLDER = "organization";

/** The settings of the stack, besides the organization. */
export const SETTINGS = {
  environmentSuffix: "demo",
  alertEmail: "cloud-compliance@ledgerbank.example",
  managedRules: [MANAGED_RULE],
};

/** The demo's scenes; fails when one goes otherwise than it is told. */
export class OrganizationStory {
  private readonly accounts: BankAccounts;
  /** The instance that will drift. */
  private ledgerApi = "";

  constructor(
    private readonly deployment: OrganizationDeployment,
    private readonly day: Day,
  ) {
    this.accounts = new BankAccounts(deployment);
  }

  async play(): Promise<void> {
    await this.setUp();
    await this.firstRun();
    await this.between();
    await this.secondRun();
    await this.scheduledReport();
    await this.report();
  }

  private async setUp(): Promise<void> {
    const { accounts } = this;
    const { stack, organization } = this.deployment;
    printStep(
      `index.ts declares ${stack.graph.resources.length} resources, among them a state machine for each of the ` +
        `${this.deployment.rules.length} rules; the emulator's AWS Organizations and Step Functions have them now`,
    );
    await accounts.makeUnits();
    const payments = await accounts.join("payments", "production");
    const trading = await accounts.join("trading", "production");
    const lab = await accounts.join("lab", "sandbox");
    const retired = await accounts.join("retired", "sandbox");

    await stack.estate.launch({ Name: "audit-collector", ...TAGS });
    [this.ledgerApi = ""] = await accounts.launch("payments", EUROPE, { Name: "ledger-api", ...TAGS });
    await accounts.launch("payments", HOME, { Name: "payments-worker", Environment: "Production" });
    await accounts.launch("trading", ASIA, { Name: "order-book", ...TAGS });
    await accounts.launch("lab", HOME, { Name: "experiment-7", ...TAGS });
    await organization.close(retired);
    stack.inject(refusingRole(trading));
    stack.managedRules.judge(MANAGED_RULE, ADMINISTRATOR, "COMPLIANT", this.day.at(1, -20));
    accounts
      .memberOf("payments")
      .managedRules.judge(MANAGED_RULE, BUILDER, "NON_COMPLIANT", this.day.at(1, -20));
    printStep("the bank's organization has five accounts, each with the same three Regions to scan:");
    printTable(
      ["Account", "Id", "Unit", "What is particular"],
      [
        ["security", ACCOUNT_ID, "(root)", "the scanner is deployed here, and nowhere else"],
        ["payments", payments, "production", "one of its two instances lacks tags"],
        ["trading", trading, "production", "it refuses the role by which the scanner reads accounts"],
        ["lab", lab, "sandbox", "it will leave the organization"],
        ["retired", retired, "sandbox", "it is closed: AWS calls it SUSPENDED"],
      ],
    );
    printNote(
      "Simulated, because the emulator lets everybody take on any role: that trading refuses; and what AWS " +
        "Config says of IAM. The functions' clock shows the day that is played. All times are UTC.",
    );
  }

  private async firstRun(): Promise<void> {
    const slot = this.day.at(1);
    printScene(`${clock(slot)}  The schedule starts the state machines: every account is evaluated`);
    printNote(
      "Each machine plans (which accounts are there?), scans every account by itself, all Regions of it, " +
        "and closes: what was seen of all becomes one run with one digest.",
    );
    const mails = await this.runAll(slot);
    printNote(
      "Listed are the instances that were launched, the scanner's own buckets, and each place that could not be read.",
    );
    await this.printLedger();
    printStep("trading stopped nobody: its Regions are errors with a reason, neither passing nor forgotten");
    print();
    printStep(`${mails.length} mails, a digest (a summary) for each rule. This is the one about tags:`);
    printMails(mails.filter(({ attributes }) => attributes.rule === RULE));
  }

  /** What AWS Config records is forwarded at once; who is in the organization is seen by the next run. */
  private async between(): Promise<void> {
    const { organization } = this.deployment;
    const at = this.day.at(1, 200);
    printScene(`${clock(at)}  In the hours between, the organization changes`);
    const { member } = this.accounts.memberOf("payments");
    await member.estate.untag(this.ledgerApi, "Compliance", EUROPE);
    printStep('in payments, somebody removes the tag "Compliance" from ledger-api');
    const before = this.deployment.stack.mails().length;
    await member.records(recordedInstance(this.ledgerApi, EUROPE, member.accountId), at);
    await this.deployment.deliverChanges(at);
    const [drift, ...others] = this.deployment.stack.mails().slice(before);
    if (others.length > 0 || !drift?.subject.includes("ledger-api")) {
      throw new Error("the drift of ledger-api should cause one alert");
    }
    printStep(
      `AWS Config records it in ${EUROPE}; EventBridge forwards that to the scanner, which reads the ` +
        "instance and alerts:",
    );
    printMail(drift);
    await organization.remove(this.accounts.idOf("lab"));
    printStep("lab leaves the organization");
    const mobile = await this.accounts.join("mobile", "production");
    await this.accounts.launch("mobile", HOME, { Name: "push-gateway" });
    printStep(`mobile (${mobile}) joins, with an instance that has no required tag`);
  }

  private async secondRun(): Promise<void> {
    const slot = this.day.at(2);
    printScene(`${clock(slot)}  The next run sees all of it`);
    const mails = await this.runAll(slot);
    await this.printLedger();
    const drifts = mails.filter(({ attributes }) => attributes.kind === "drift");
    if (drifts.length > 0) throw new Error(`no alert was due, and there came ${subjects(drifts)}`);
    printStep(
      "ledger-api fails still, and was told already. The digest says so, and who was scanned for the first time:",
    );
    printMails(mails.filter(({ attributes: { rule } }) => rule === RULE));
    const rows = await this.deployment.stack.evaluations();
    const left = rows.findLast(({ account_id }) => account_id === this.accounts.idOf("lab"));
    const joined = rows.findLast(({ resource_name }) => resource_name === "push-gateway");
    if (!left?.gone || joined?.transition !== "first-seen") throw new Error("lab should be gone, mobile new");
    printStep(`lab's instance is closed in the history: "${left.annotation}"`);
    printStep(
      `mobile's instance is ${joined.compliance_type}, and no drift alert speaks of it: nobody knows since when`,
    );
  }

  /** AWS Config evaluates its rules everywhere just before the schedule asks for a report. */
  private async scheduledReport(): Promise<void> {
    const { deployment } = this;
    const slot = this.day.at(2, 30);
    printScene(
      `${clock(slot)}  The schedule asks for a report: AWS's managed rules are read in every account first`,
    );
    for (const { managedRules } of [deployment.stack, ...this.accounts.members()]) {
      managedRules.evaluated(this.day.at(2, 20));
    }
    const { status, cause } = await deployment.report(slot);
    if (status !== "SUCCEEDED") throw new Error(`the execution of the report is ${status}: ${cause}`);
    const rows = (await deployment.stack.evaluations()).filter(({ rule }) => rule === MANAGED_RULE);
    printStep(`AWS Config says of ${MANAGED_RULE} in these accounts:`);
    printTable(
      ["Account", "User", "Result"],
      rows.map((row) => [
        this.accounts.nameOf(row.account_id),
        row.error_code === undefined ? row.resource_name : "",
        row.error_code ?? row.compliance_type,
      ]),
    );
  }

  private async report(): Promise<void> {
    const now = this.day.at(2, 45);
    printScene(`${clock(now)}  An auditor asks for a report over the whole organization`);
    const { stack } = this.deployment;
    const request = { from: this.day.at(1, -30) };
    const { payload } = await stack.functions["report-generator"].invoke(request, { now });
    const { files } = await saveReports(stack, payload as ReportResult, FOLDER);
    const report = JSON.parse(readFileSync(files.json, "utf8")) as Report;
    printStep(`it names each account and Region with its coverage; here under ${RULE}:`);
    printTable(
      ["Account", "Id", "Region", "Runs", "Coverage", "Not evaluated because of"],
      report.coverage
        .filter(({ rule }) => rule === RULE)
        .map(({ accountId, region, runs, coverage, errorCodes }) => [
          this.accounts.nameOf(accountId),
          accountId,
          region,
          String(runs),
          coverage === null ? "nothing to evaluate" : `${coverage} %`,
          Object.keys(errorCodes).join(", "),
        ]),
    );
    printNote(
      "Coverage: how much of what was found could be evaluated. lab had one run before it left, and mobile " +
        "one since it joined. retired is nowhere: a suspended account is not scanned, which the plan of the " +
        "run says.",
    );
    print();
    printStep("at the top of the report stands what an auditor must know before any number:");
    for (const { level, text } of report.findings) printNote(`- ${level}: ${text}`);
    printFiles(files);
  }

  /** Carries out every rule's state machine at the same time. Returns the mails that they caused. */
  private async runAll(slot: string): Promise<Mail[]> {
    const { deployment } = this;
    const before = deployment.stack.mails().length;
    const executions = await Promise.all(
      deployment.rules.map(async (rule) => ({ rule, ...(await deployment.run(rule, slot)) })),
    );
    for (const { rule, status, output, cause } of executions) {
      if (status !== "SUCCEEDED") throw new Error(`the execution of ${rule} is ${status}: ${cause}`);
      const { listed, compliant, nonCompliant, error } = output as SweepResult;
      printStep(
        `${rule}: ${listed} listed, ${compliant} pass, ${nonCompliant} fail, ${error} could not be evaluated`,
      );
    }
    return deployment.stack.mails().slice(before);
  }

  /** Where the last run of the rule that is shown looked, and what it found. */
  private async printLedger(): Promise<void> {
    const run = (await this.deployment.stack.runs()).findLast(({ rule }) => rule === RULE);
    printLedger(RULE, run?.ledger ?? [], (id) => this.accounts.nameOf(id));
  }
}

function subjects(mails: readonly Mail[]): string {
  return mails.map(({ subject }) => subject).join("; ") || "none";
}
