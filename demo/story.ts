import { readFileSync } from "node:fs";
import { recordedInstance } from "../emulator/account/estate";
import { complianceChangeEvent, configChangeEvent, scheduledEvent } from "../emulator/account/events";
import type { Deployment, FunctionKey } from "../emulator/stack/deployment";
import type { Mail } from "../emulator/stack/mail";
import { percent } from "../lambdas/common/values/words";
import type { Report } from "../lambdas/report-generator/content/report";
import type { ReportResult } from "../lambdas/report-generator/report-files";
import { ADMINISTRATOR, EXCEPTED_BUCKET, refusingBucket, seedBank, seedManagedRules } from "./bank";
import { clock, type Day, SLOTS } from "./day";
import { print, printMails, printNote, printScene, printStep } from "./print";
import { printChain, printFiles, printVerdicts } from "./print-evidence";
import { printReport, printStandard } from "./print-report";
import { saveReports } from "./saved-reports";

const EVALUATORS = ["ec2-tag-evaluator", "rds-backup-evaluator", "s3-encryption-evaluator"] as const;

/**
 * The demo's scenes. Each builds on what those before it left in the account, and fails when it goes otherwise than
 * it is told.
 */
export class Story {
  /** The next slot of the schedule that is not played yet. */
  private nextSlot = SLOTS;
  /** Id of payments-api-1. */
  driftingInstance = "";

  constructor(
    private readonly deployment: Deployment,
    private readonly day: Day,
  ) {}

  async play(): Promise<void> {
    const payments = await this.setUp();
    this.driftingInstance = payments;
    await this.firstEvaluation();
    await this.drift(payments);
    await this.iamDrift();
    await this.secondEvaluation();
    await this.repair(payments);
    await this.lastEvaluation();
    await this.report();
  }

  /** Goes on by the schedule after the story: plays the sweeps and reports that are due by now. */
  async catchUp(now: Date): Promise<void> {
    for (; this.day.at(this.nextSlot, 30) <= now.toISOString(); this.nextSlot++) {
      const slot = this.day.at(this.nextSlot);
      await this.sweep(slot);
      printStep(`${clock(slot)}  the schedule evaluates everything again`);
      await this.scheduledReport(this.nextSlot);
    }
  }

  /** Returns the id of the instance that will drift. */
  private async setUp(): Promise<string> {
    const { deployment } = this;
    printStep(
      `index.ts declares ${deployment.graph.resources.length} resources; its table, topic, buckets and queue are in ` +
        "the emulated account now, and its four functions run from their own archives",
    );
    deployment.inject(refusingBucket);
    const payments = await seedBank(deployment.estate);
    seedManagedRules(deployment.managedRules, this.day.at(0, -20));
    printStep("the bank runs 5 instances, 5 buckets, 8 databases and a few IAM users");
    printNote(
      "Simulated, because the emulator has none: the results of AWS Config's managed rules, and a bucket " +
        "policy that keeps the scanner out of one bucket. The functions' clock shows the day that is played. " +
        "All times are UTC.",
    );
    return payments;
  }

  private async firstEvaluation(): Promise<void> {
    const slot = this.day.at(0);
    printScene(`${clock(slot)}  The schedule evaluates everything for the first time`);
    const mails = await this.sweep(slot);
    const rows = await this.deployment.evaluations();
    for (const rule of new Set(rows.map((row) => row.rule))) {
      printVerdicts(
        rule,
        rows.filter((row) => row.rule === rule),
      );
    }
    print();
    printStep(
      `${mails.length} mails: a digest (a summary) for each rule, not a mail for each resource. This is ` +
        "the one about the buckets:",
    );
    printMails(mails.filter(({ attributes }) => attributes.rule === "s3-bucket-encryption"));
    await this.scheduledReport(0);
  }

  private async drift(instance: string): Promise<void> {
    const { deployment } = this;
    const time = this.day.at(0, 137);
    printScene(`${clock(time)}  Somebody removes the tag "Compliance" from payments-api-1`);
    await deployment.estate.untag(instance, "Compliance");
    const event = this.instanceChanged(instance, time);
    const first = await this.mailsOf(() => this.invoke("ec2-tag-evaluator", event, time));
    printStep(
      "AWS Config reports the change, that one instance is evaluated, and the alert goes out at once:",
    );
    printMails(expectMails(first, 1, "the drift"));
    const second = await this.mailsOf(() => this.invoke("ec2-tag-evaluator", event, time));
    expectMails(second, 0, "the second delivery of the same event");
    printStep("AWS delivers the same event a second time, as it may: no second mail");
  }

  private async iamDrift(): Promise<void> {
    const { deployment } = this;
    const time = this.day.at(0, 221);
    const { resourceType, resourceId, resourceName } = ADMINISTRATOR;
    printScene(`${clock(time)}  The IAM user ${resourceName} gives up the MFA device`);
    deployment.managedRules.judge("iam-console-mfa", ADMINISTRATOR, "NON_COMPLIANT", time);
    const event = complianceChangeEvent({
      configRuleName: deployment.configRuleName("iam-console-mfa"),
      resourceType,
      resourceId,
      time,
      from: "COMPLIANT",
      to: "NON_COMPLIANT",
    });
    const mails = await this.mailsOf(() => this.deliver("report-generator", event, time));
    printStep(
      "AWS's own rule for IAM notices; its event reaches people as a mail like any other, not as raw JSON:",
    );
    printMails(expectMails(mails, 1, "the IAM drift"));
  }

