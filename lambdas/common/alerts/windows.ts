import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand, paginateQuery, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { expiry } from "../values/expiry";
import type { AlertEntry } from "./alert-message";

/** Drift alerts of a rule that fall into one window are folded once there are more than this many. */
export const SINGLE_ALERTS_PER_WINDOW = 5;
const WINDOW_MS = 60_000;
const CONCURRENT_WRITES = 16;

/** What becomes of drift alerts that were put into a window. */
export type WindowPlace =
  /** They are sent one by one. */
  | "single"
  /** Their sender sends the window's folded message once the window has ended. */
  | "folder"
  /** Another one's folded message lists them. */
  | "folded"
  /** The folded message is being made or has been: it may list them, or they belong into a later window. */
  | "closed";

/** An alert in a window: the resource, and when its failure opened. */
export interface WindowEntry {
  readonly entry: AlertEntry;
  /** ISO-8601. */
  readonly openedAt: string;
}

/** When the window that `at` falls into ends, as an ISO-8601 instant. */
export function windowEnd(at: Date): string {
  return new Date((Math.floor(at.getTime() / WINDOW_MS) + 1) * WINDOW_MS).toISOString();
}

/**
 * Short spans of time in which the drift alerts of a rule are counted. A window is a small item with the
 * count, and an item an alert with what a folded message says of it: a storm of alerts writes many small
 * items, not one that grows.
 */
export class Windows {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  /**
   * Puts alerts that were found together into the window that ends at `end`; doing so again, after a crash, is
   * harmless.
   * @param sender who closes the window if nobody else does it for these alerts.
   */
  async enter(
    rule: string,
    end: string,
    sender: string,
    alerts: readonly WindowEntry[],
  ): Promise<WindowPlace> {
    // First, so that whoever closes the window finds the text of everything that was counted.
    await this.each(alerts, ({ entry, openedAt }) =>
      this.client.send(
        new PutCommand({
          TableName: this.table,
          Item: {
            ...entryKey(rule, end, entry.resource),
            entry,
            opened_at: openedAt,
            expires_at: expiry(new Date(end)),
          },
        }),
      ),
    );
    const entered = await this.update(rule, end, {
      UpdateExpression: "SET expires_at = :expiry ADD entered :count",
      ConditionExpression: "attribute_not_exists(closed)",
      ExpressionAttributeValues: { ":count": alerts.length, ":expiry": expiry(new Date(end)) },
    });
    if (!entered) return "closed";
    if (Number(entered.entered) <= SINGLE_ALERTS_PER_WINDOW) {
      await this.each(alerts, ({ entry }) =>
        this.client.send(
          new UpdateCommand({
            TableName: this.table,
            Key: entryKey(rule, end, entry.resource),
            UpdateExpression: "SET sent_singly = :true",
            ExpressionAttributeValues: { ":true": true },
          }),
        ),
      );
      return "single";
    }
    const folded = await this.update(rule, end, {
      UpdateExpression: "SET folder = if_not_exists(folder, :me)",
      ConditionExpression: "attribute_not_exists(closed)",
      ExpressionAttributeValues: { ":me": sender },
    });
    if (!folded) return "closed";
    return folded.folder === sender ? "folder" : "folded";
  }

  /**
   * Closes a window, so that nothing enters it any more; closing again is harmless.
   * @returns the alerts that were not sent on their own, as far as the window knows.
   */
  async close(rule: string, end: string): Promise<readonly WindowEntry[]> {
    await this.update(rule, end, {
      UpdateExpression: "SET closed = :true, expires_at = :expiry",
      ExpressionAttributeValues: { ":true": true, ":expiry": expiry(new Date(end)) },
    });
    const entries: WindowEntry[] = [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        KeyConditionExpression: "resource_id = :id",
        FilterExpression: "attribute_not_exists(sent_singly)",
        ExpressionAttributeValues: { ":id": entriesId(rule, end) },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) {
      for (const { entry, opened_at } of Items)
        entries.push({ entry: entry as AlertEntry, openedAt: String(opened_at) });
    }
    return entries;
  }

  private each(alerts: readonly WindowEntry[], write: (alert: WindowEntry) => Promise<unknown>) {
    return pMap(alerts, write, { concurrency: CONCURRENT_WRITES });
  }

  /** Undefined when the condition does not hold. */
  private async update(
    rule: string,
    end: string,
    update: {
      readonly UpdateExpression: string;
      readonly ConditionExpression?: string;
      readonly ExpressionAttributeValues: Record<string, unknown>;
    },
  ): Promise<Record<string, unknown> | undefined> {
    try {
      const { Attributes = {} } = await this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: { resource_id: `alert#window#${rule}`, evaluation_timestamp: end },
          ReturnValues: "ALL_NEW",
          ...update,
        }),
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }
}

function entriesId(rule: string, end: string): string {
  return `alert#window#${rule}#${end}`;
}

function entryKey(rule: string, end: string, resourceArn: string) {
  return { resource_id: entriesId(rule, end), evaluation_timestamp: resourceArn };
}
