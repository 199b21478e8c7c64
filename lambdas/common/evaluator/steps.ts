/** The events by which a state machine has a run over an organization carried out. */

import * as v from "valibot";
import { check, type Fields, fields, INSTANT, oneOf, TEXT, textLike } from "../values/check";

/** The first step of a run over an organization: which accounts are to be scanned. */
export interface PlanRequest {
  readonly kind: "plan";
  /** Of the run, ISO-8601. */
  readonly instant: string;
  readonly trigger: "sweep" | "on-demand";
  /** Of the event that the schedule sent, where it has to be told. */
  readonly eventId?: string;
}

/** The second step, once for each account. */
export interface ScanRequest {
  readonly kind: "scan";
  readonly instant: string;
  readonly account: string;
}

/** The last step: everything that was seen is recorded, alerted of and committed. */
export interface CloseRequest {
  readonly kind: "close";
  readonly instant: string;
}

const ACCOUNT = textLike(/^\d{12}$/, "an account id of 12 digits");
const PLAN = fields({
  plan: fields({
    instant: INSTANT,
    trigger: v.optional(oneOf(["sweep", "on-demand"]), "sweep"),
    eventId: v.exactOptional(TEXT),
  }),
});
const SCAN = fields({ scan: fields({ instant: INSTANT, account: ACCOUNT }) });
const CLOSE = fields({ close: fields({ instant: INSTANT }) });

/** A step of a run over an organization. */
export type StepRequest = PlanRequest | ScanRequest | CloseRequest;

/**
 * The step that an event asks for; undefined when it asks for none.
 * @throws InvalidInputError naming everything that is wrong and what is allowed.
 */
export function parseStep(event: Fields): StepRequest | undefined {
  const parse = <Schema extends v.GenericSchema>(schema: Schema) =>
    check(schema, event, "event", { within: "" });
  if (event.plan !== undefined) return { kind: "plan", ...parse(PLAN).plan };
  if (event.scan !== undefined) return { kind: "scan", ...parse(SCAN).scan };
  if (event.close !== undefined) return { kind: "close", ...parse(CLOSE).close };
  return undefined;
}
