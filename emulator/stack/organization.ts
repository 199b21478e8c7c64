/**
 * The stack with the setting `organization`: its state machines, carried out by moto's interpreter of Step Functions.
 */

import { scheduledEvent } from "../account/events";
import { ManagedRules } from "../account/managed-rules";
import { Member } from "../account/member";
import { configOfMembers, Sessions } from "../account/member-config";
import { EmulatedOrganization, ORGANIZATION_ID } from "../account/organization";
import {
  type Execution,
  type FunctionEndpoint,
  StateMachines,
  startFunctionEndpoint,
} from "../account/state-machines";
import { ChangeBus } from "./change-bus";
import { Deployment, type DeploymentOptions } from "./deployment";
import { ofType } from "./graph";

/** Ends with what the rule's name ends, in the names that the program gives. */
const MACHINE = "-sweep";
/** What the machine of the report generator is called instead of a rule. */
const REPORT = "report";

/**
 * An account of the organization with the stack of the template in it, and what its AWS Config says of managed rules.
 */
export interface EnrolledMember {
  readonly member: Member;
  readonly managedRules: ManagedRules;
}

/** A deployment in the account that manages an emulated organization. */
export class OrganizationDeployment {
  /** What the functions' clocks show. */
  private now = "";
  /** Account id → what its AWS Config says. */
  private readonly managedRules = new Map<string, ManagedRules>();

  private constructor(
    readonly stack: Deployment,
    readonly organization: EmulatedOrganization,
    private readonly functions: FunctionEndpoint,
    private readonly machines: StateMachines,
    /** Rule → ARN of its state machine. */
    private readonly arns: ReadonlyMap<string, string>,
    private readonly bus: ChangeBus,
  ) {
    functions.invokes(async (name, event, alias) => {
      const fn = Object.values(stack.functions).find((one) => one.name === name);
      if (!fn) throw new Error(`there is no function ${name}`);
      return (await fn.invoke(event, { now: this.now, ...(alias !== undefined && { alias }) })).payload;
    });
    const sessions = new Sessions(stack.moto.url);
    stack.proxy.intercept(configOfMembers(sessions, (account) => this.managedRules.get(account)));
  }

  /**
   * Starts the stack and an organization with no other account yet.
   * @param regions those that are scanned in each account.
   * @throws Error when moto cannot be had or the program refuses its settings.
   */
  static async start(
    regions: readonly string[],
    { settings, say }: DeploymentOptions = {},
  ): Promise<OrganizationDeployment> {
    const functions = await startFunctionEndpoint();
    // moto takes from it where to invoke functions.
    process.env.MOTO_PORT = String(functions.port);
    process.env.MOTO_FORWARDS_EVENTS = "yes";
    let stack: Deployment | undefined;
    try {
      const organization = {
        id: ORGANIZATION_ID,
        regions,
        roleName: "compliance-reader",
        externalId: "shared-word",
      };
      stack = await Deployment.start({ settings: { ...settings, organization }, ...(say && { say }) });
      const machines = new StateMachines(stack.moto.url);
      const arns = await createMachines(stack, machines);
      const emulated = await EmulatedOrganization.create(stack.moto.url);
      const bus = await ChangeBus.create(stack);
      return new OrganizationDeployment(stack, emulated, functions, machines, arns, bus);
    } catch (error) {
      await stack?.stop();
      await functions.stop();
      throw error;
    }
  }

  /** The rules that have a state machine. */
  get rules(): string[] {
    return [...this.arns.keys()].filter((name) => name !== REPORT);
  }

  /** An account joins a unit, and has the stack of the template made in the Regions. */
  async enrol(name: string, unitId: string, regions: readonly string[]): Promise<EnrolledMember> {
    const { moto, graph, rules } = this.stack;
    const member = await Member.enter(moto.url, await this.organization.join(name, unitId));
    const managedRules = new ManagedRules(
      rules.filter(({ kind }) => kind === "managed"),
      member.accountId,
    );
    this.managedRules.set(member.accountId, managedRules);
    for (const region of regions) await member.makeStack(String(graph.outputs.memberRoleTemplate), region);
    return { member, managedRules };
  }

  /** Invokes the functions with what members have forwarded since the last time. */
  async deliverChanges(time: string): Promise<void> {
    await this.bus.deliver({ now: time });
  }

  /** Carries out the report generator's state machine as the schedule starts it. */
  report(time: string): Promise<Execution> {
    return this.execute(REPORT, time, "report");
  }

  /** Carries out a rule's state machine as the schedule starts it. */
  run(rule: string, time: string): Promise<Execution> {
    return this.execute(rule, time, "sweep");
  }

  private execute(name: string, time: string, schedule: "sweep" | "report"): Promise<Execution> {
    this.now = time;
    const arn = this.arns.get(name);
    if (arn === undefined) throw new Error(`the stack has no state machine ${name}${MACHINE}`);
    return this.machines.run(arn, scheduledEvent(time, schedule));
  }

  /** Ends functions, proxy and moto. */
  async stop(): Promise<void> {
    await this.stack.stop();
    await this.functions.stop();
  }
}

async function createMachines(stack: Deployment, machines: StateMachines): Promise<Map<string, string>> {
  const arns = new Map<string, string>();
  for (const { name, inputs } of ofType(stack.graph, "aws:sfn/stateMachine:StateMachine")) {
    const arn = await machines.create(String(inputs.name), String(inputs.definition), String(inputs.roleArn));
    arns.set(name.slice(0, -MACHINE.length), arn);
  }
  return arns;
}
