/** The stack with the setting `organization`: its state machines, carried out by moto's interpreter of Step Functions. */

import { scheduledEvent } from "../account/events";
import { EmulatedOrganization, ORGANIZATION_ID } from "../account/organization";
import {
  type Execution,
  type FunctionEndpoint,
  StateMachines,
  startFunctionEndpoint,
} from "../account/state-machines";
import { Deployment, type DeploymentOptions } from "./deployment";
import { ofType } from "./graph";

/** Ends with what the rule's name ends, in the names that the program gives. */
const MACHINE = "-sweep";

/** A deployment in the account that manages an emulated organization. */
export class OrganizationDeployment {
  /** What the functions' clocks show. */
  private now = "";

  private constructor(
    readonly stack: Deployment,
    readonly organization: EmulatedOrganization,
    private readonly functions: FunctionEndpoint,
    private readonly machines: StateMachines,
    /** Rule → ARN of its state machine. */
    private readonly arns: ReadonlyMap<string, string>,
  ) {
    functions.invokes(async (name, event) => {
      const fn = Object.values(stack.functions).find((one) => one.name === name);
      if (!fn) throw new Error(`there is no function ${name}`);
      return (await fn.invoke(event, { now: this.now })).payload;
    });
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
      return new OrganizationDeployment(stack, emulated, functions, machines, arns);
    } catch (error) {
      await stack?.stop();
      await functions.stop();
      throw error;
    }
  }

  /** The rules that have a state machine. */
  get rules(): string[] {
    return [...this.arns.keys()];
  }

  /** Carries out a rule's state machine as the schedule starts it. */
  async run(rule: string, time: string): Promise<Execution> {
    this.now = time;
    const arn = this.arns.get(rule);
    if (arn === undefined) throw new Error(`the stack has no state machine of the rule ${rule}`);
    return this.machines.run(arn, scheduledEvent(time, "sweep"));
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
