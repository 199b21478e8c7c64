import { isDeepStrictEqual } from "node:util";
import { type AwsRequest, s3Address } from "../../emulator/account/aws-request";
import { ACCOUNT_ID } from "../../emulator/account/moto";
import { ORGANIZATION_ID } from "../../emulator/account/organization";
import { arnOf, type Graph, ofType, theOne } from "../../emulator/stack/graph";
import type { Grant } from "../support/authorization";

/** What a request needs to be allowed: an IAM action on a resource, `*` where the action knows no resources. */
export interface NeededPermission {
  readonly action: string;
  readonly resource: string;
  /** Where it is asked for. */
  readonly region?: string;
}

/**
 * The permissions that AWS asks a request for
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 * @param accountId in which it is asked.
 * @throws Error for an operation that is not known here.
 */
export function neededPermissions(request: AwsRequest, accountId = ACCOUNT_ID): NeededPermission[] {
  const { service, operation, region, input } = request;
  if (service === "s3") return neededForS3(request);
  const needed = (...resources: string[]) =>
    resources.map((resource) => ({ action: `${service}:${operation}`, resource, region }));
  const table = (name: unknown) => `arn:aws:dynamodb:${region}:${ACCOUNT_ID}:table/${name}`;
  switch (`${service}:${operation}`) {
    case "ec2:DescribeInstances":
    case "ec2:DescribeRegions":
    case "config:PutEvaluations":
    case "config:BatchGetResourceConfig":
    case "config:DescribeConfigurationRecorders":
    case "config:DescribeConfigurationRecorderStatus":
    case "config:GetComplianceDetailsByResource":
    case "config:ListDiscoveredResources":
    case "organizations:ListAccounts":
      return needed("*");
    case "organizations:ListAccountsForParent":
    case "organizations:ListOrganizationalUnitsForParent": {
      const kind = String(input.ParentId).startsWith("r-") ? "root" : "ou";
      return needed(`arn:aws:organizations::${ACCOUNT_ID}:${kind}/${ORGANIZATION_ID}/${input.ParentId}`);
    }
    case "sts:AssumeRole":
      return needed(String(input.RoleArn));
    // Filters name no database: AWS checks these calls against all of them.
    case "rds:DescribeDBInstances":
      return needed(`arn:aws:rds:${region}:${accountId}:db:*`);
    case "rds:DescribeDBClusters":
      return needed(`arn:aws:rds:${region}:${accountId}:cluster:*`);
    case "config:GetComplianceDetailsByConfigRule":
      return needed(configRuleArn(input.ConfigRuleName));
    case "config:DescribeConfigRuleEvaluationStatus":
      return needed(...(input.ConfigRuleNames as unknown[]).map(configRuleArn));
    case "dynamodb:GetItem":
    case "dynamodb:PutItem":
    case "dynamodb:UpdateItem":
      return needed(table(input.TableName));
    case "dynamodb:BatchWriteItem":
      return needed(...Object.keys(input.RequestItems as object).map(table));
    case "dynamodb:Query":
      return needed(table(input.TableName) + (input.IndexName ? `/index/${input.IndexName}` : ""));
    case "securityhub:BatchImportFindings":
      return needed(...(input.Findings as { ProductArn: string }[]).map(({ ProductArn }) => ProductArn));
    case "sns:Publish":
      return needed(String(input.TopicArn));
    default:
      throw new Error(`what ${service}:${operation} needs is not known here`);
  }
}

function neededForS3({ operation, path, headers }: AwsRequest): NeededPermission[] {
  const { bucket, key } = s3Address(path);
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const objectArn = `${bucketArn}/${key}`;
  switch (operation) {
    case "ListBuckets":
      return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
    case "GetBucketEncryption":
      return [{ action: "s3:GetEncryptionConfiguration", resource: bucketArn }];
    case "GetBucketTagging":
      return [{ action: "s3:GetBucketTagging", resource: bucketArn }];
    case "ListObjectsV2":
      return [{ action: "s3:ListBucket", resource: bucketArn }];
    case "GetObject":
      return [{ action: "s3:GetObject", resource: objectArn }];
    case "CopyObject": {
      const source = decodeURIComponent(String(headers["x-amz-copy-source"]));
      return [
        { action: "s3:GetObject", resource: `arn:aws:s3:::${source}` },
        { action: "s3:PutObject", resource: objectArn },
      ];
    }
    case "PutObject":
      return [{ action: "s3:PutObject", resource: objectArn }];
    default:
      throw new Error(`what s3:${operation} needs is not known here`);
  }
}

function configRuleArn(name: unknown): string {
  return String(arnOf("aws:cfg/rule:Rule", String(name)));
}

/** What a function's role allows. */
export function grantsOf(graph: Graph, functionKey: string): Grant[] {
  const fn = theOne(graph, "aws:lambda/function:Function", functionKey);
  const role = ofType(graph, "aws:iam/role:Role").find(
    ({ id }) => arnOf("aws:iam/role:Role", id) === fn.inputs.role,
  );
  return ofType(graph, "aws:iam/rolePolicy:RolePolicy")
    .filter(({ inputs }) => inputs.role === role?.id)
    .flatMap(({ inputs }) => grantsIn((JSON.parse(String(inputs.policy)) as PolicyDocument).Statement));
}

/**
 * What statements allow, one action and one resource pattern at a time.
 * @throws Error for denials, and for conditions other than on Regions, that the resource is the account's own, as
 *   everything here is, and that the account is the organization's, as every one here is.
 */
export function grantsIn(statements: PolicyDocument["Statement"]): Grant[] {
  return statements.flatMap(({ Effect, Action, Resource, Condition }) => {
    const regions = (Condition as RegionCondition | undefined)?.StringEquals?.["aws:RequestedRegion"];
    const onRegions = { StringEquals: { "aws:RequestedRegion": regions } };
    const isUnderstood = [undefined, OWN_RESOURCES, OF_ORGANIZATION, onRegions].some((one) =>
      isDeepStrictEqual(Condition, one),
    );
    if (Effect !== "Allow" || !isUnderstood) {
      throw new Error(`${Effect} under ${JSON.stringify(Condition)} is not understood here`);
    }
    const limits = regions && { regions: [regions].flat() };
    return [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource, ...limits })));
  });
}

const OF_ORGANIZATION = { StringEquals: { "aws:ResourceOrgID": ORGANIZATION_ID } };
const OWN_RESOURCES = { StringEquals: { "aws:ResourceAccount": ACCOUNT_ID } };

interface RegionCondition {
  readonly StringEquals?: { readonly "aws:RequestedRegion"?: string | string[] };
}

export interface PolicyDocument {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Condition?: unknown;
  }[];
}

/** Whether the grant covers the permission: the very action, on a resource that matches, in a Region that it is for. */
export function covers(grant: Grant, { action, resource, region }: NeededPermission): boolean {
  if (grant.regions && !grant.regions.some((one) => one === region)) return false;
  const parts = grant.resource.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return grant.action === action && new RegExp(`^${parts.join(".*")}$`).test(resource);
}
