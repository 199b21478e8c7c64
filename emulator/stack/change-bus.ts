/** The bus that members forward their changes to. */

import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { callMoto } from "../account/call";
import { ACCOUNT_ID, emulatorClient, REGION } from "../account/moto";
import type { Deployment } from "./deployment";
import { ofType, theOne } from "./graph";
import type { Invocation, InvokeOptions, LambdaFunction } from "./lambda";

/**
 * EventBridge on the deployment's own bus. moto matches the declared patterns and invokes no functions: each rule has a
 * queue for its target, and what is in it goes to the declared target's function.
 */
export class ChangeBus {
  private readonly sqs: SQSClient;

  private constructor(
    endpoint: string,
    private readonly queues: readonly { readonly url: string; readonly fn: LambdaFunction }[],
  ) {
    this.sqs = new SQSClient(emulatorClient(endpoint));
  }

  /** Creates the declared bus with its rules. */
  static async create({ moto, graph, functions }: Deployment): Promise<ChangeBus> {
    const { id: busName } = theOne(graph, "aws:cloudwatch/eventBus:EventBus");
    const events = { endpoint: moto.url, service: "events" };
    await callMoto(events, "AWSEvents.CreateEventBus", { Name: busName });
    const sqs = new SQSClient(emulatorClient(moto.url));
    const queues: { url: string; fn: LambdaFunction }[] = [];
    for (const { id, inputs } of ofType(graph, "aws:cloudwatch/eventRule:EventRule")) {
      if (inputs.eventBusName !== busName) continue;
      const rule = { Name: id, EventBusName: busName, EventPattern: inputs.eventPattern };
      await callMoto(events, "AWSEvents.PutRule", rule);
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: id }));
      const target = { Id: "queue", Arn: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${id}` };
      await callMoto(events, "AWSEvents.PutTargets", {
        Rule: id,
        EventBusName: busName,
        Targets: [target],
      });
      const arn = ofType(graph, "aws:cloudwatch/eventTarget:EventTarget").find(
        (one) => one.inputs.rule === id && one.inputs.eventBusName === busName,
      )?.inputs.arn;
      const fn = Object.values(functions).find((one) => one.arn === arn);
      if (!fn) throw new Error(`the rule ${id} has no function of the stack for its target`);
      queues.push({ url: QueueUrl, fn });
    }
    return new ChangeBus(moto.url, queues);
  }

  /**
   * Delivers what has come since the last time.
   * @throws FunctionError when a function fails.
   */
  async deliver(options: InvokeOptions = {}): Promise<Invocation[]> {
    const invocations: Invocation[] = [];
    for (const { url: QueueUrl, fn } of this.queues) {
      for (;;) {
        const { Messages: [message] = [] } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        if (!message) break;
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        invocations.push(await fn.invoke(JSON.parse(message.Body ?? ""), options));
      }
    }
    return invocations;
  }
}
