import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../values/clock";
import { expiry } from "../values/expiry";

/** How long a run belongs to the delivery that carries it out, unless it says that it goes on. */
export const RUN_LEASE_MS = 30_000;
const RENEWAL_MS = 10_000;
/** What a lease that was just kept has left at least, but for some seconds between clocks. */
const STEP_MS = 15_000;
const POLL_MS = 2_000;
const IS_FREE = "attribute_not_exists(held_until) OR held_until < :now";

/** A run that this delivery carries out alone. */
export interface RunLease {
  /**
   * To be called before each step, often: says that the run goes on.
   * @throws RunTakenOver when another delivery carries it out by now.
   */
  keep(): Promise<void>;
  /**
   * Does what must not be done when the run is another's by now, such as to overwrite a row. What is not done in time
   * is aborted and done again, as long as the run is this one's: it must leave the same when it is done twice.
   * @throws RunTakenOver as `keep` does; whatever `step` throws.
   */
  whileKept<Result>(step: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Leaves the run to whoever comes next; when that fails, the lease runs out by itself. */
  release(): Promise<void>;
}

/** Another delivery of the run's event carries it out: this one was silent for too long. */
export class RunTakenOver extends Error {
  override readonly name = "RunTakenOver";
  constructor(rule: string, instant: string) {
    super(`another delivery carries out the run of ${rule} at ${instant}`);
  }
}

/**
 * Which of several deliveries of one event carries out its run: a conditional write, so that two of them never write
 * the same rows, whose verdicts may differ, at the same time.
 */
export class RunLeases {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly clock: Clock,
    private readonly stepMs = STEP_MS,
  ) {}

  /**
   * Waits until no other delivery carries out the run.
   * @param isOver asked in between: whether another one has completed it.
   * @returns undefined when it has.
   */
  async take(rule: string, instant: string, isOver: () => Promise<boolean>): Promise<RunLease | undefined> {
    const holder = randomUUID();
    while (
      // Its own, when the answer to the first of two tries was lost.
      !(await this.hold(rule, instant, holder, `${IS_FREE} OR held_by = :me`))
    ) {
      if (await isOver()) return undefined;
      await this.clock.sleep(POLL_MS);
    }
    let renewAt = this.clock.now().getTime() + RENEWAL_MS;
    const keep = async () => {
      const now = this.clock.now().getTime();
      if (now < renewAt) return;
      if (!(await this.hold(rule, instant, holder, "held_by = :me"))) throw new RunTakenOver(rule, instant);
      renewAt = now + RENEWAL_MS;
    };
    return {
      keep,
      whileKept: async (step) => {
        for (;;) {
          await keep();
          const signal = AbortSignal.timeout(this.stepMs);
          try {
            return await step(signal);
          } catch (error) {
            if (!signal.aborted) throw error;
          }
        }
      },
      release: async () => {
        try {
          await this.update(rule, instant, "REMOVE held_until", "held_by = :me", { ":me": holder });
        } catch {
          // The lease ends soon, and what is on its way tells more than this would.
        }
      },
    };
  }

  private async hold(rule: string, instant: string, holder: string, condition: string): Promise<boolean> {
    const now = this.clock.now();
    const values = {
      ":me": holder,
      ":until": new Date(now.getTime() + RUN_LEASE_MS).toISOString(),
      ":expiry": expiry(now),
      ...(condition.includes(":now") && { ":now": now.toISOString() }),
    };
    const expression = "SET held_by = :me, held_until = :until, expires_at = :expiry";
    try {
      await this.update(rule, instant, expression, condition, values);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  private async update(
    rule: string,
    instant: string,
    UpdateExpression: string,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, unknown>,
  ): Promise<void> {
    await this.client.send(
      new UpdateCommand({
        TableName: this.table,
        Key: { resource_id: `lease#${rule}`, evaluation_timestamp: instant },
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeValues,
      }),
    );
  }
}
