import type { StandardControl } from "./control";

const SECURITY_HUB = "AWS Security Hub, AWS Foundational Security Best Practices v1.0.0";

/** AWS Foundational Security Best Practices for EC2. */
export const FSBP_EC2: readonly StandardControl[] = [
  {
    number: "EC2.1",
    title: "EBS snapshots should not be publicly restorable",
    rules: { "ec2-no-public-snapshots": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.2",
    title: "VPC default security groups should not allow traffic",
    rules: { "ec2-default-security-group-closed": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.3",
    title: "Attached EBS volumes should be encrypted at rest",
    rules: { "ec2-encrypted-volumes": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.4",
    title: "Stopped EC2 instances should be removed after a time",
    rules: { "ec2-stopped-instances": { AllowedDays: "30" } },
    source: SECURITY_HUB,
    partly: "The rule asks the same as Security Hub, which has a rule of its own for it.",
  },
  {
    number: "EC2.6",
    title: "VPC flow logging should be enabled in all VPCs",
    rules: { "ec2-vpc-flow-logs": { trafficType: "REJECT" } },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.7",
    title: "EBS default encryption should be enabled",
    rules: { "ec2-ebs-default-encryption": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.8",
    title: "EC2 instances should use IMDSv2",
    rules: { "ec2-imdsv2": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.9",
    title: "EC2 instances should not have a public IPv4 address",
    rules: { "ec2-no-public-ip": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.10",
    title: "EC2 should be configured to use VPC endpoints",
    rules: { "ec2-vpc-endpoint-ec2": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.15",
    title: "Subnets should not assign public IP addresses",
    rules: { "ec2-subnet-no-public-ip": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.16",
    title: "Unused network ACLs should be removed",
    rules: { "ec2-network-acl-used": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.17",
    title: "EC2 instances should not use multiple ENIs",
    rules: { "ec2-single-network-interface": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.18",
    title: "Security groups: unrestricted traffic for authorized ports only",
    rules: { "ec2-open-ports-authorized": { authorizedTcpPorts: "80,443" } },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.19",
    title: "Security groups: no unrestricted access to ports with high risk",
    rules: {
      "ec2-risky-ports-closed": {
        blockedPorts:
          "20,21,22,23,25,110,135,143,445,1433,1434,3000,3306,3389,4333,5000,5432,5500,5601,8080,8088,8888,9200,9300",
      },
    },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.20",
    title: "Both VPN tunnels of a Site-to-Site VPN should be up",
    rules: { "ec2-vpn-tunnels-up": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.21",
    title: "Network ACLs: no ingress from 0.0.0.0/0 to port 22 or 3389",
    rules: { "ec2-network-acl-admin-ports": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.23",
    title: "Transit gateways should not accept attachment requests by themselves",
    rules: { "ec2-transit-gateway-attachments": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.24",
    title: "Paravirtual instance types should not be used",
    rules: { "ec2-no-paravirtual": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.25",
    title: "Launch templates should not assign public IPs",
    rules: { "ec2-template-no-public-ip": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.51",
    title: "Client VPN endpoints should have connection logging",
    rules: { "ec2-client-vpn-logging": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.55",
    title: "VPC interface endpoint for ECR API",
    rules: { "ec2-vpc-endpoint-ecr-api": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.56",
    title: "VPC interface endpoint for Docker Registry",
    rules: { "ec2-vpc-endpoint-ecr-docker": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.57",
    title: "VPC interface endpoint for Systems Manager",
    rules: { "ec2-vpc-endpoint-ssm": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.58",
    title: "VPC interface endpoint for Incident Manager Contacts",
    rules: { "ec2-vpc-endpoint-ssm-contacts": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.60",
    title: "VPC interface endpoint for Incident Manager",
    rules: { "ec2-vpc-endpoint-ssm-incidents": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.170",
    title: "Launch templates should use IMDSv2",
    rules: { "ec2-template-imdsv2": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.171",
    title: "VPN connections should have logging enabled",
    rules: { "ec2-vpn-logging": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.172",
    title: "VPC Block Public Access should block internet gateway traffic",
    whyNotChecked:
      "AWS Config has no managed rule for VPC Block Public Access; Security Hub checks it by a rule of its own.",
  },
  {
    number: "EC2.173",
    title: "Spot Fleet requests should encrypt EBS volumes",
    rules: { "ec2-spot-fleet-encryption": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.180",
    title: "Network interfaces should have source/destination checking",
    rules: { "ec2-source-destination-check": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.181",
    title: "Launch templates should encrypt EBS volumes",
    rules: { "ec2-template-encrypted-volumes": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.182",
    title: "Block public access settings for EBS snapshots",
    rules: { "ec2-snapshot-public-access-block": {} },
    source: SECURITY_HUB,
  },
  {
    number: "EC2.183",
    title: "VPN connections should use IKEv2",
    rules: { "ec2-vpn-ikev2": {} },
    source: SECURITY_HUB,
  },
];
