/** What people were told of an account. */

import type { PublishCommandInput } from "@aws-sdk/client-sns";
import { AccountOfThings } from "./account-of-things";

/** One alert that was published, with its bodies taken apart. */
export interface SentAlert {
  readonly kind: string;
  readonly subject: string;
  readonly email: string;
  readonly data: Record<string, unknown>;
  /** ISO-8601. */
  readonly sentAt: string;
}

/** An account of whose things people are told, by a clock of its own. */
export class AlertedAccount extends AccountOfThings {
  readonly alerts: SentAlert[] = [];
  protected milliseconds = Date.parse("2026-11-24T00:00:00.000Z");

  get now(): Date {
    return new Date(this.milliseconds);
  }

  pass(minutes: number): void {
    this.milliseconds += minutes * 60_000;
  }

  /** Takes a message as SNS does. */
  protected take(message: PublishCommandInput): void {
    this.alerts.push(sentAlert(message, this.now));
  }

  drifts(): SentAlert[] {
    return this.alerts.filter(({ kind }) => kind === "drift");
  }

  /** The names of what drifts told, one by one or in lists. */
  toldNames(): string[] {
    return this.drifts().flatMap(({ data }) => {
      const { entries } = (data.drifts ?? { entries: [data.resource] }) as { entries: { name: string }[] };
      return entries.map(({ name }) => name);
    });
  }

  /** Of the drifts that were told one by one. */
  mostSinglesInAMinute(): number {
    const counts = new Map<string, number>();
    for (const { sentAt, data } of this.drifts()) {
      if (data.drifts === undefined)
        counts.set(sentAt.slice(0, 16), (counts.get(sentAt.slice(0, 16)) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values());
  }

  digests(): SentAlert[] {
    return this.alerts.filter(({ kind }) => kind === "digest");
  }
}

function sentAlert(
  { Subject = "", Message = "", MessageAttributes }: PublishCommandInput,
  now: Date,
): SentAlert {
  const bodies = JSON.parse(Message) as Record<string, string>;
  return {
    kind: MessageAttributes?.kind?.StringValue ?? "",
    subject: Subject,
    email: bodies.email ?? "",
    data: JSON.parse(bodies.default ?? "{}"),
    sentAt: now.toISOString(),
  };
}
