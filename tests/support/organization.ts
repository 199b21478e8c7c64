/** Worlds of an organization: its accounts, those that refuse the role, and the steps of a run. */

import type { OrganizationAccounts, SkippedAccount } from "../../lambdas/common/organization/accounts";
import { itemChange, put as putThing } from "./regions";
import { MemorySweepObjects } from "./sweep-objects";
import { ACCOUNT, type Condition, REGION, thingArn } from "./things";
import type { World } from "./world";

export const MEMBER = "222222222222";
export const OTHER_MEMBER = "333333333333";

/** What a test changes of its organization. */
export class Organization {
  accounts: string[] = [ACCOUNT, MEMBER, OTHER_MEMBER];
  skipped: SkippedAccount[] = [];
  /** Accounts that refuse the role, and by what error. */
  readonly refusing = new Map<string, Error>();
  readonly objects = new MemorySweepObjects();
  /** How often the role of an account was taken on. */
  readonly taken: string[] = [];

  constructor(private readonly world: World) {
    world.isRegional = true;
    world.organization = {
      settings: { id: "o-abcdefghij", roleName: "compliance-reader", actions: ["test:ListThings"] },
      objects: this.objects,
      directory: {
        accounts: async (): Promise<OrganizationAccounts> => ({
          accounts: this.accounts,
          skipped: this.skipped,
        }),
      },
      members: {
        of: (account) => async () => {
          this.taken.push(account);
          const error = this.refusing.get(account);
          if (error) throw error;
          return { accessKeyId: account, secretAccessKey: "secret" };
        },
      },
    };
  }

  put(account: string, name: string, condition: Condition, region = "us-east-1"): void {
    putThing(this.world, name, condition, region);
    this.world.ownedBy.set(name, account);
  }

  remove(name: string): void {
    this.world.things.delete(name);
  }

  /** A whole run as the state machine carries it out; a scan that fails is left out by it. */
  async run(): Promise<Record<string, unknown>> {
    const instant = this.world.now.toISOString();
    const planned = (await this.world.invoke({ plan: { instant } })) as { accounts: readonly string[] };
    for (const account of planned.accounts) {
      await this.world.invoke({ scan: { instant, account } }).catch(() => undefined);
    }
    this.world.pass(2);
    return this.close(instant);
  }

  async close(instant: string): Promise<Record<string, unknown>> {
    return { ...(await this.world.invoke({ close: { instant } })) };
  }

  /** The last run's ledger, by account and Region. */
  async ledger() {
    const runs = (await this.world.runs()).sort((a, b) =>
      a.evaluation_timestamp < b.evaluation_timestamp ? -1 : 1,
    );
    const ledger = runs.at(-1)?.ledger ?? [];
    return Object.fromEntries(ledger.map((entry) => [`${entry.account_id} ${entry.region}`, entry]));
  }
}

/** AWS Config's event on the default bus of a member's Region, as it comes by the deployment's bus. */
export function memberChange(
  name: string,
  account: string,
  world: World,
  { region = REGION, item = {} }: { region?: string; item?: Record<string, unknown> } = {},
) {
  const arn = thingArn(name, account, region);
  const event = itemChange(name, region, world, { awsAccountId: account, ARN: arn, ...item });
  return { ...event, account, resources: [arn] };
}
