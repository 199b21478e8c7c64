import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";

/** Drift alerts of a rule that fall into one window are folded once there are more than this many. */
export const SINGLE_ALERTS_PER_WINDOW = 5;
/** Length of that window in milliseconds. */
export const WINDOW_MS = 60_000;
/** Alerts a window keeps the text of; later ones are counted. Keeps the item far below DynamoDB's 400 KB. */
const ALERTS_KEPT_PER_WINDOW = 200;

/** What becomes of a drift alert that was put into a window. */
export type WindowPlace =
  /** It is sent on its own. */
  | "single"
  /** It sends the window's folded message once the window has ended. */
  | "folder"
  /** Another one's folded message lists it. */
  | "folded"
  /** The folded message has been made already: the alert belongs into a later window. */
  | "closed";

/** The alerts of a window that were not sent on their own. */
export interface FoldedAlerts {
  readonly count: number;
  /** What the message says of them; of the first 200 at most. */
  readonly texts: readonly string[];
}

/** What a run sends once. */
export type RunMessage = "digest" | "failure";

/** A key of the history table that no evaluation and no run has. */
interface ClaimKey {
  readonly resource_id: string;
  readonly evaluation_timestamp: string;
}

/** Who alerts of what: conditional writes, so that two paths that see the same drift send one alert. */
export class Claims {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  /**
   * Claims the alert of a drift that was seen at `instant`, after an evaluation at `previousInstant`.
   * The same failure is claimed once, whichever path sees it; a retry of the path that claimed it and did
   * not get to send gets it again; a failure after a recovery is another one.
   */
  claimDrift(rule: string, resourceArn: string, instant: string, previousInstant?: string): Promise<boolean> {
    return this.claim(driftKey(rule, resourceArn), instant, previousInstant);
  }

  async driftSent(rule: string, resourceArn: string, instant: string): Promise<void> {
    await this.update(driftKey(rule, resourceArn), "SET sent_for = :instant REMOVE window_end", {
      ":instant": instant,
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
   * Puts a claimed drift into the window that ends at `end`, unless an earlier try put it into another.
   * @returns the end of the window it is in.
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

  /**
   * Counts a drift alert into a window. Entering again with the same id changes nothing.
   * @param text what a folded message says of the alert.
   */
  async enterWindow(rule: string, end: string, id: string, text: string): Promise<WindowPlace> {
    const key = windowKey(rule, end);
    const isNew = "attribute_not_exists(closed) AND NOT contains(ids, :me)";
    const list = { ":none": [], ":id": [id], ":me": id };
    const full = `size(ids) >= :most`;
    const entered =
      (await this.tryUpdate(key, {
        UpdateExpression:
          "SET ids = list_append(if_not_exists(ids, :none), :id), texts = list_append(if_not_exists(texts, :none), :text)",
        ConditionExpression: `${isNew} AND (attribute_not_exists(ids) OR NOT ${full})`,
        ExpressionAttributeValues: { ...list, ":text": [text], ":most": ALERTS_KEPT_PER_WINDOW },
      })) ??
      (await this.tryUpdate(key, {
        UpdateExpression: "SET ids = list_append(if_not_exists(ids, :none), :id)",
        ConditionExpression: `${isNew} AND ${full}`,
        ExpressionAttributeValues: { ...list, ":most": ALERTS_KEPT_PER_WINDOW },
      })) ??
      (await this.update(key, "SET ids = if_not_exists(ids, :none)", { ":none": [] }));
    const position = (entered.ids as string[]).indexOf(id);
    if (position < 0) return "closed";
    if (position < SINGLE_ALERTS_PER_WINDOW) return "single";
    return position === SINGLE_ALERTS_PER_WINDOW ? "folder" : "folded";
  }

  /** Closes a window, so that nothing can enter it that its folded message does not list; closing again is harmless. */
  async closeWindow(rule: string, end: string): Promise<FoldedAlerts> {
    const { ids = [], texts = [] } = (await this.update(windowKey(rule, end), "SET closed = :true", {
      ":true": true,
    })) as {
      ids?: string[];
      texts?: string[];
    };
    return { count: ids.length - SINGLE_ALERTS_PER_WINDOW, texts: texts.slice(SINGLE_ALERTS_PER_WINDOW) };
  }

  private async claim(key: ClaimKey, instant: string, previousInstant?: string): Promise<boolean> {
    const isEarlier = previousInstant === undefined ? "" : " OR claimed_for <= :previous";
    const claimed = await this.tryUpdate(key, {
      UpdateExpression: "SET claimed_for = :instant REMOVE sent_for",
      ConditionExpression: `attribute_not_exists(claimed_for) OR (claimed_for = :instant AND attribute_not_exists(sent_for))${isEarlier}`,
      ExpressionAttributeValues: {
        ":instant": instant,
        ...(previousInstant !== undefined && { ":previous": previousInstant }),
      },
    });
    return claimed !== undefined;
  }

  private async update(
    key: ClaimKey,
    UpdateExpression: string,
    ExpressionAttributeValues?: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const { Attributes } = await this.client.send(
      new UpdateCommand({
        TableName: this.table,
        Key: key,
        UpdateExpression,
        ExpressionAttributeValues,
        ReturnValues: "ALL_NEW",
      }),
    );
    return Attributes ?? {};
  }

  /** Undefined when the condition does not hold. */
  private async tryUpdate(
    key: ClaimKey,
    update: Pick<
      UpdateCommandInput,
      "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeValues"
    >,
  ): Promise<Record<string, unknown> | undefined> {
    try {
      const { Attributes } = await this.client.send(
        new UpdateCommand({ TableName: this.table, Key: key, ReturnValues: "ALL_NEW", ...update }),
      );
      return Attributes ?? {};
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

/** When the window that `at` falls into ends, as an ISO-8601 instant. */
export function windowEnd(at: Date): string {
  return new Date((Math.floor(at.getTime() / WINDOW_MS) + 1) * WINDOW_MS).toISOString();
}

function driftKey(rule: string, resourceArn: string): ClaimKey {
  return { resource_id: `alert#${resourceArn}`, evaluation_timestamp: rule };
}

function messageKey(message: RunMessage, rule: string, instant: string): ClaimKey {
  return { resource_id: `alert#${message}#${rule}`, evaluation_timestamp: instant };
}

function windowKey(rule: string, end: string): ClaimKey {
  return { resource_id: `alert#window#${rule}`, evaluation_timestamp: end };
}
