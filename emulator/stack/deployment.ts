import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { ReportedRule, ReportSettings } from "../../lambdas/common/deployment/settings";
import type { EvaluationRow, RunRow } from "../../lambdas/common/history/rows";
import { CUSTOM_RULES } from "../../program/rules";
import { awsLimits } from "../account/aws-limits";
import { Estate } from "../account/estate";
import { ManagedRules } from "../account/managed-rules";
import { emulatorClient, type Moto, type StartOptions, startMoto } from "../account/moto";
import { type AwsProxy, type Interceptor, startProxy } from "../account/proxy";
import { createDeclaredResources } from "./account";
import { functionDeclaration } from "./function-declaration";
import { declaredGraph, type Graph, ofType, theOne } from "./graph";
import { type Invocation, type InvokeOptions, LambdaFunction } from "./lambda";
import { type Mail, mailsFrom } from "./mail";
import { localSettings } from "./settings";

/** A function of the stack, by what its name begins with. */
export type FunctionKey = (typeof CUSTOM_RULES)[number]["functionName"] | "report-generator";
const FUNCTIONS: readonly FunctionKey[] = [
  ...CUSTOM_RULES.map(({ functionName }) => functionName),
  "report-generator",
];

/** The emulated account is empty, so that there is no recorder to look for. */
const LOCAL_SETTINGS = { environmentSuffix: "local", configRecorder: "create" };

export interface DeploymentOptions {
  /** Settings of the stack; Pulumi.yaml's defaults for the others. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Takes one line of progress. */
  readonly say?: (line: string) => void;
  /** Where the emulated account comes from, if not from a moto that is started for this stack. */
  readonly startMoto?: (options: StartOptions) => Promise<Moto>;
}

/** The stack that index.ts declares, at work in an emulated account. */
export class Deployment {
  readonly estate: Estate;
  readonly managedRules: ManagedRules;
  /** The rules that the stack reports on, custom and managed. */
  readonly rules: readonly ReportedRule[];
  private readonly injected: (() => void)[] = [];

  private constructor(
    readonly moto: Moto,
    readonly proxy: AwsProxy,
    readonly graph: Graph,
    readonly functions: Readonly<Record<FunctionKey, LambdaFunction>>,
  ) {
    this.estate = new Estate(moto.url);
    this.rules = reportedRules(functions["report-generator"]);
    this.managedRules = new ManagedRules(this.rules.filter(({ kind }) => kind === "managed"));
    proxy.intercept(awsLimits);
    proxy.intercept(this.managedRules.interceptor);
  }

