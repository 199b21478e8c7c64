/**
 * What becomes of evidence and alerts when AWS fails all the time: sweep after sweep by the tag evaluator's own archive,
 * with faults (bench/faulty-aws.ts), events that come twice, functions that end halfway, and instances that change.
 * Each execution environment is the archive loaded anew, with clients of its own, into this one process: only so all of
 * them have the same clock (bench/fast-time.ts), and a seed decides everything.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scheduledEvent } from "../emulator/account/events";
import type { FunctionDeclaration } from "../emulator/stack/lambda";
import { groupBy } from "../lambdas/common/values/group";
import type { Ec2TagParameters } from "../lambdas/ec2-tags/rule";
import { FastTime, seeded } from "./fast-time";
import { FaultyAws, type Invocation, type TakenMessage } from "./faulty-aws";
import { declaredFunctions } from "./measure";
import { ACCOUNT, REGION, tagKeys } from "./resources";

/** How much happens. */
export interface FaultsSize {
  /** Sweeps by functions that stay warm. */
  readonly warm: number;
  /** Sweeps of which each delivery and each try has an environment of its own. */
  readonly fresh: number;
  readonly seed: number;
}

const INSTANCES = 120;
const FAULTS = 0.2;
const TWICE = 0.2;
const CRASHES = 0.1;
/** A crash comes before one of so many requests, about as many as a sweep makes. */
const REQUESTS_TO_CRASH_IN = 70;
/** How many instances change between two sweeps, and how many when many do. */
const CHANGES = 0.03;
const MANY_CHANGES = 0.2;
/** Lambda's tries of an event, and its wait after each (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). */
const TRIES = 3;
const WAITS_MS = [60_000, 120_000];
const SLOT_MS = 6 * 3_600_000;
const START = Date.parse("2026-01-01T00:00:00.000Z");

/** Runs both kinds of sweeps and prints what is wrong afterwards; the process then ends with 1. */
export async function benchFaults({ warm, fresh, seed }: FaultsSize): Promise<void> {
  const { tagEvaluator, standards } = await declaredFunctions();
  const standard = standards["ec2-required-tags"]?.parameters as Ec2TagParameters;
  console.log(`${INSTANCES} instances, ${FAULTS * 100} % faults, seed ${seed} (--seed)`);
  const kinds = [
    ["by functions that stay warm", warm, true],
    ["by a fresh environment for each try", fresh, false],
  ] as const;
  for (const [name, sweeps, isWarm] of kinds) {
    const started = performance.now();
    const scene = new Scene(tagEvaluator, standard, isWarm, seed);
    let outcome: Outcome;
    try {
      outcome = await scene.play(sweeps);
    } finally {
      scene.end();
    }
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`\n${sweeps.toLocaleString("en")} sweeps ${name}: ${seconds} s`);
    for (const [what, count] of Object.entries(outcome.happened)) console.log(`  ${what}: ${count}`);
    for (const [what, cases] of Object.entries(outcome.violations)) {
      console.log(
        `  ${what}: ${cases.length}${cases
          .slice(0, 5)
          .map((one) => `\n    ${one}`)
          .join("")}`,
      );
      if (cases.length > 0) process.exitCode = 1;
    }
  }
}

interface Outcome {
  /** What there was of it, for whoever reads the figures. */
  readonly happened: Readonly<Record<string, string | number>>;
  /** What must not be → its cases. */
  readonly violations: Readonly<Record<string, readonly string[]>>;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

interface Row {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
  readonly compliance_type: string;
}

interface Entry {
  readonly resource: string;
  readonly openSince?: string;
}

/** A function, its AWS, and what happens to both. */
class Scene {
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

