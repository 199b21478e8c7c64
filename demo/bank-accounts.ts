/** The accounts of the invented bank's organization, by the names that the bank gave them. */

import { ACCOUNT_ID } from "../emulator/account/moto";
import type { EnrolledMember, OrganizationDeployment } from "../emulator/stack/organization";

/** Those that the bank works in; its accounts have others, which nobody scans. */
export const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"] as const;

/** A user in payments that has no second factor. */
export const BUILDER = {
  resourceType: "AWS::IAM::User",
  resourceId: "AIDAJQ4WQDEMOBUILD042",
  resourceName: "build-bot",
};

/** They come and go as the story tells. */
export class BankAccounts {
  /** Account id → what the bank calls it. */
  private readonly names = new Map([[ACCOUNT_ID, "security"]]);
  private readonly enrolled = new Map<string, EnrolledMember>();
  private units = { production: "", sandbox: "" };

  constructor(private readonly deployment: OrganizationDeployment) {}

  /** Makes the organization's units. */
  async makeUnits(): Promise<void> {
    const { organization } = this.deployment;
    this.units = {
      production: await organization.unit("production"),
      sandbox: await organization.unit("sandbox"),
    };
  }

  /** A new account in a unit, with the template's stack. @returns its id */
  async join(name: string, unit: "production" | "sandbox"): Promise<string> {
    const enrolled = await this.deployment.enrol(name, this.units[unit], REGIONS);
    const { accountId } = enrolled.member;
    this.names.set(accountId, name);
    this.enrolled.set(accountId, enrolled);
    return accountId;
  }

  /** Launches an instance. @returns its id, in a list */
  launch(name: string, region: string, tags: Readonly<Record<string, string>>): Promise<string[]> {
    return this.memberOf(name).member.estate.launch(tags, 1, region);
  }

  /** Every account that ever joined. */
  members(): Iterable<EnrolledMember> {
    return this.enrolled.values();
  }

  /** @throws Error when no account of that name has joined. */
  memberOf(name: string): EnrolledMember {
    const enrolled = this.enrolled.get(this.idOf(name));
    if (enrolled === undefined) throw new Error(`${name} has no stack of the template`);
    return enrolled;
  }

  /** What the bank calls the account; its id when it calls it nothing. */
  nameOf(id: string): string {
    return this.names.get(id) ?? id;
  }

  /** @throws Error when no account is called that. */
  idOf(name: string): string {
    for (const [id, called] of this.names) if (called === name) return id;
    throw new Error(`no account is called ${name}`);
  }
}
