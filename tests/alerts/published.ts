import { SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import type { AlertEntry } from "../../lambdas/common/alerts/alert-message";
import { entry, INSTANT } from "../support/factories";

/** SNS, which takes everything. */
export const sns = mockClient(SNSClient);

/** What each kind of subscriber gets. */
export interface Bodies {
  readonly default: string;
  readonly email: string;
  readonly sms: string;
}

/** Of what programs get, the list of drifts. */
export interface Machine {
  readonly drifts: {
    readonly count: number;
    readonly leftOut: number;
    readonly entries: readonly AlertEntry[];
  };
}

/** The bodies of a published message, that for programs parsed. */
export function bodiesOf(body: string): Bodies & { readonly machine: Machine & Record<string, unknown> } {
  const bodies = JSON.parse(body) as Bodies;
  return { ...bodies, machine: JSON.parse(bodies.default) };
}

/** Entries as long as rows and ARNs allow. */
export function longEntries(count: number, filler = "x"): AlertEntry[] {
  return Array.from({ length: count }, (_, index) =>
    entry({ name: `${index}-${filler.repeat(240)}`, annotation: filler.repeat(256), openSince: INSTANT }),
  );
}
