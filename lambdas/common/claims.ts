import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** What a run sends once. */
export type RunMessage = "digest" | "failure";

/** A key of the history table that no evaluation and no run has. */
interface ClaimKey {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
}

/**
 * Who alerts of what: conditional writes, so that two paths that see the same drift send one alert. A claim
 * that did not come to sending can be taken up again; two deliveries of one event at the very same moment may
 * therefore both send: an alert twice is better than none.
 */
export class Claims {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  /**
   * Claims the alert of a failure that opened at `openedAt`, after an evaluation at `previousInstant`. Claims
   * for failures up to then are of the past; one for a later instant is for this very failure.
   */
  claimDrift(
    rule: string,
    resourceArn: string,
    openedAt: string,
    previousInstant?: string,
  ): Promise<boolean> {
    return this.claim(driftKey(rule, resourceArn), openedAt, previousInstant);
  }

  async driftSent(rule: string, resourceArn: string, openedAt: string): Promise<void> {
    await this.update(driftKey(rule, resourceArn), "SET sent_for = :instant REMOVE window_end", {
      ":instant": openedAt,
    });
  }

  /** Claims a message that a run sends once. */
  claimMessage(message: RunMessage, rule: string, instant: string): Promise<boolean> {
    return this.claim(messageKey(message, rule, instant), instant);
  }

  async messageSent(message: RunMessage, rule: string, instant: string): Promise<void> {
    await this.update(messageKey(message, rule, instant), "SET sent_for = :instant", { ":instant": instant });
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

  private async claim(key: ClaimKey, instant: string, previousInstant?: string): Promise<boolean> {
    const isEarlier = previousInstant === undefined ? "" : " OR claimed_for <= :previous";
    try {
      await this.update(
        key,
        "SET claimed_for = :instant REMOVE sent_for",
        {
          ":instant": instant,
          ...(previousInstant !== undefined && { ":previous": previousInstant }),
        },
        `attribute_not_exists(claimed_for) OR (claimed_for = :instant AND attribute_not_exists(sent_for))${isEarlier}`,
      );
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

function messageKey(message: RunMessage, rule: string, instant: string): ClaimKey {
  return { resource_id: `alert#${message}#${rule}`, evaluation_timestamp: instant };
}
