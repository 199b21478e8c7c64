/** Which accounts of an organization are scanned, as AWS Organizations knows them now. */

import {
  type Account,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from "@aws-sdk/client-organizations";
import { InvalidInputError } from "../values/errors";
import type { OrganizationSettings } from "./settings";

/** An account of the organization that is not scanned, and why. */
export interface SkippedAccount {
  readonly id: string;
  /** A state of AWS's other than ACTIVE, such as SUSPENDED; or what of the settings leaves the account out. */
  readonly reason: string;
}

/** The accounts of an organization, each in one of the lists, sorted. */
export interface OrganizationAccounts {
  readonly accounts: readonly string[];
  readonly skipped: readonly SkippedAccount[];
}

/** Why an active account is not scanned. */
const EXCLUDED = "excludeAccounts";
const OUTSIDE_THE_UNITS = "units";

/** The reason in words that follow the account; of one that the list does not have, when there is none. */
export function whySkipped(reason: string | undefined): string {
  if (reason === undefined) return "left the organization";
  if (reason === EXCLUDED) return "is among organization.excludeAccounts";
  if (reason === OUTSIDE_THE_UNITS) return "is in none of organization.units";
  return `is ${reason}`;
}

/** What names the accounts. */
export interface AccountDirectory {
  /** @throws what kept them from being listed. */
  accounts(): Promise<OrganizationAccounts>;
}

/** The accounts by AWS Organizations, which tells them to the management account and to delegated administrators. */
export class OrganizationDirectory implements AccountDirectory {
  constructor(
    private readonly client: OrganizationsClient,
    private readonly settings: OrganizationSettings,
  ) {}

  /**
   * @throws what kept the accounts from being listed; InvalidInputError when they are another organization's, or none
   * of them is left to be scanned, by which nobody could tell a wrong setting from an empty organization.
   */
  async accounts(): Promise<OrganizationAccounts> {
    const { excludeAccounts = [] } = this.settings;
    const inUnits = await this.accountsOfUnits();
    const accounts: string[] = [];
    const skipped: SkippedAccount[] = [];
    for (const account of await this.listAll()) {
      const { Id: id = "" } = account;
      this.refuseOtherOrganization(account);
      const state = stateOf(account);
      if (state !== "ACTIVE") skipped.push({ id, reason: state });
      else if (excludeAccounts.includes(id)) skipped.push({ id, reason: EXCLUDED });
      else if (inUnits && !inUnits.has(id)) skipped.push({ id, reason: OUTSIDE_THE_UNITS });
      else accounts.push(id);
    }
    if (accounts.length === 0) {
      throw new InvalidInputError(
        `organization must leave at least one active account to be scanned; skipped: ${skipped.length}`,
      );
    }
    return { accounts: accounts.sort(), skipped: skipped.sort((a, b) => (a.id < b.id ? -1 : 1)) };
  }

  /**
   * The ARN of an account names its organization
   * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html).
   */
  private refuseOtherOrganization({ Arn: arn = "" }: Account): void {
    const { id } = this.settings;
    const found = arn.split("/")[1];
    if (found === id) return;
    throw new InvalidInputError(`organization.id must be ${found}, to which the accounts belong, not ${id}`);
  }

  private async listAll(): Promise<Account[]> {
    const all: Account[] = [];
    // A page may be empty and have others after it
    // (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html).
    for await (const { Accounts = [] } of paginateListAccounts({ client: this.client }, {})) {
      all.push(...Accounts);
    }
    return all;
  }

  /** Undefined where the settings name no units. */
  private async accountsOfUnits(): Promise<Set<string> | undefined> {
    const { units } = this.settings;
    if (!units) return undefined;
    const accounts = new Set<string>();
    // What is added while it is gone through is gone through, too.
    const parents = new Set(units);
    for (const ParentId of parents) {
      const client = { client: this.client };
      for await (const page of paginateListAccountsForParent(client, { ParentId })) {
        for (const { Id } of page.Accounts ?? []) if (Id) accounts.add(Id);
      }
      for await (const page of paginateListOrganizationalUnitsForParent(client, { ParentId })) {
        for (const { Id } of page.OrganizationalUnits ?? []) if (Id) parents.add(Id);
      }
    }
    return accounts;
  }
}

/** `Status` is what AWS called it until September 2026. */
function stateOf({ State, Status }: Account): string {
  return State ?? Status ?? "UNKNOWN";
}
