/** What an AWS Organizations, STS, EC2 and S3 of the benchmarks answer, where an organization is read. */

import type { ServerResponse } from "node:http";
import { type AwsRequest, s3Address } from "../emulator/account/aws-request";
import { resourceNames } from "../lambdas/common/deployment/names";
import { ACCOUNT, accountIds, ENVIRONMENT_SUFFIX, REGIONS, type Spread } from "./resources";

/** The organization's id, which the ARNs of its accounts have in them. */
export const ORGANIZATION_ID = "o-a1b2c3d4e5";
/**
 * As many as ListAccounts gives at once
 * (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html).
 */
const ACCOUNTS_PER_PAGE = 20;
const SWEEP_BUCKET = resourceNames(ENVIRONMENT_SUFFIX).sweepBucket(ACCOUNT);
const SESSION_MS = 60 * 60_000;

/** The account that signed a request: a session's key has it in it, the functions' own have none. */
export function callerOf({ headers }: AwsRequest): string {
  return /Credential=ASIA(\d{12})\//.exec(String(headers.authorization))?.[1] ?? ACCOUNT;
}

/** The accounts, their roles and Regions, and the bucket in which the steps of a run leave things for each other. */
export class InstantOrganization {
  private readonly ids: readonly string[];
  private readonly objects = new Map<string, Buffer>();

  constructor(private readonly spread: Spread) {
    this.ids = accountIds(spread.accounts);
  }

  /** @returns whether it has answered: false for what is asked of something else. */
  answer(request: AwsRequest, response: ServerResponse): boolean {
    if (request.service === "s3" && s3Address(request.path).bucket === SWEEP_BUCKET) {
      this.answerS3(request, response);
      return true;
    }
    const answer = ANSWERS[request.operation]?.(request.input, this.ids, this.spread);
    if (answer !== undefined) response.end(answer);
    return answer !== undefined;
  }

  private answerS3({ operation, path, headers, body }: AwsRequest, response: ServerResponse): void {
    const { key } = s3Address(path);
    const known = this.objects.get(key);
    if (operation === "GetObject") {
      if (known) response.end(known);
      else response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
      return;
    }
    if (known && headers["if-none-match"] === "*") {
      response.writeHead(412).end("<Error><Code>PreconditionFailed</Code></Error>");
      return;
    }
    this.objects.set(key, body);
    response.setHeader("etag", '"0"');
    response.end();
  }
}

type Answer = (input: AwsRequest["input"], ids: readonly string[], spread: Spread) => string;

const ANSWERS: Readonly<Record<string, Answer>> = {
  ListAccounts: ({ NextToken = "0" }, ids) => {
    const end = Number(NextToken) + ACCOUNTS_PER_PAGE;
    const Accounts = ids.slice(Number(NextToken), end).map((Id) => ({
      Id,
      Arn: `arn:aws:organizations::${ACCOUNT}:account/${ORGANIZATION_ID}/${Id}`,
      State: "ACTIVE",
    }));
    return JSON.stringify({ Accounts, ...(end < ids.length && { NextToken: String(end) }) });
  },
  AssumeRole: ({ RoleArn }) => {
    const account = String(RoleArn).split(":")[4];
    const expiration = new Date(Date.now() + SESSION_MS).toISOString();
    const credentials =
      `<AccessKeyId>ASIA${account}</AccessKeyId><SecretAccessKey>bench</SecretAccessKey>` +
      `<SessionToken>bench</SessionToken><Expiration>${expiration}</Expiration>`;
    const result = `<AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult>`;
    return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleResponse>`;
  },
  DescribeRegions: (_input, _ids, { regions }) => {
    const items = REGIONS.slice(0, regions).map((name) => `<item><regionName>${name}</regionName></item>`);
    const info = `<regionInfo>${items.join("")}</regionInfo>`;
    const xmlns = "http://ec2.amazonaws.com/doc/2016-11-15/";
    return `<DescribeRegionsResponse xmlns="${xmlns}">${info}</DescribeRegionsResponse>`;
  },
};
