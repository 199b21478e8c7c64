import type {
  ConfigServiceClient,
  PutEvaluationsCommand,
  PutEvaluationsCommandInput,
} from "@aws-sdk/client-config-service";
import type { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
} from "@aws-sdk/lib-dynamodb";
import { Alerts } from "../../lambdas/common/alerts/alerts";
import { Claims } from "../../lambdas/common/alerts/claims";
import { Windows } from "../../lambdas/common/alerts/windows";
import type { Target } from "../../lambdas/common/aws/target";
import type {
  Evaluator,
  EvaluatorDependencies,
  OrganizationDependencies,
} from "../../lambdas/common/evaluator/evaluator";
import { parseEvaluatorEvent } from "../../lambdas/common/evaluator/events";
import { answer } from "../../lambdas/common/handler/answer";
import { History } from "../../lambdas/common/history/history";
import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import type { OrganizationSettings } from "../../lambdas/common/organization/settings";
import type { Exception } from "../../lambdas/common/rule/exceptions";
import type { ResourceSource, Rule } from "../../lambdas/common/rule/rule";
import type { DiscoveryScope } from "../../lambdas/common/rule/scope";
import { RunLeases } from "../../lambdas/common/runs/leases";
import { AlertedAccount } from "./alerted-account";
import { memoryDatabase } from "./dynamodb";
import { type Condition, changeEvent, goodThings, REGION } from "./things";

/** A small account: its things, a clock, the evaluator, and everything that left it. */
export class World extends AlertedAccount {
  readonly reported: PutEvaluationsCommandInput[] = [];
  readonly logged: Record<string, unknown>[] = [];
  exceptions: Exception[] = [];
  /** The rule's parameter. */
  strict = false;
  discoveryScope: DiscoveryScope = "account";
  /** The organization that is scanned, if one is. */
  organization: (OrganizationDependencies & { readonly settings: OrganizationSettings }) | undefined;
  /** Whether all Regions of the account are scanned, and not those that are named. */
  scansAll = false;
  /** Up to so many rows of its own a run counts as small. */
  fewEvaluations = FEW_EVALUATIONS;
  /** Called before everything that writes or sends; what it throws is a crash. */
  beforeEffect: (effect: string) => void = () => {};
  /** The rows that the table has and its indexes do not show yet. */
  indexLacks: (row: EvaluationRow) => boolean = () => false;
  /**
   * Whether the answer to a database command is lost after the work was done: it is sent again then, as the SDK does.
   */
  losesAnswer: (command: string) => boolean = () => false;
  /** Name of a database command → what happens before the next one of them, once. */
  readonly interposed = new Map<string, () => Promise<void>>();
  /** Told the values of every query. */
  queried: (values: Record<string, unknown>) => void = () => {};
  /** Milliseconds that a wait takes at most; others wait shorter than they mean to. */
  longestWait = Number.POSITIVE_INFINITY;
  /** Happens while something sleeps, once. */
  whileSleeping: (() => Promise<void>) | undefined;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {
    super();
  }

  /** Answers an event as the function would. */
  invoke(event: unknown) {
    return answer(this.evaluator(), parseEvaluatorEvent(event), this.dependencies());
  }

  /** Answers an event by one of the product's own rules, over what its source finds. */
  invokeRule<Facts, Parameters>(
    rule: Rule<Facts, Parameters>,
    source: ResourceSource<Facts>,
    parameters: Parameters,
    event: unknown,
  ) {
    const { settings, ...place } = this.evaluator();
    const evaluator = { ...place, rule, source, settings: { ...settings, parameters } };
    return answer(evaluator, parseEvaluatorEvent(event), this.dependencies());
  }

  /** A first complete run over passing things, half an hour ago. */
  async complianceBefore(...names: string[]): Promise<void> {
    for (const name of names) this.things.set(name, "good");
    await this.sweep();
    this.pass(30);
  }

