import type { Target } from "../../common/aws/target";

/**
 * Types whose ARN is told by the id that AWS Config has for them → the ARN from the service on
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 * Users, databases and others have ids that say nothing of their ARN.
 */
const ARNS: Readonly<Record<string, (id: string, target: Target) => string>> = {
  "AWS::EC2::ClientVpnEndpoint": ec2("client-vpn-endpoint"),
  "AWS::EC2::Instance": ec2("instance"),
  "AWS::EC2::LaunchTemplate": ec2("launch-template"),
  "AWS::EC2::NetworkAcl": ec2("network-acl"),
  "AWS::EC2::NetworkInterface": ec2("network-interface"),
  "AWS::EC2::SecurityGroup": ec2("security-group"),
  "AWS::EC2::SpotFleet": ec2("spot-fleet-request"),
  "AWS::EC2::Subnet": ec2("subnet"),
  "AWS::EC2::TransitGateway": ec2("transit-gateway"),
  "AWS::EC2::VPC": ec2("vpc"),
  "AWS::EC2::VPNConnection": ec2("vpn-connection"),
  "AWS::EC2::Volume": ec2("volume"),
  "AWS::RDS::DBClusterSnapshot": (id, at) => `rds:${at.region}:${at.accountId}:cluster-snapshot:${id}`,
  "AWS::RDS::DBSnapshot": (id, at) => `rds:${at.region}:${at.accountId}:snapshot:${id}`,
  "AWS::S3::AccessPoint": (id, at) => `s3:${at.region}:${at.accountId}:accesspoint/${id}`,
  "AWS::S3::Bucket": (id) => `s3:::${id}`,
  "AWS::S3Express::DirectoryBucket": (id, at) => `s3express:${at.region}:${at.accountId}:bucket/${id}`,
};

function ec2(kind: string) {
  return (id: string, { region, accountId }: Target) => `ec2:${region}:${accountId}:${kind}/${id}`;
}

/**
 * The ARN of a resource, from nothing but its type and the id that AWS Config has for it; undefined when that does not
 * tell.
 */
export function arnOfId(type: string, id: string, target: Target): string | undefined {
  if (id.startsWith("arn:")) return id;
  const rest = ARNS[type]?.(id, target);
  return rest === undefined ? undefined : `arn:${target.partition}:${rest}`;
}