  /** Sweeps that often, between two that nothing disturbs: the first knows every instance, the last tells what is owed. */
  async play(sweeps: number): Promise<Outcome> {
    process.stdout.write = () => true;
    await this.time.pass(this.tryOut(0, Number.POSITIVE_INFINITY));
    this.aws.faultRate = FAULTS;
    for (let slot = 1; slot <= sweeps; slot++) await this.time.pass(this.sweep(slot));
    this.aws.faultRate = 0;
    await this.time.pass(this.untilSlot(sweeps + 1));
    await this.time.pass(this.tryOut(sweeps + 1, Number.POSITIVE_INFINITY));
    return this.outcome(sweeps + 1);
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

  private outcome(lastSlot: number): Outcome {
    const slots = Array.from({ length: lastSlot + 1 }, (_, slot) =>
      new Date(START + slot * SLOT_MS).toISOString(),
    );
    const committed = new Set(this.aws.table.items("run#").map(instantOf));
    const rows = this.aws.table.items("arn:") as unknown as Row[];
    const bySlot = groupBy(rows, instantOf);
    const { told, twice } = this.toldDrifts();
    const { drifts, repeated, mendedAtOnce } = comparedRows(rows, committed);
    const untold = drifts.filter((drift) => !told.has(drift));
    const inDigests = this.changesInDigests();
    const isMended = (drift: string) => mendedAtOnce.has(drift) && inDigests.has(drift);
    return {
      happened: {
        "answers, faults": `${this.aws.answers.toLocaleString("en")}, ${[...this.aws.faults].map(([fault, count]) => `${count} ${fault}`).join(", ")}`,
        "deliveries twice": this.happened.twice,
        "functions that ended halfway": this.happened.crashed,
        "functions whose time ran out": this.happened.timedOut,
        "tries in all": this.happened.tries,
        drifts: drifts.length,
        "mended while their run was tried again, and told by its digest only": untold.filter(isMended).length,
        "told twice as SNS's answer was lost": twice.answerLost,
        "told twice as the function ended before it noted that SNS had taken it": twice.functionGone,
      },
      violations: {
        "uncommitted runs": slots.filter((slot) => !committed.has(slot)),
        "rows lost": slots
          .filter((slot) => committed.has(slot))
          .flatMap((slot) => Array.from({ length: INSTANCES - countOf(bySlot.get(slot)) }, () => slot)),
        "rows twice": repeated,
        "drifts untold": untold.filter((drift) => !isMended(drift)),
        "drifts told twice, with no answer lost": twice.unexplained,
      },
    };
  }

  /** What digests named as newly failing or resolved: the resource, and the instant of the run. */
  private changesInDigests(): Set<string> {
    const digests = this.aws.messages.filter(({ kind }) => kind === "digest");
    return new Set(
      digests.flatMap(({ data }) => {
        const { newlyFailing, resolved } = data as Record<string, { entries: Entry[] } | undefined>;
        const changed = [...(newlyFailing?.entries ?? []), ...(resolved?.entries ?? [])];
        return changed.map(({ resource }) => `${resource} ${data.instant}`);
      }),
    );
  }

  /** Every drift that SNS took a message of, and those that it took more than one of. */
  private toldDrifts() {
    const told = new Map<string, TakenMessage[]>();
    for (const message of this.aws.messages) {
      if (message.kind !== "drift") continue;
      const { drifts, resource } = message.data;
      const { entries } = (drifts ?? { entries: [resource] }) as { entries: Entry[] };
      for (const entry of entries) {
        const drift = `${entry.resource} ${entry.openSince}`;
        told.set(drift, [...(told.get(drift) ?? []), message]);
      }
    }
    const twice = { answerLost: 0, functionGone: 0, unexplained: [] as string[] };
    for (const [drift, messages] of told) {
      // All but the last were followed by another.
      for (const { isAnswerLost, by } of messages.slice(0, -1)) {
        if (isAnswerLost) twice.answerLost += 1;
        else if (by.requestsLeft <= 0) twice.functionGone += 1;
        else twice.unexplained.push(drift);
      }
    }
    return { told, twice };
  }
}

/**
 * What each row says beside the one before of the same resource: a drift, by the resource and since when; or, in a row
 * that is not a run's own, only what was known. What another try of a run finds otherwise has a row as of then.
 */
function comparedRows(rows: readonly Row[], runs: ReadonlySet<string>) {
  const drifts: string[] = [];
  const repeated: string[] = [];
  const mendedAtOnce = new Set<string>();
  for (const own of groupBy(rows, ({ resource_id: id }) => id).values()) {
    own.sort((one, other) => (one.evaluation_timestamp < other.evaluation_timestamp ? -1 : 1));
    own.forEach((row, index) => {
      const [now, before] = [row.compliance_type, own[index - 1]?.compliance_type];
      const what = `${row.resource_id} ${instantOf(row)}`;
      if (now === "NON_COMPLIANT" && before === "COMPLIANT") drifts.push(what);
      const after = own[index + 1];
      if (after?.compliance_type === "COMPLIANT" && !runs.has(instantOf(after))) mendedAtOnce.add(what);
      if (now === before && !runs.has(instantOf(row))) repeated.push(what);
    });
  }
  return { drifts, repeated, mendedAtOnce };
}

function instantOf(row: { readonly evaluation_timestamp?: unknown }): string {
  return String(row.evaluation_timestamp).split("#")[0] ?? "";
}

/** Of how many different resources there are rows. */
function countOf(rows: readonly Row[] = []): number {
  return new Set(rows.map(({ resource_id: id }) => id)).size;
}