  /** So many things that passed in a first complete run fail since, and nobody has told yet; their names. */
  async manyBeginToFail(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => `thing-${index}`);
    await this.complianceBefore(...names);
    for (const name of names) this.things.set(name, "bad");
    return names;
  }

  sweep(time: Date = this.now) {
    return this.invoke({ "detail-type": "Scheduled Event", source: "aws.events", time: time.toISOString() });
  }

  change(name: string, { time = this.now, gone = false } = {}) {
    return this.invoke(changeEvent(name, time, gone));
  }

  /** Everything that the table holds, evidence or not. */
  async items(): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await this.client.send(
      new ScanCommand({ TableName: this.table, ConsistentRead: true }),
    );
    return Items;
  }

  async rows(): Promise<EvaluationRow[]> {
    const rows = (await this.items()).filter((item) =>
      String(item.resource_id).startsWith("arn:"),
    ) as unknown as EvaluationRow[];
    const key = (row: EvaluationRow) => `${row.evaluation_timestamp} ${row.resource_id}`;
    return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  async rowsOf(name: string): Promise<EvaluationRow[]> {
    return (await this.rows()).filter(({ resource_name }) => resource_name === name);
  }

  async runs(): Promise<RunRow[]> {
    return (await this.items()).filter((item) =>
      String(item.resource_id).startsWith("run#"),
    ) as unknown as RunRow[];
  }

  history(): History {
    return new History(this.observedClient(), this.table);
  }

  private evaluator(): Evaluator<Condition, { readonly strict: boolean }> {
    const targets = this.accounts.flatMap((accountId) =>
      (this.scansAll ? [REGION] : this.regions).map(
        (region): Target => ({ partition: "aws", accountId, region }),
      ),
    );
    return {
      rule: goodThings,
      source: this,
      settings: {
        parameters: { strict: this.strict },
        severity: "high",
        discoveryScope: this.discoveryScope,
        exceptions: this.exceptions,
        evaluationSchedule: "cron(0 0/6 * * ? *)",
        ...(this.organization && { regions: this.regions, organization: this.organization.settings }),
        ...(this.scansAll && { regions: "all" as const }),
      },
      environmentSuffix: "test",
      targets: targets as [Target, ...Target[]],
      reportUri: "s3://reports/reports/latest.html",
      reportLink:
        "https://us-east-1.console.aws.amazon.com/s3/object/reports?region=us-east-1&prefix=reports/latest.html",
    };
  }

  private dependencies(): EvaluatorDependencies {
    const client = this.observedClient();
    const clock = {
      now: () => this.now,
      sleep: async (milliseconds: number) => {
        const happening = this.whileSleeping;
        this.whileSleeping = undefined;
        await happening?.();
        await this.meanwhile("sleep");
        this.milliseconds += Math.min(milliseconds, this.longestWait);
      },
    };
    return {
      ...clock,
      history: new History(client, this.table),
      claims: new Claims(client, this.table, clock),
      leases: new RunLeases(client, this.table, clock),
      fewEvaluations: this.fewEvaluations,
      windows: new Windows(client, this.table),
      alerts: new Alerts(this.sns(), "arn:aws:sns:us-east-1:111122223333:alerts"),
      config: this.config(),
      ...(this.organization && { organization: this.organization }),
      log: jsonLog(
        "test",
        () => this.now,
        (line) => this.logged.push(JSON.parse(line)),
      ),
    };
  }

  /** The database's client, with a look at every write before it happens. */
  private observedClient(): DynamoDBDocumentClient {
    return new Proxy(this.client, {
      get: (client, property) => {
        if (property !== "send") return Reflect.get(client, property);
        return async (command: Parameters<DynamoDBDocumentClient["send"]>[0], ...rest: []) => {
          const name = command.constructor.name;
          const happening = this.interposed.get(name);
          this.interposed.delete(name);
          await happening?.();
          await this.meanwhile(name);
          if (command instanceof QueryCommand) this.queried(command.input.ExpressionAttributeValues ?? {});
          if (!/^(Get|Query)/.test(name)) this.beforeEffect(name);
          if (this.losesAnswer(name)) await client.send(command, ...rest);
          const answer = await client.send(command, ...rest);
          if (!(command instanceof QueryCommand) || !command.input.IndexName) return answer;
          const items = (answer as QueryCommandOutput).Items as EvaluationRow[];
          return { ...answer, Items: items.filter((row) => !this.indexLacks(row)) };
        };
      },
    });
  }

  private sns(): SNSClient {
    const send = async (command: PublishCommand) => {
      await this.meanwhile("Publish");
      this.beforeEffect("Publish");
      this.take(command.input);
      return {};
    };
    return { send } as unknown as SNSClient;
  }

  private config(): ConfigServiceClient {
    const send = async (command: PutEvaluationsCommand) => {
      this.beforeEffect("PutEvaluations");
      this.reported.push(command.input);
      return { FailedEvaluations: [] };
    };
    return { send } as unknown as ConfigServiceClient;
  }
}

/** Gives every test of a file a world of its own, over one database. */
export function eachWorld(take: (world: World) => void): void {
  const database = memoryDatabase();
  afterAll(() => database.close());
  beforeEach(async () => take(new World(database.client, await database.newTable())));
}