  /**
   * Starts moto, runs index.ts and creates what the functions work with. Works once in a process, like the program.
   * @throws Error when moto cannot be had or the program refuses its settings.
   */
  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    // Python starts while the program is loaded and its functions are bundled.
    const [moto, graph] = await Promise.allSettled([
      (options.startMoto ?? startMoto)(options),
      declaredGraph(localSettings({ ...LOCAL_SETTINGS, ...options.settings })),
    ]);
    if (moto.status === "rejected") throw moto.reason;
    let proxy: AwsProxy | undefined;
    let functions: Record<FunctionKey, LambdaFunction> | undefined;
    try {
      if (graph.status === "rejected") throw graph.reason;
      proxy = await startProxy(moto.value.url);
      functions = await localFunctions(graph.value, proxy.url);
      await createDeclaredResources(graph.value, moto.value.url);
      return new Deployment(moto.value, proxy, graph.value, functions);
    } catch (error) {
      for (const fn of Object.values(functions ?? {})) fn.stop();
      await proxy?.stop();
      await moto.value.stop();
      throw error;
    }
  }

  get tableName(): string {
    return theOne(this.graph, "aws:dynamodb/table:Table").id;
  }

  get reportBucketName(): string {
    return theOne(this.graph, "aws:s3/bucket:Bucket", "report").id;
  }

  /** A rule's name in AWS Config. */
  configRuleName(rule: string): string {
    const found = this.rules.find(({ name }) => name === rule);
    if (!found) throw new Error(`the stack has no rule ${rule}`);
    return found.configRuleName;
  }

  /**
   * Invokes a function as EventBridge does: as the function's target says, which may be an alias.
   * @throws FunctionError when the function fails.
   */
  deliver(key: FunctionKey, event: unknown, options: InvokeOptions = {}): Promise<Invocation> {
    const fn = this.functions[key];
    const target = ofType(this.graph, "aws:cloudwatch/eventTarget:EventTarget")
      .map(({ inputs }) => String(inputs.arn))
      .find((arn) => arn === fn.arn || arn.startsWith(`${fn.arn}:`));
    if (target === undefined) throw new Error(`no rule of EventBridge's has ${fn.name} for its target`);
    const alias = target.slice(fn.arn.length + 1);
    return fn.invoke(event, { ...options, ...(alias !== "" && { alias }) });
  }

  /** Answers requests of the functions otherwise than moto does, until `heal` or `reset`. */
  inject(interceptor: Interceptor): void {
    this.injected.push(this.proxy.intercept(interceptor));
  }

  /** Lets moto answer everything again. */
  heal(): void {
    for (const remove of this.injected.splice(0)) remove();
  }

  /** What the alert topic's e-mail subscribers received since the start or since `proxy.forget`. */
  mails(): Mail[] {
    return mailsFrom(this.proxy.exchanges, this.graph);
  }

  /** Every item of the history table: evaluations, runs and alert claims. */
  async items(): Promise<Record<string, unknown>[]> {
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(emulatorClient(this.moto.url)));
    const items: Record<string, unknown>[] = [];
    for await (const page of paginateScan({ client }, { TableName: this.tableName }))
      items.push(...(page.Items ?? []));
    return items;
  }

  /** The evaluations in the history table, in order of time and resource. */
  async evaluations(): Promise<EvaluationRow[]> {
    const rows = (await this.items()).filter(({ resource_id }) => String(resource_id).startsWith("arn:"));
    return (rows as unknown as EvaluationRow[]).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }

  /** The run rows in the history table, in order of time. */
  async runs(): Promise<RunRow[]> {
    const rows = (await this.items()).filter(({ resource_id }) => String(resource_id).startsWith("run#"));
    return (rows as unknown as RunRow[]).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }

  /** Back to an account with nothing in it but the stack; the functions stay warm. */
  async reset(): Promise<void> {
    this.heal();
    await this.moto.reset();
    await createDeclaredResources(this.graph, this.moto.url);
    this.managedRules.clear();
    this.proxy.forget();
  }

  /** Ends functions, proxy and moto. */
  async stop(): Promise<void> {
    for (const fn of Object.values(this.functions)) fn.stop();
    await this.proxy.stop();
    await this.moto.stop();
  }
}

async function localFunctions(graph: Graph, endpoint: string): Promise<Record<FunctionKey, LambdaFunction>> {
  const declarations = await Promise.all(
    FUNCTIONS.map((key) => functionDeclaration(theOne(graph, "aws:lambda/function:Function", key))),
  );
  const undeclared = ofType(graph, "aws:lambda/function:Function").length - declarations.length;
  if (undeclared !== 0)
    throw new Error("index.ts declares functions besides those of program/rules.ts and the report generator");
  const functions = declarations.map((declaration) => new LambdaFunction(declaration, endpoint));
  return Object.fromEntries(FUNCTIONS.map((key, position) => [key, functions[position]])) as Record<
    FunctionKey,
    LambdaFunction
  >;
}

function reportedRules(report: LambdaFunction): readonly ReportedRule[] {
  return (JSON.parse(report.declaration.files["settings.json"] ?? "{}") as ReportSettings).rules;
}

function sortKey(row: EvaluationRow | RunRow): string {
  return `${row.evaluation_timestamp} ${row.resource_id}`;
}
