import type {
  ConfigServiceClient,
  PutEvaluationsCommand,
  PutEvaluationsCommandInput,
} from "@aws-sdk/client-config-service";
import type { PublishCommand, PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
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
import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { jsonLog } from "../../lambdas/common/monitoring/log";
import type { OrganizationSettings } from "../../lambdas/common/organization/settings";
import type { Exception } from "../../lambdas/common/rule/exceptions";
import type { Listed, RecordedId, ResourceSource, Rule } from "../../lambdas/common/rule/rule";
import type { DiscoveryScope } from "../../lambdas/common/rule/scope";
import { RunLeases } from "../../lambdas/common/runs/leases";
import { memoryDatabase } from "./dynamodb";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";

/** What a thing of the test's world is like; `unreadable` cannot be read, `exempt` is not applicable. */
export type Condition = "good" | "bad" | "unreadable" | "exempt";

/** A rule over invented things, so that tests speak of the evaluator and not of AWS services. */
export const goodThings: Rule<Condition, { readonly strict: boolean }> = {
  name: "good-things",
  version: "1",
  title: "Things are good",
  severity: "high",
  remediation: "Make it good.",
  resourceTypes: ["AWS::Test::Thing"],
  controls: { "soc-2": ["CC6.1"], "pci-dss-4.0": [], "cis-aws-3.0": [] },
  parseParameters: (input) => input as { strict: boolean },
  judge: (condition, { strict }) => {
    if (condition === "exempt")
      return { complianceType: "NOT_APPLICABLE", annotation: "It is exempt.", observed: { condition } };
    const passes = condition === "good" && !strict;
    return {
      complianceType: passes ? "COMPLIANT" : "NON_COMPLIANT",
      annotation: `It is ${condition}.`,
      observed: { condition },
    };
  },
};

/** One alert that was published, with its bodies taken apart. */
export interface SentAlert {
  readonly kind: string;
  readonly subject: string;
  readonly email: string;
  readonly data: Record<string, unknown>;
  /** ISO-8601. */
  readonly sentAt: string;
}

/** A small account: its things, a clock, the evaluator, and everything that left it. */
export class World implements ResourceSource<Condition> {
  readonly service = "test";
  readonly things = new Map<string, Condition>();
  readonly alerts: SentAlert[] = [];
  readonly reported: PutEvaluationsCommandInput[] = [];
  readonly logged: Record<string, unknown>[] = [];
  exceptions: Exception[] = [];
  /** The rule's parameter. */
  strict = false;
  discoveryScope: DiscoveryScope = "account";
  /** The accounts that are scanned; each has the same things. */
  accounts: [string, ...string[]] = [ACCOUNT];
  /** The Regions that are scanned in each of them. */
  regions: [string, ...string[]] = [REGION];
  /**
   * Name → the Region in which a thing lies; the first one scanned also finds what lies in none that is, as of buckets.
   */
  readonly liesIn = new Map<string, string>();
  /** Whether nothing is found but in its own Region, which is in its ARN, too. */
  isRegional = false;
  /** Name → the account that has it; without one each account has it. */
  readonly ownedBy = new Map<string, string>();
  /** The organization that is scanned, if one is. */
  organization: (OrganizationDependencies & { readonly settings: OrganizationSettings }) | undefined;
  /** Account → the Regions that are enabled in it, where not all of them are. */
  readonly enabledIn = new Map<string, readonly string[]>();
  /** Whether all Regions of the account are scanned, and not those that are named. */
  scansAll = false;
  /** Region → what its calls throw. */
  readonly unreadableRegions = new Map<string, Error>();
  /** Thrown by the look-up for the Regions that are enabled. */
  lookUpFails: Error | undefined;
  /** How many Regions were being listed at the same time at most. */
  mostListedAtOnce = 0;
  private listedNow = 0;
  /** Thrown by the listing, in place of going on, after so many things. */
  listingFailsAfter: number | undefined;
  /** Names of what cannot be read for the moment. */
  readonly throttled = new Set<string>();
  /** Names that the listing has twice. */
  listedTwice: readonly string[] = [];
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
  /** Awaited before everything that reads, writes, sends, or waits: where others may come in between. */
  meanwhile: (what: string) => Promise<void> = async () => {};
  /** Milliseconds that a wait takes at most; others wait shorter than they mean to. */
  longestWait = Number.POSITIVE_INFINITY;
  /** Happens before the things are listed, once. */
  beforeListing: (() => Promise<void>) | undefined;
  /** Happens while something sleeps, once. */
  whileSleeping: (() => Promise<void>) | undefined;
  private milliseconds = Date.parse("2026-11-24T00:00:00.000Z");

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  get now(): Date {
    return new Date(this.milliseconds);
  }

  pass(minutes: number): void {
    this.milliseconds += minutes * 60_000;
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

  drifts(): SentAlert[] {
    return this.alerts.filter(({ kind }) => kind === "drift");
  }

  /** The names of what drifts told, one by one or in lists. */
  toldNames(): string[] {
    return this.drifts().flatMap(({ data }) => {
      const { entries } = (data.drifts ?? { entries: [data.resource] }) as { entries: { name: string }[] };
      return entries.map(({ name }) => name);
    });
  }

  /** Of the drifts that were told one by one. */
  mostSinglesInAMinute(): number {
    const counts = new Map<string, number>();
    for (const { sentAt, data } of this.drifts()) {
      if (data.drifts === undefined)
        counts.set(sentAt.slice(0, 16), (counts.get(sentAt.slice(0, 16)) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values());
  }

  digests(): SentAlert[] {
    return this.alerts.filter(({ kind }) => kind === "digest");
  }

  readonly enabledRegions = async ({ accountId }: Target): Promise<readonly string[]> => {
    if (this.lookUpFails) throw this.lookUpFails;
    return this.enabledIn.get(accountId) ?? this.regions;
  };

  async *list(target: Target): AsyncGenerator<Listed<Condition>> {
    this.mostListedAtOnce = Math.max(this.mostListedAtOnce, ++this.listedNow);
    try {
      yield* this.listTarget(target);
    } finally {
      this.listedNow--;
    }
  }

  private async *listTarget(target: Target): AsyncGenerator<Listed<Condition>> {
    let listed = 0;
    const happening = this.beforeListing;
    this.beforeListing = undefined;
    await happening?.();
    await this.meanwhile("list");
    for (const [name, condition] of this.thingsOf(target)) {
      if (listed++ === this.listingFailsAfter) throw new Error("the listing failed");
      yield this.listed(name, condition, target.accountId);
    }
    this.failIfUnreadable(target);
    for (const name of this.listedTwice)
      yield this.listed(name, this.things.get(name) as Condition, target.accountId);
  }

  async *find(target: Target, ids: readonly string[]): AsyncGenerator<Listed<Condition>> {
    await this.meanwhile("find");
    await target.credentials?.();
    this.failIfUnreadable(target);
    for (const [name, condition] of this.thingsOf(target)) {
      if (ids.includes(name) || ids.includes(this.arnOfThing(name, target.accountId)))
        yield this.listed(name, condition, target.accountId);
    }
  }

  arnOf({ accountId, region }: Target, { resourceName }: RecordedId): string | undefined {
    if (!resourceName || !/^[\w-]+$/.test(resourceName)) return undefined;
    return thingArn(resourceName, accountId, this.isRegional ? region : REGION);
  }

  private arnOfThing(name: string, account = ACCOUNT): string {
    return thingArn(name, account, (this.isRegional && this.liesIn.get(name)) || REGION);
  }

  private failIfUnreadable({ region }: Target): void {
    const error = this.unreadableRegions.get(region);
    if (error) throw error;
  }

  history(): History {
    return new History(this.observedClient(), this.table);
  }

  /** What is found through one target: what lies in its Region. */
  private *thingsOf({ accountId, region }: Target): Generator<[string, Condition]> {
    for (const thing of this.things) {
      if ((this.ownedBy.get(thing[0]) ?? accountId) !== accountId) continue;
      const lies = this.liesIn.get(thing[0]) ?? REGION;
      const findsIt = this.isRegional || this.regions.includes(lies) ? lies : this.regions[0];
      if (region === findsIt) yield thing;
    }
  }

  private listed(name: string, condition: Condition, accountId: string): Listed<Condition> {
    const resource = {
      arn: this.arnOfThing(name, accountId),
      type: "AWS::Test::Thing",
      name,
      accountId,
      region: this.liesIn.get(name) ?? REGION,
      tags: {},
    };
    if (this.throttled.has(name)) {
      const answer = { name: "SlowDown", $metadata: { httpStatusCode: 503 } };
      return { resource, error: Object.assign(new Error("not so fast"), answer) };
    }
    if (condition !== "unreadable") return { resource, facts: condition };
    return { resource, error: Object.assign(new Error("no"), { name: "AccessDenied" }) };
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
      this.alerts.push(sentAlert(command.input, this.now));
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

/** An accepted failure, of things whose names begin with legacy-. */
export const EXCEPTION = {
  rule: "good-things",
  resource: "arn:aws:test:*:thing/legacy-*",
  reason: "replaced in spring",
  owner: "payments",
  approver: "ciso",
  ticket: "SEC-1",
  expires: "2026-12-24",
};

/** SNS takes nothing. */
export function withoutAlerts(effect: string): void {
  if (effect === "Publish") throw new Error("SNS is away");
}

/** A sweep whose alerts SNS refuses, and the time until the next one. */
export async function sweepWithoutAlerts(world: World, slot = world.now): Promise<void> {
  world.beforeEffect = withoutAlerts;
  await world.sweep(slot);
  world.beforeEffect = () => {};
  world.pass(360);
}

/** @throws Error when there was none. */
export async function newestRun(world: World): Promise<RunRow> {
  const [newest] = (await world.runs()).sort((a, b) =>
    a.evaluation_timestamp < b.evaluation_timestamp ? 1 : -1,
  );
  if (!newest) throw new Error("no run");
  return newest;
}

/** From the first such write or message on nothing happens any more: the function is gone. */
export function goneFrom(first: string): (effect: string) => void {
  let isGone = false;
  return (effect) => {
    isGone ||= effect === first;
    if (isGone) throw new Error("the function is gone");
  };
}

export function thingArn(name: string, account = ACCOUNT, region = REGION): string {
  return `arn:aws:test:${region}:${account}:thing/${name}`;
}

/** AWS Config's event for a thing that changed. */
export function changeEvent(name: string, time: Date, gone = false): Record<string, unknown> {
  return {
    version: "1.0",
    configRuleName: "good-things-test",
    resultToken: "token",
    eventLeftScope: false,
    ruleParameters: "",
    invokingEvent: JSON.stringify({
      messageType: "ConfigurationItemChangeNotification",
      notificationCreationTime: time.toISOString(),
      configurationItem: {
        resourceType: "AWS::Test::Thing",
        resourceId: `id-of-${name}`,
        resourceName: name,
        ARN: thingArn(name),
        awsAccountId: ACCOUNT,
        awsRegion: REGION,
        configurationItemStatus: gone ? "ResourceDeleted" : "OK",
        configurationItemCaptureTime: time.toISOString(),
      },
    }),
  };
}

function sentAlert(
  { Subject = "", Message = "", MessageAttributes }: PublishCommandInput,
  now: Date,
): SentAlert {
  const bodies = JSON.parse(Message) as Record<string, string>;
  return {
    kind: MessageAttributes?.kind?.StringValue ?? "",
    subject: Subject,
    email: bodies.email ?? "",
    data: JSON.parse(bodies.default ?? "{}"),
    sentAt: now.toISOString(),
  };
}

function key(row: EvaluationRow): string {
  return `${row.evaluation_timestamp} ${row.resource_id}`;
}
