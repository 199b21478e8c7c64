import { setTimeout as sleep } from "node:timers/promises";
import { ACCOUNT_ID, CREDENTIALS, REGION } from "../emulator/account/moto";
import type { Deployment } from "../emulator/stack/deployment";
import { FunctionError } from "../emulator/stack/lambda";
import { ConfigDelivery, type DeliveredChange, lambdaApi } from "../emulator/stack/live";
import { clock } from "./day";
import { print, printMail, printNote, printScene, printStep } from "./print";
import type { Story } from "./story";

/** How often AWS Config looks for changes here; AWS itself takes a minute or two. */
const LOOK_MS = 1000;

/**
 * `npm run demo -- --keep`: the account after the story, open to whoever wants to change it from another terminal. AWS
 * Config notices, the schedule goes on, and mails are printed as they come.
 */
export class Living {
  private readonly delivery: ConfigDelivery;
  private ended = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly deployment: Deployment,
    private readonly story: Story,
  ) {
    this.delivery = new ConfigDelivery(deployment);
  }

  /** Goes on until `end`. */
  async goOn(): Promise<void> {
    const { deployment, story } = this;
    printScene("Now it is yours");
    const remove = deployment.proxy.intercept(lambdaApi(Object.values(deployment.functions)));
    await story.catchUp(new Date());
    await this.delivery.deliver();
    printCommands(deployment, story.driftingInstance);
    let shown = deployment.mails().length;
    while (!this.ended) {
      this.work = this.look();
      await this.work;
      const mails = deployment.mails();
      for (const mail of mails.slice(shown)) printMail(mail);
      shown = mails.length;
      if (!this.ended) await sleep(LOOK_MS);
    }
    remove();
  }

  /** Lets what is under way come to its end, and `goOn` return. */
  async end(): Promise<void> {
    this.ended = true;
    await this.work.catch(() => undefined);
  }

  private async look(): Promise<void> {
    const now = new Date();
    try {
      for (const change of await this.delivery.deliver()) print(`\n${told(change, now)}`);
      await this.story.catchUp(now);
    } catch (error) {
      // Whoever plays with the account may well bring a function to fail; AWS would try again, and so does the next
      // sweep.
      if (!(error instanceof FunctionError)) throw error;
      printNote(`A function failed: ${error.message}`);
    }
  }
}

function told({ resource, status, configRuleName }: DeliveredChange, now: Date): string {
  const what = { OK: "changed", ResourceDeleted: "was deleted", ResourceDiscovered: "is new" }[status];
  const name = resource.resourceName ?? resource.resourceId;
  return `${clock(now.toISOString())}  AWS Config: ${name} ${what}; ${configRuleName} evaluates it`;
}

function printCommands(
  { proxy, tableName, reportBucketName, functions }: Deployment,
  instance: string,
): void {
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const arn = `arn:aws:ec2:${REGION}:${ACCOUNT_ID}:instance/${instance}`;
  printStep(
    "the account goes on until Ctrl-C. In another terminal, in this folder (the commands are those of AWS " +
      "CLI 2.13 or later):",
  );
  const block = (note: string, lines: readonly string[]) => {
    print();
    printNote(`# ${note}`);
    for (const line of lines) print(`  ${line}`);
  };
  block("first: speak to the emulated account, and to no other", [
    "unset AWS_PROFILE AWS_SESSION_TOKEN; export AWS_PAGER=",
    `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `export AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION} AWS_ENDPOINT_URL=${proxy.url}`,
  ]);
  block("remove a tag from payments-api-1: within seconds the alert comes, here in this terminal", [
    `aws ec2 delete-tags --resources ${instance} --tags Key=Compliance`,
  ]);
  block("what the history says of that instance: every evaluation, the newest last", [
    `aws dynamodb query --table-name ${tableName} --output table \\`,
    "  --key-condition-expression 'resource_id = :arn' \\",
    "  --query 'Items[].[evaluation_timestamp.S, compliance_type.S, annotation.S]' \\",
    `  --expression-attribute-values '{":arn":{"S":"${arn}"}}'`,
  ]);
  block("a report up to this minute, and the proof that no scheduled one was changed", [
    `npm run report -- --function ${functions["report-generator"].name}`,
    `npm run verify-reports -- s3://${reportBucketName}`,
  ]);
  block("put the tag back; encrypt a bucket less than the standard wants. Databases are watched, too", [
    `aws ec2 create-tags --resources ${instance} --tags Key=Compliance,Value=Required`,
    "aws s3api put-bucket-encryption --bucket ledgerbank-customer-statements \\",
    "  --server-side-encryption-configuration 'Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=AES256}}]'",
  ]);
  print();
}
