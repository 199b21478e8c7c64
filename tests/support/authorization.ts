/** Which resources the actions that roles are granted know, by AWS's own reference. */

/** An action that a role allows on the resources that match a pattern. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  /** The Regions that it is for; every one if left out. */
  readonly regions?: readonly string[];
}

/** What the Service Authorization Reference says of a service: its page, and how its resource types' ARNs look. */
interface Service {
  /** Under https://docs.aws.amazon.com/service-authorization/latest/reference/. */
  readonly page: string;
  readonly resourceTypes: Readonly<Record<string, RegExp>>;
  /** Action → the resource types that it takes; none for an action that is granted on `*` or not at all. */
  readonly actions: Readonly<Record<string, readonly string[]>>;
}

/** As of 2026-09. A grant may have a wildcard in the last part of an ARN, but not in place of what comes before. */
const SERVICES: Readonly<Record<string, Service>> = {
  config: {
    page: "list_awsconfig.html",
    resourceTypes: {
      ConfigRule: /^arn:aws:config:[\w-]+:\d{12}:config-rule\/[^/]+$/,
      ConfigurationRecorder: /^arn:aws:config:[\w-]+:\d{12}:configuration-recorder\/[^/]+\/[^/]+$/,
    },
    actions: {
      BatchGetResourceConfig: [],
      DescribeConfigRuleEvaluationStatus: [],
      DescribeConfigurationRecorderStatus: ["ConfigurationRecorder"],
      DescribeConfigurationRecorders: ["ConfigurationRecorder"],
      GetComplianceDetailsByConfigRule: ["ConfigRule"],
      GetComplianceDetailsByResource: [],
      ListDiscoveredResources: [],
      PutEvaluations: [],
    },
  },
  dynamodb: {
    page: "list_amazondynamodb.html",
    resourceTypes: {
      index: /^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[^/]+\/index\/[^/]+$/,
      table: /^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[^/]+$/,
    },
    actions: {
      BatchWriteItem: ["table"],
      GetItem: ["table"],
      PutItem: ["table"],
      Query: ["table", "index"],
      UpdateItem: ["table"],
    },
  },
  ec2: {
    page: "list_amazonec2.html",
    resourceTypes: {},
    actions: { DescribeInstances: [], DescribeRegions: [] },
  },
  kms: {
    page: "list_awskeymanagementservice.html",
    resourceTypes: { key: /^arn:aws:kms:[\w-]+:\d{12}:key\/[^/*]+$/ },
    actions: { Decrypt: ["key"], GenerateDataKey: ["key"] },
  },
  logs: {
    page: "list_amazoncloudwatchlogs.html",
    resourceTypes: {
      // What follows the log group is log-stream:<name>; a wildcard may stand for all of it.
      "log-stream": /^arn:aws:logs:[\w-]+:\d{12}:log-group:[^:*]+:(log-stream:.+|\*)$/,
    },
    actions: { CreateLogStream: ["log-stream"], PutLogEvents: ["log-stream"] },
  },
  organizations: {
    page: "list_awsorganizations.html",
    resourceTypes: {
      // Their account is the management account, which nobody but AWS Organizations knows.
      organizationalunit: /^arn:aws:organizations::(\d{12}|\*):ou\/o-[a-z0-9]+\/(ou-[a-z0-9-]+|\*)$/,
      root: /^arn:aws:organizations::(\d{12}|\*):root\/o-[a-z0-9]+\/(r-[a-z0-9]+|\*)$/,
    },
    actions: {
      ListAccounts: [],
      ListAccountsForParent: ["organizationalunit", "root"],
      ListOrganizationalUnitsForParent: ["organizationalunit", "root"],
    },
  },
  rds: {
    page: "list_amazonrds.html",
    resourceTypes: {
      cluster: /^arn:aws:rds:[\w-]+:\d{12}:cluster:[^:]+$/,
      db: /^arn:aws:rds:[\w-]+:\d{12}:db:[^:]+$/,
    },
    actions: { DescribeDBClusters: ["cluster"], DescribeDBInstances: ["db"] },
  },
  s3: {
    page: "list_amazons3.html",
    resourceTypes: { bucket: /^arn:aws:s3:::[^/]+$/, object: /^arn:aws:s3:::[^/*]+\/.+$/ },
    actions: {
      AbortMultipartUpload: ["object"],
      GetBucketAcl: ["bucket"],
      GetBucketTagging: ["bucket"],
      GetEncryptionConfiguration: ["bucket"],
      GetObject: ["object"],
      ListAllMyBuckets: [],
      ListBucket: ["bucket"],
      PutObject: ["object"],
    },
  },
  securityhub: {
    page: "list_awssecurityhub.html",
    resourceTypes: { product: /^arn:aws:securityhub:[\w-]+:\d{12}:product\/[^/*]+\/[^/*]+$/ },
    actions: { BatchImportFindings: ["product"] },
  },
  sns: {
    page: "list_amazonsns.html",
    resourceTypes: { topic: /^arn:aws:sns:[\w-]+:\d{12}:[^:*]+$/ },
    actions: { Publish: ["topic"] },
  },
  sqs: {
    page: "list_amazonsqs.html",
    resourceTypes: { queue: /^arn:aws:sqs:[\w-]+:\d{12}:[^:*]+$/ },
    actions: { SendMessage: ["queue"] },
  },
  sts: {
    page: "list_awssecuritytokenservice.html",
    // One role in every account of the organization, which is a condition.
    resourceTypes: { role: /^arn:aws:iam::(\d{12}|\*):role\/[^*]+$/ },
    actions: { AssumeRole: ["role"] },
  },
};

/** Why an action that takes a resource type is granted on `*` all the same. */
export const WHY_EVERYTHING: Readonly<Record<string, string>> = {
  "config:DescribeConfigurationRecorderStatus": "the recorder may be somebody else's, of any name",
  "config:DescribeConfigurationRecorders": "the recorder may be somebody else's, of any name",
};

/**
 * What is wrong with grants: AWS deploys a grant on a resource that the action does not know, and it allows nothing.
 */
export function complaints(grants: readonly Grant[]): string[] {
  return grants.flatMap(({ action, resource }) => {
    const [prefix = "", operation = ""] = action.split(":");
    const { page, resourceTypes, actions } = SERVICES[prefix] ?? {
      page: "no page",
      resourceTypes: {},
      actions: {},
    };
    const types = actions[operation];
    if (!types) return [`${action} is not in the table: look it up in the Service Authorization Reference`];
    if (types.length === 0) {
      return resource === "*"
        ? []
        : [`${action} knows no resources (${page}), but is granted on ${resource}`];
    }
    const known = types.join(" or ");
    if (resource === "*") {
      return action in WHY_EVERYTHING
        ? []
        : [`${action} takes resources of type ${known} (${page}), but is granted on *`];
    }
    const fits = types.some((type) => resourceTypes[type]?.test(resource));
    return fits ? [] : [`${action} takes resources of type ${known} (${page}), and ${resource} is none`];
  });
}
