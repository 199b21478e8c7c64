import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../values/clock";
import { expiry } from "../values/expiry";
import type { OnceMessage } from "./alert-message";

/** A key of the history table that no evaluation and no run has. */
interface ClaimKey {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
}

/**
 * How long a claim belongs to whoever made it: longer than it should take to wait for a window's end and to send its
 * message. Whoever takes longer may be doubled.
 */
const LEASE_MS = 130_000;
const POLL_MS = 2_000;

/**
 * Who alerts of what: conditional writes, so that of two paths that see the same drift, or two deliveries of one
 * event, one sends. The other waits until it has: whoever breaks off before sending loses the claim, and an alert
 * twice is better than none.
 */
export class Claims {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly clock: Clock,
  ) {}

  /**
   * Claims the alert of a failure that opened at `openedAt`, after an evaluation at `previousInstant`. Claims for
   * failures up to then are of the past; any other is for this very failure, whoever saw it begin when.
   * @returns the instant that it is claimed for; undefined when somebody has told it.
   */
  claimDrift(
    rule: string,
    resourceArn: string,
    openedAt: string,
    previousInstant?: string,
  ): Promise<string | undefined> {
    return this.claim(driftKey(rule, resourceArn), openedAt, previousInstant);
  }

  /**
   * Claims the alert of a failure as `claimDrift` does, without waiting for whoever has claimed it.
   * @param sender what this one sender claimed in an earlier try it takes up at once.
   * @returns the instant that it is claimed for, or whether somebody has told it, or has it and may tell it yet.
   */
  tryDrift(
    rule: string,
    resourceArn: string,
    openedAt: string,
    previousInstant: string | undefined,
    sender: string,
  ): Promise<{ readonly claimedFor: string } | "sent" | "taken"> {
    return this.try(driftKey(rule, resourceArn), openedAt, previousInstant, sender);
  }

  /** Whether a failure that was claimed for this instant has been told. */
  async isDriftSent(rule: string, resourceArn: string, openedAt: string): Promise<boolean> {
    const { claimed_for, sent_for } = await this.read(driftKey(rule, resourceArn));
    return claimed_for !== openedAt || sent_for !== undefined;
  }

  /** Notes that a failure was alerted of; does nothing when a later one is claimed by now. */
  driftSent(rule: string, resourceArn: string, openedAt: string): Promise<void> {
    return this.sent(driftKey(rule, resourceArn), openedAt);
  }

  /** Leaves a claimed drift to whoever comes next; if that fails, the claim runs out by itself. */
  releaseDrift(rule: string, resourceArn: string, openedAt: string): Promise<void> {
    return this.release(driftKey(rule, resourceArn), openedAt);
  }

  /**
   * Does `send` unless somebody has done it; when that fails, somebody else may.
   * @param sender does not wait for whoever is about to do it, and takes up at once what an earlier try of its own
   * left.
   */
  async sendOnce(
    message: OnceMessage,
    rule: string,
    instant: string,
    send: () => Promise<void>,
    sender?: string,
  ): Promise<void> {
    const key = { resource_id: `alert#${message}#${rule}`, evaluation_timestamp: instant };
    const claim = sender ? await this.try(key, instant, undefined, sender) : await this.claim(key, instant);
    if (claim === undefined || claim === "sent" || claim === "taken") return;
    try {
      await send();
    } catch (error) {
      await this.release(key, instant);
      throw error;
    }
    await this.sent(key, instant);
  }

  /**
   * Notes the window that a claimed drift is put into, unless an earlier try noted another.
   * @returns the end of the window it belongs into.
   */
  async chooseWindow(rule: string, resourceArn: string, end: string): Promise<string> {
    const { window_end } = await this.update(
      driftKey(rule, resourceArn),
      "SET window_end = if_not_exists(window_end, :end)",
      { ":end": end },
    );
    return String(window_end);
  }

  /** Leaves a window that turned out to be closed. */
  async leaveWindow(rule: string, resourceArn: string): Promise<void> {
    await this.update(driftKey(rule, resourceArn), "REMOVE window_end");
  }

  private async try(
    key: ClaimKey,
    instant: string,
    previousInstant: string | undefined,
    sender: string,
  ): Promise<{ readonly claimedFor: string } | "sent" | "taken"> {
    if (await this.take(key, instant, previousInstant, sender)) return { claimedFor: instant };
    const { claimed_for, sent_for } = await this.read(key);
    if (sent_for !== undefined) return "sent";
    if (typeof claimed_for !== "string") return "taken";
    return (await this.takeOver(key, claimed_for, sender)) ? { claimedFor: claimed_for } : "taken";
  }

  private async claim(key: ClaimKey, instant: string, previousInstant?: string): Promise<string | undefined> {
    // Tells its own claim from another's when the answer to the first of two tries was lost.
    const claimant = randomUUID();
    for (;;) {
      if (await this.take(key, instant, previousInstant, claimant)) return instant;
      const { claimed_for, sent_for } = await this.read(key);
      if (sent_for !== undefined) return undefined;
      if (typeof claimed_for !== "string") continue;
      if (await this.takeOver(key, claimed_for, claimant)) return claimed_for;
      await this.clock.sleep(POLL_MS);
    }
  }

  /** Takes what nobody has claimed; with it everything ends that was said of an earlier failure. */
  private take(
    key: ClaimKey,
    instant: string,
    previousInstant: string | undefined,
    claimant: string,
  ): Promise<boolean> {
    return this.updateIf(
      `attribute_not_exists(claimed_for)${previousInstant === undefined ? "" : " OR claimed_for <= :previous"}`,
      key,
      `SET claimed_for = :instant, claimed_by = :claimant, leased_until = :lease, expires_at = :expiry
       REMOVE sent_for, window_end`,
      {
        ":instant": instant,
        ":claimant": claimant,
        ":lease": this.leaseEnd(),
        ":expiry": expiry(this.clock.now()),
        ...(previousInstant !== undefined && { ":previous": previousInstant }),
      },
    );
  }

  /** Takes what somebody has claimed and not come to sending, or what this claimant has claimed itself. */
  private takeOver(key: ClaimKey, claimedFor: string, claimant: string): Promise<boolean> {
    const isFree = "attribute_not_exists(leased_until) OR leased_until < :now OR claimed_by = :claimant";
    return this.updateIf(
      `claimed_for = :instant AND attribute_not_exists(sent_for) AND (${isFree})`,
      key,
      "SET leased_until = :lease, claimed_by = :claimant",
      {
        ":instant": claimedFor,
        ":claimant": claimant,
        ":now": this.clock.now().toISOString(),
        ":lease": this.leaseEnd(),
      },
    );
  }

  private leaseEnd(): string {
    return new Date(this.clock.now().getTime() + LEASE_MS).toISOString();
  }

  private async sent(key: ClaimKey, instant: string): Promise<void> {
    await this.updateIf(
      "claimed_for = :instant",
      key,
      "SET sent_for = :instant REMOVE window_end, leased_until",
      { ":instant": instant },
    );
  }

  private async release(key: ClaimKey, instant: string): Promise<void> {
    try {
      await this.updateIf("claimed_for = :instant", key, "REMOVE leased_until", { ":instant": instant });
    } catch {
      // The lease ends soon, and what is on its way tells more than this would.
    }
  }

  private async read(key: ClaimKey): Promise<Record<string, unknown>> {
    const { Item = {} } = await this.client.send(
      new GetCommand({ TableName: this.table, Key: key, ConsistentRead: true }),
    );
    return Item;
  }

  /** @returns whether the condition held. */
  private async updateIf(
    condition: string,
    key: ClaimKey,
    expression: string,
    values: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await this.update(key, expression, values, condition);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  private async update(
    key: ClaimKey,
    UpdateExpression: string,
    ExpressionAttributeValues?: Record<string, unknown>,
    ConditionExpression?: string,
  ): Promise<Record<string, unknown>> {
    const { Attributes = {} } = await this.client.send(
      new UpdateCommand({
        TableName: this.table,
        Key: key,
        UpdateExpression,
        ExpressionAttributeValues,
        ConditionExpression,
        ReturnValues: "ALL_NEW",
      }),
    );
    return Attributes;
  }
}

function driftKey(rule: string, resourceArn: string): ClaimKey {
  return { resource_id: `alert#${resourceArn}`, evaluation_timestamp: rule };
}
