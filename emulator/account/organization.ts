/** An organization of AWS Organizations in the emulator, changed as those who run it would. */

import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Estate } from "./estate";
import { fault, queryError } from "./faults";
import { ACCOUNT_ID, emulatorClient } from "./moto";
import type { Interceptor } from "./proxy";

/** moto draws ids by chance; after this seed the organization has always the same. */
export const SEED = 20261124;
export const ORGANIZATION_ID = "o-laci35k21p";

/** The organization that the emulated account manages. */
export class EmulatedOrganization {
  private readonly client: OrganizationsClient;

  private constructor(
    private readonly endpoint: string,
    private readonly rootId: string,
  ) {
    this.client = new OrganizationsClient(emulatorClient(endpoint));
  }

  /** Makes it, with no account but the one that manages it. */
  static async create(endpoint: string): Promise<EmulatedOrganization> {
    await fetch(`${endpoint}/moto-api/seed?a=${SEED}`, { method: "POST" });
    const client = new OrganizationsClient(emulatorClient(endpoint));
    await client.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const { Roots: [root] = [] } = await client.send(new ListRootsCommand({}));
    return new EmulatedOrganization(endpoint, root?.Id ?? "");
  }

  /** Returns the unit's id. */
  async unit(Name: string): Promise<string> {
    const made = await this.client.send(new CreateOrganizationalUnitCommand({ ParentId: this.rootId, Name }));
    return made.OrganizationalUnit?.Id ?? "";
  }

  /** A new account in a unit. Returns the account's id. */
  async join(AccountName: string, unitId: string): Promise<string> {
    const { CreateAccountStatus } = await this.client.send(
      new CreateAccountCommand({ AccountName, Email: `${AccountName}@example.com` }),
    );
    const AccountId = CreateAccountStatus?.AccountId ?? "";
    const move = { AccountId, SourceParentId: this.rootId, DestinationParentId: unitId };
    await this.client.send(new MoveAccountCommand(move));
    return AccountId;
  }

  /** The account is closed, and SUSPENDED for 90 days. */
  async close(AccountId: string): Promise<void> {
    await this.client.send(new CloseAccountCommand({ AccountId }));
  }

  async remove(AccountId: string): Promise<void> {
    await this.client.send(new RemoveAccountFromOrganizationCommand({ AccountId }));
  }

  /** What there is in a member account, by a role of its owners. */
  async estateOf(account: string): Promise<Estate> {
    const { Credentials } = await new STSClient(emulatorClient(this.endpoint)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/owner`, RoleSessionName: "owner" }),
    );
    return new Estate(this.endpoint, {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    });
  }
}

/**
 * The account's role trusts others, or is not there: moto itself lets everybody take on any role. AWS says the same of
 * both (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
export function refusingRole(account: string): Interceptor {
  const where = ({ body }: { readonly body: Buffer }) => body.includes(account);
  return fault({ service: "sts", operation: "AssumeRole", where }, ({ input }) => {
    const caller = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/scanner/scanner`;
    const denied = `is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`;
    return queryError("sts", "AccessDenied", `User: ${caller} ${denied}`, 403);
  });
}
