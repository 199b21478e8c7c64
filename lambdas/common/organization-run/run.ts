/** What the three steps of a run over an organization have in common: the plan, and where things lie. */

import { text } from "node:stream/consumers";
import type { Target } from "../aws/target";
import type { Evaluator, EvaluatorDependencies, OrganizationDependencies } from "../evaluator/evaluator";
import { type SkippedAccount, whySkipped } from "../organization/accounts";
import { InvalidInputError } from "../values/errors";

/** The plan of one run, written once: every other step of the run goes by it. */
export interface OrganizationPlan {
  readonly instant: string;
  readonly trigger: "sweep" | "on-demand";
  /** Of the event that the schedule sent, where it is told. */
  readonly eventId?: string;
  /** ISO-8601 instant before any account was read. */
  readonly plannedAt: string;
  /** Accounts that are scanned. */
  readonly accounts: readonly string[];
  readonly skipped: readonly SkippedAccount[];
}

/** @throws InvalidInputError where no organization is scanned. */
export function organizationOf({
  organization,
}: Pick<EvaluatorDependencies, "organization">): OrganizationDependencies {
  if (organization) return organization;
  throw new InvalidInputError("event must not be a step of an organization's run: the setting is not set");
}

/** Where the plan of a run lies. */
export function planKey(rule: string, instant: string): string {
  return `${rule}/${instant}/plan.json`;
}

/** Where the observations of one account lie. */
export function observationsKey(rule: string, instant: string, account: string): string {
  return `${rule}/${instant}/${account}.ndjson.gz`;
}

/** @throws InvalidInputError when the run was not planned. */
export async function readPlan(
  { objects }: OrganizationDependencies,
  rule: string,
  instant: string,
): Promise<OrganizationPlan> {
  const stored = await objects.read(planKey(rule, instant));
  if (!stored) throw new InvalidInputError(`instant must be that of a run that was planned, not ${instant}`);
  return JSON.parse(await text(stored)) as OrganizationPlan;
}

/** @throws InvalidInputError for an account that the plan does not have. */
export function assertPlanned({ accounts }: OrganizationPlan, account: string): void {
  if (accounts.includes(account)) return;
  throw new InvalidInputError(`account must be one of the planned ${accounts.length}, not ${account}`);
}

/** Why an account that had been evaluated is not, in a sentence; undefined for one of the plan's. */
export function whyNotPlanned({ accounts, skipped }: OrganizationPlan, account: string): string | undefined {
  if (accounts.includes(account)) return undefined;
  const reason = skipped.find(({ id }) => id === account)?.reason;
  return `No longer evaluated: the account ${account} ${whySkipped(reason)}.`;
}

/** The plan of the newest run that was planned; undefined when none was in the time for which plans are kept. */
export async function newestPlan(
  { objects }: OrganizationDependencies,
  rule: string,
): Promise<OrganizationPlan | undefined> {
  // Instants of one form sort as times do.
  const newest = (await objects.folders(rule)).at(-1);
  const stored = newest && (await objects.read(planKey(rule, newest)));
  return stored ? (JSON.parse(await text(stored)) as OrganizationPlan) : undefined;
}

/** The home Region of an account: by the role there, or in the deployment's own account by the function's. */
export function homeOf(
  { targets: [own] }: Pick<Evaluator<unknown, unknown>, "targets">,
  { members }: OrganizationDependencies,
  accountId: string,
): Target {
  if (accountId === own.accountId) return own;
  return { ...own, accountId, credentials: members.of(accountId) };
}
