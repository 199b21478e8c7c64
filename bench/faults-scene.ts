/** One function, the faulty AWS that it works against, and what happens to both. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scheduledEvent } from "../emulator/account/events";
import type { FunctionDeclaration } from "../emulator/stack/function-declaration";
import type { Ec2TagParameters } from "../lambdas/ec2-tags/rule";
import { FastTime, seeded } from "./fast-time";
import { type Outcome, outcomeOf } from "./faults-outcome";
import { FaultyAws, type Invocation } from "./faulty-aws";
import { ACCOUNT, REGION, tagKeys } from "./resources";

/** How many instances the account has. */
export const INSTANCES = 120;
/** Which part of AWS's answers are faults. */
export const FAULTS = 0.2;
const TWICE = 0.2;
const CRASHES = 0.1;
/** A crash comes before one of so many requests, about as many as a sweep makes. */
const REQUESTS_TO_CRASH_IN = 70;
/** How many instances change between two sweeps, and how many when many do. */
const CHANGES = 0.03;
const MANY_CHANGES = 0.2;
/**
 * Lambda's tries of an event, and its wait after each
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
const TRIES = 3;
const WAITS_MS = [60_000, 120_000];
const SLOT_MS = 6 * 3_600_000;
const START = Date.parse("2026-01-01T00:00:00.000Z");

type Handler = (event: unknown, context: object) => Promise<unknown>;

/** A function, its AWS, and what happens to both. */
export class Scene {
  private readonly random: () => number;
  private readonly time: FastTime;
  private readonly aws: FaultyAws;
  private readonly directory = mkdtempSync(join(tmpdir(), "bench-"));
  private readonly environmentBefore = { ...process.env };
  private readonly printsBefore = process.stdout.write;
  private readonly idle: Handler[] = [];
  private readonly happened = { twice: 0, crashed: 0, timedOut: 0, tries: 0 };

  constructor(
    private readonly declaration: FunctionDeclaration,
    private readonly standard: Ec2TagParameters,
    private readonly isWarm: boolean,
    seed: number,
  ) {
    this.random = seeded(seed);
    this.time = new FastTime(START, seeded(seed + 1));
    this.aws = new FaultyAws(this.random, (milliseconds) => this.time.sleep(milliseconds));
    for (const [name, text] of Object.entries(declaration.files)) {
      writeFileSync(join(this.directory, name), text);
    }
    Object.assign(process.env, declaration.environment, {
      AWS_ENDPOINT_URL: "http://aws.bench",
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
    });
    for (let index = 0; index < INSTANCES; index++) {
      this.aws.instances.set(`i-${String(index).padStart(17, "0")}`, tagKeys(standard, false));
    }
  }

  end(): void {
    this.aws.end();
    this.time.end();
    process.stdout.write = this.printsBefore;
    for (const name of Object.keys(process.env))
      if (!(name in this.environmentBefore)) delete process.env[name];
    Object.assign(process.env, this.environmentBefore);
    rmSync(this.directory, { recursive: true });
  }

  /**
   * Sweeps that often, between two that nothing disturbs: the first knows every instance, the last tells what is owed.
   */
  async play(sweeps: number): Promise<Outcome> {
    process.stdout.write = () => true;
    await this.time.pass(this.tryOut(0, Number.POSITIVE_INFINITY));
    this.aws.faultRate = FAULTS;
    for (let slot = 1; slot <= sweeps; slot++) await this.time.pass(this.sweep(slot));
    this.aws.faultRate = 0;
    await this.time.pass(this.untilSlot(sweeps + 1));
    await this.time.pass(this.tryOut(sweeps + 1, Number.POSITIVE_INFINITY));
    return outcomeOf(this.aws, {
      slots: Array.from({ length: sweeps + 2 }, (_, slot) => new Date(START + slot * SLOT_MS).toISOString()),
      instances: INSTANCES,
      happened: this.happened,
    });
  }

  private async untilSlot(slot: number): Promise<void> {
    await this.time.sleep(Math.max(0, START + slot * SLOT_MS - Date.now()));
  }

  private async sweep(slot: number): Promise<void> {
    await this.untilSlot(slot);
    this.change(this.random() < 0.05 ? MANY_CHANGES : CHANGES);
    const deliveries = [this.deliver(slot, this.random() < CRASHES)];
    if (this.random() < TWICE) {
      this.happened.twice += 1;
      // At the same moment, or when the first may be done.
      const delay = this.random() < 0.5 ? this.random() * 5_000 : this.random() * 600_000;
      deliveries.push(this.time.sleep(delay).then(() => this.deliver(slot, false)));
    }
    await Promise.all(deliveries);
  }

  /** An event as Lambda hands it on: again when the function fails. */
  private async deliver(slot: number, isCrashing: boolean): Promise<void> {
    for (let count = 0; count < TRIES; count++) {
      const crashes = isCrashing && count === 0;
      if (crashes) this.happened.crashed += 1;
      const requests = crashes ? Math.floor(this.random() * REQUESTS_TO_CRASH_IN) : Number.POSITIVE_INFINITY;
      if (await this.tryOut(slot, requests)) return;
      await this.time.sleep(WAITS_MS[count] ?? 0);
      this.change(CHANGES / 3);
    }
  }

  /** One invocation. @returns whether the function succeeded. */
  private async tryOut(slot: number, requestsLeft: number): Promise<boolean> {
    this.happened.tries += 1;
    const handler = this.idle.pop() ?? this.load();
    const invocation: Invocation = { requestsLeft, isGone: false };
    const end = Date.now() + this.declaration.timeoutSeconds * 1000;
    const context = {
      invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${this.declaration.name}`,
      awsRequestId: "bench",
      getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
    };
    const event = scheduledEvent(new Date(START + slot * SLOT_MS).toISOString(), "sweep");
    const answered = this.aws.invocations
      .run(invocation, () => handler(event, context))
      .then(
        () => "answered" as const,
        () => "failed" as const,
      );
    const timedOut = this.time.sleep(end - Date.now()).then(() => "timed out" as const);
    const outcome = await Promise.race([answered, timedOut]);
    if (outcome === "timed out") this.happened.timedOut += 1;
    else if (this.isWarm) this.idle.push(handler);
    invocation.isGone = true;
    return outcome === "answered";
  }

  private load(): Handler {
    const file = join(this.directory, "index.js");
    delete require.cache[file];
    return require(file).handler;
  }

  /** Drops tags, or restores them. */
  private change(part: number): void {
    for (const [id, tags] of this.aws.instances) {
      if (this.random() >= part) continue;
      const isFailing = tags.length < tagKeys(this.standard, false).length;
      this.aws.instances.set(id, tagKeys(this.standard, !isFailing));
    }
  }
}
