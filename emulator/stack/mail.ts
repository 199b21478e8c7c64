import type { Exchange } from "../account/proxy";
import { type Graph, ofType } from "./graph";

/** An e-mail as the alert topic's subscriber receives it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** The message's attributes, which subscriptions filter by. */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The e-mails that come of what was published: for each confirmed `email` subscription that index.ts declares and whose
 * filter policy admits the message, its `email` body
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html).
 */
export function mailsFrom(exchanges: readonly Exchange[], graph: Graph): Mail[] {
  const subscribers = ofType(graph, "aws:sns/topicSubscription:TopicSubscription")
    .map(({ inputs }) => inputs as unknown as Subscription)
    .filter(({ protocol }) => protocol === "email");
  return exchanges
    .filter(
      ({ request, status }) => request.service === "sns" && request.operation === "Publish" && status === 200,
    )
    .flatMap(({ request }) => {
      const form = request.input as Record<string, string>;
      const attributes = messageAttributes(form);
      return subscribers
        .filter(({ topic, filterPolicy }) => topic === form.TopicArn && admits(filterPolicy, attributes))
        .map(({ endpoint }) => ({
          to: endpoint,
          subject: form.Subject ?? "",
          body: emailBody(form),
          attributes,
        }));
    });
}

interface Subscription {
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly filterPolicy?: string;
}

function emailBody({ Message = "", MessageStructure }: Record<string, string>): string {
  if (MessageStructure !== "json") return Message;
  const bodies = JSON.parse(Message) as Record<string, string>;
  return bodies.email ?? bodies.default ?? "";
}

/** `MessageAttributes.entry.N.Name` and `.Value.StringValue` of the form. */
function messageAttributes(form: Readonly<Record<string, string>>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let n = 1; form[`MessageAttributes.entry.${n}.Name`] !== undefined; n++) {
    const name = form[`MessageAttributes.entry.${n}.Name`] ?? "";
    attributes[name] = form[`MessageAttributes.entry.${n}.Value.StringValue`] ?? "";
  }
  return attributes;
}

/** Exact values only; nothing else is used in this project's settings. */
function admits(filterPolicy: string | undefined, attributes: Readonly<Record<string, string>>): boolean {
  if (filterPolicy === undefined) return true;
  const policy = JSON.parse(filterPolicy) as Record<string, unknown[]>;
  return Object.entries(policy).every(([name, allowed]) => allowed.includes(attributes[name]));
}
