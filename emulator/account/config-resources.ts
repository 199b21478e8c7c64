/** Resources as AWS Config knows them. */

/** A resource, or the account itself, as AWS Config knows it. */
export interface ConfigResource {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resourceName: string;
}

/** Types that the recorder records → the ARN of a resource, from id and name. */
export const RECORDED_ARNS: Readonly<
  Record<string, (resource: ConfigResource, accountId: string) => string>
> = {
  "AWS::IAM::User": ({ resourceName }, accountId) => `iam::${accountId}:user/${resourceName}`,
  "AWS::IAM::Group": ({ resourceName }, accountId) => `iam::${accountId}:group/${resourceName}`,
  "AWS::IAM::Role": ({ resourceName }, accountId) => `iam::${accountId}:role/${resourceName}`,
  "AWS::IAM::Policy": ({ resourceName }, accountId) => `iam::${accountId}:policy/${resourceName}`,
  "AWS::EC2::SecurityGroup": ({ resourceId }, accountId) =>
    `ec2:us-east-1:${accountId}:security-group/${resourceId}`,
  "AWS::RDS::DBInstance": ({ resourceName }, accountId) => `rds:us-east-1:${accountId}:db:${resourceName}`,
  "AWS::S3::Bucket": ({ resourceName }) => `s3:::${resourceName}`,
};

/** AWS Config's configuration item of a resource that it records. */
export function configurationItem(resource: ConfigResource, accountId: string) {
  const { resourceType, resourceId, resourceName } = resource;
  return {
    version: "1.3",
    accountId,
    configurationItemStatus: "ResourceDiscovered",
    arn: `arn:aws:${RECORDED_ARNS[resourceType]?.(resource, accountId)}`,
    resourceType,
    resourceId,
    resourceName,
    awsRegion: resourceType.startsWith("AWS::IAM::") ? "global" : "us-east-1",
  };
}