  private async secondEvaluation(): Promise<void> {
    const slot = this.day.at(1);
    printScene(`${clock(slot)}  The next evaluation sees the drift, too`);
    const mails = await this.sweep(slot);
    const drifts = mails.filter(({ attributes }) => attributes.kind === "drift");
    expectMails(drifts, 0, "a drift that was alerted of before");
    printStep("no second alert; the digest names the instance among what fails since the run before:");
    printMails(mails.filter(({ attributes }) => attributes.rule === "ec2-required-tags"));
    await this.scheduledReport(1);
  }

  private async repair(instance: string): Promise<void> {
    const time = this.day.at(1, 95);
    printScene(`${clock(time)}  The tag is put back`);
    await this.deployment.estate.tag(instance, { Compliance: "Required" });
    const event = this.instanceChanged(instance, time);
    const mails = await this.mailsOf(() => this.invoke("ec2-tag-evaluator", event, time));
    expectMails(mails, 0, "the repair");
    printStep("the history closes the failure; that is no reason to wake anybody");
  }

  private async lastEvaluation(): Promise<void> {
    const slot = this.day.at(2);
    printScene(`${clock(slot)}  The last evaluation of the day`);
    const mails = await this.sweep(slot);
    printStep(`everything was evaluated again, and ${mails.length} digests were sent`);
    await this.scheduledReport(2);
  }

  private async report(): Promise<void> {
    const now = this.day.at(2, 45);
    printScene(`${clock(now)}  An auditor asks for a report over the whole day`);
    const request = { from: this.day.at(0, -30), sample: { size: 10, seed: "audit" } };
    const result = (await this.invoke("report-generator", request, now)) as ReportResult;
    const { files, bucketCopy } = await saveReports(this.deployment, result);
    const report = JSON.parse(readFileSync(files.json, "utf8")) as Report;
    printReport(report);
    printStandard(report);
    await this.printException(result);
    await printChain(bucketCopy);
    printFiles(files);
  }

  /** What an exception does: the verdict stays, the alerts stop, and the score is shown with and without it. */
  private async printException({ summary }: ReportResult): Promise<void> {
    const rows = await this.deployment.evaluations();
    const row = rows.findLast(({ resource_name }) => resource_name === EXCEPTED_BUCKET);
    const alerts = this.deployment.mails().filter(({ subject }) => subject.includes(EXCEPTED_BUCKET));
    expectMails(alerts, 0, "a failure under an exception");
    if (row?.exception_id === undefined) throw new Error(`no exception covers ${EXCEPTED_BUCKET}`);
    print();
    printStep(
      `the settings accept ${EXCEPTED_BUCKET} as it is, for a while: its verdict stays ` +
        `${row.compliance_type} and names the exception ${row.exception_id}, no alert speaks of it, and the score ` +
        `is given with and without it: ${percent(summary.scoreWithExceptions)} and ${percent(summary.score)}`,
    );
  }

  /** Runs the three evaluators for a slot. Returns the mails they caused. */
  private sweep(slot: string): Promise<Mail[]> {
    return this.mailsOf(async () => {
      for (const evaluator of EVALUATORS) {
        await this.deliver(evaluator, scheduledEvent(slot, "compliance-evaluation-schedule"), slot);
      }
    });
  }

  private async scheduledReport(slot: number): Promise<void> {
    const time = this.day.at(slot, 30);
    this.deployment.managedRules.evaluated(this.day.at(slot, 20));
    const event = scheduledEvent(time, "compliance-report-schedule");
    const { manifest, summary } = (await this.deliver("report-generator", event, time)) as ReportResult;
    printStep(
      `${clock(time)}  report ${manifest.sequence} of the chain: score ${percent(summary.score)}, coverage ` +
        `${percent(summary.coverage, "incomplete")}`,
    );
    if (slot === 0) {
      printNote(
        "  Score: how much of what could be judged passes. Coverage: how much could be judged, incomplete " +
          "while AWS Config has not evaluated a rule even once. In the chain each report holds the hash of " +
          "the one before.",
      );
    }
  }

  private instanceChanged(instance: string, time: string) {
    const configRuleName = this.deployment.configRuleName("ec2-required-tags");
    return configChangeEvent({ configRuleName, resource: recordedInstance(instance), time });
  }

  /** Invokes a function at an instant of the played day. */
  private async invoke(key: FunctionKey, event: unknown, now: string): Promise<unknown> {
    return (await this.deployment.functions[key].invoke(event, { now })).payload;
  }

  /** Has EventBridge invoke a function at an instant of the played day. */
  private async deliver(key: FunctionKey, event: unknown, now: string): Promise<unknown> {
    return (await this.deployment.deliver(key, event, { now })).payload;
  }

  private async mailsOf(action: () => Promise<unknown>): Promise<Mail[]> {
    const before = this.deployment.mails().length;
    await action();
    return this.deployment.mails().slice(before);
  }
}

function expectMails(mails: readonly Mail[], count: number, cause: string): readonly Mail[] {
  if (mails.length === count) return mails;
  const subjects = mails.map(({ subject }) => subject).join("; ");
  throw new Error(`${cause} should cause ${count} mails, and caused ${mails.length}: ${subjects || "none"}`);
}
