/**
 * Where AWS Config has which rules, as the rules' own pages say
 * (https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html, as stored in
 * github.com/crowecawcaw/aws-docs-history at commit 465d45b). A rule that is named nowhere here is in every Region.
 */

/** Rules, and the Regions that lack them or the only ones that have them. */
interface Availability {
  readonly identifiers: readonly string[];
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

const AVAILABILITY: readonly Availability[] = [
  {
    identifiers: words("ROOT_ACCOUNT_MFA_ENABLED ROOT_ACCOUNT_HARDWARE_MFA_ENABLED"),
    except: words(`
    ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 cn-north-1 cn-northwest-1 il-central-1
    me-central-1 mx-central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("IAM_ROOT_ACCESS_KEY_CHECK"),
    except: words(`
    ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 eu-central-2 eu-south-2 il-central-1
    me-central-1 mx-central-1
  `),
  },
  {
    identifiers: words(`
    IAM_USER_MFA_ENABLED MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS ACCESS_KEYS_ROTATED
    IAM_USER_UNUSED_CREDENTIALS_CHECK IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS IAM_USER_NO_POLICIES_CHECK
    IAM_NO_INLINE_POLICY_CHECK IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS IAM_POLICY_BLACKLISTED_CHECK
    IAM_USER_GROUP_MEMBERSHIP_CHECK
  `),
    except: words(`
    ap-east-2 ap-south-2 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 eu-central-2
    eu-south-2 il-central-1 me-central-1 mx-central-1
  `),
  },
  {
    identifiers: words("IAM_POLICY_IN_USE"),
    except: words(`
    ap-east-2 ap-south-2 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 eu-central-2 eu-south-2 il-
    central-1 me-central-1 mx-central-1
  `),
  },
  {
    identifiers: words("IAM_EXTERNAL_ACCESS_ANALYZER_ENABLED"),
    except: words("ca-west-1 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1"),
  },
  {
    identifiers: words("SECURITY_ACCOUNT_INFORMATION_PROVIDED"),
    except: words("ap-southeast-6 ca-west-1 mx-central-1 us-gov-east-1 us-gov-west-1"),
  },
  {
    identifiers: words(`
    ACCOUNT_PART_OF_ORGANIZATIONS RDS_CLUSTER_DELETION_PROTECTION_ENABLED
    RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED RDS_CLUSTER_MULTI_AZ_ENABLED
    RDS_AURORA_MYSQL_AUDIT_LOGGING_ENABLED
  `),
    except: words("cn-north-1"),
  },
  { identifiers: words("IAM_SERVER_CERTIFICATE_EXPIRATION_CHECK"), only: words("cn-north-1 us-east-1") },
  {
    identifiers: words("EC2_IMDSV2_CHECK"),
    except: words(`
    ap-east-2 ap-southeast-5 ap-southeast-7 cn-north-1 cn-northwest-1 mx-central-1 us-gov-east-1 us-gov-
    west-1
  `),
  },
  { identifiers: words("EBS_SNAPSHOT_PUBLIC_RESTORABLE_CHECK"), except: words("eu-south-2") },
  {
    identifiers: words(`
    VPC_DEFAULT_SECURITY_GROUP_CLOSED VPC_VPN_2_TUNNELS_UP RDS_INSTANCE_PUBLIC_ACCESS_CHECK
    RDS_MULTI_AZ_SUPPORT RDS_INSTANCE_DELETION_PROTECTION_ENABLED RDS_ENHANCED_MONITORING_ENABLED
  `),
    except: words(`
    ap-east-2 ap-southeast-7 cn-north-1 cn-northwest-1 mx-central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("NACL_NO_UNRESTRICTED_SSH_RDP S3_LIFECYCLE_POLICY_CHECK"),
    except: words("ap-east-2 ap-southeast-7 mx-central-1"),
  },
  {
    identifiers: words("EC2_TRANSIT_GATEWAY_AUTO_VPC_ATTACH_DISABLED"),
    except: words(`
    ap-east-2 ap-northeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 cn-north-1 cn-northwest-1 il-
    central-1 mx-central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("EC2_PARAVIRTUAL_INSTANCE_CHECK"),
    only: words(`
    ap-northeast-1 ap-southeast-1 ap-southeast-2 cn-north-1 eu-central-1 eu-west-1 sa-east-1 us-east-1 us-
    west-1 us-west-2
  `),
  },
  {
    identifiers: words("EC2_LAUNCH_TEMPLATE_PUBLIC_IP_DISABLED EC2_LAUNCH_TEMPLATE_IMDSV2_CHECK"),
    except: words(`
    ap-south-2 ap-southeast-4 ap-southeast-6 ca-west-1 eu-central-2 eu-south-2 il-central-1 me-central-1 mx-
    central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("EC2_CLIENT_VPN_CONNECTION_LOG_ENABLED"),
    except: words(`
    ap-south-2 ap-southeast-6 ca-west-1 cn-north-1 cn-northwest-1 eu-south-2 il-central-1 me-central-1 mx-
    central-1
  `),
  },
  {
    identifiers: words("VPC_ENDPOINT_ENABLED"),
    except: words(`
    ap-east-2 ap-northeast-3 ap-southeast-5 ap-southeast-7 ca-west-1 il-central-1 mx-central-1
  `),
  },
  {
    identifiers: words("EC2_VPN_CONNECTION_LOGGING_ENABLED"),
    except: words("ap-southeast-6 ca-west-1 cn-north-1 cn-northwest-1"),
  },
  {
    identifiers: words(`
    EC2_SPOT_FLEET_REQUEST_CT_ENCRYPTION_AT_REST RDS_MARIADB_INSTANCE_ENCRYPTED_IN_TRANSIT
  `),
    except: words("ap-east-2 ap-southeast-5 ap-southeast-7 ca-west-1 mx-central-1"),
  },
  {
    identifiers: words("EC2_LAUNCH_TEMPLATES_EBS_VOLUME_ENCRYPTED"),
    except: words(`
    ap-south-2 ap-southeast-4 ap-southeast-6 ca-west-1 eu-central-2 eu-south-2 il-central-1 me-central-1 mx-
    central-1
  `),
  },
  {
    identifiers: words("EBS_SNAPSHOT_BLOCK_PUBLIC_ACCESS"),
    except: words("ap-east-2 ap-southeast-6 ap-southeast-7 mx-central-1"),
  },
  {
    identifiers: words("EC2_VPN_CONNECTION_IKE_VERSION_CHECK"),
    except: words("ca-west-1 cn-north-1 cn-northwest-1 me-central-1 me-south-1"),
  },
  {
    identifiers: words("RDS_SNAPSHOTS_PUBLIC_PROHIBITED"),
    except: words("af-south-1 ap-southeast-4 eu-central-2 eu-south-1 eu-south-2 il-central-1"),
  },
  {
    identifiers: words("RDS_CLUSTER_ENCRYPTED_AT_REST"),
    except: words(`
    ap-southeast-6 ap-southeast-7 ca-west-1 cn-north-1 mx-central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("AURORA_MYSQL_BACKTRACKING_ENABLED"),
    except: words(`
    af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-6 ca-west-1 cn-north-1 eu-
    north-1 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 sa-east-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("RDS_CLUSTER_DEFAULT_ADMIN_CHECK RDS_CLUSTER_BACKUP_RETENTION_CHECK"),
    except: words("cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1"),
  },
  {
    identifiers: words("RDS_INSTANCE_DEFAULT_ADMIN_CHECK"),
    except: words(`
    ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 cn-north-1 cn-northwest-1 mx-central-1
  `),
  },
  {
    identifiers: words("RDS_CLUSTER_AUTO_MINOR_VERSION_UPGRADE_ENABLE"),
    except: words(`
    ap-south-2 ap-southeast-4 ap-southeast-6 ca-west-1 cn-north-1 eu-central-2 eu-south-2 il-central-1 me-
    central-1 mx-central-1 us-gov-east-1 us-gov-west-1 us-west-1
  `),
  },
  { identifiers: words("RDS_POSTGRESQL_LOGS_TO_CLOUDWATCH"), except: words("ca-west-1") },
  {
    identifiers: words("RDS_AURORA_POSTGRESQL_LOGS_TO_CLOUDWATCH"),
    except: words("ap-south-2 ap-southeast-4 ca-west-1 cn-north-1 eu-south-2 il-central-1"),
  },
  {
    identifiers: words("RDS_SQL_SERVER_LOGS_TO_CLOUDWATCH S3_BUCKET_MFA_DELETE_ENABLED"),
    except: words("ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 mx-central-1"),
  },
  {
    identifiers: words(`
    RDS_SQLSERVER_ENCRYPTED_IN_TRANSIT MARIADB_PUBLISH_LOGS_TO_CLOUDWATCH_LOGS RDS_INSTANCE_SUBNET_IGW_CHECK
  `),
    except: words("ap-east-2 ap-southeast-5 ap-southeast-7 mx-central-1"),
  },
  {
    identifiers: words("RDS_PROXY_TLS_ENCRYPTION"),
    except: words(`
    ap-east-2 ap-southeast-5 ap-southeast-7 mx-central-1 us-gov-east-1 us-gov-west-1
  `),
  },
  {
    identifiers: words("AURORA_MYSQL_CLUSTER_AUDIT_LOGGING"),
    except: words("ap-east-2 ap-southeast-5 ap-southeast-6 ap-southeast-7 mx-central-1"),
  },
  {
    identifiers: words(`
    RDS_PGSQL_CLUSTER_COPY_TAGS_TO_SNAPSHOT_CHECK RDS_MYSQL_CLUSTER_COPY_TAGS_TO_SNAPSHOT_CHECK
  `),
    except: words(`
    ap-east-2 ap-southeast-6 cn-north-1 mx-central-1 us-gov-east-1 us-gov-west-1 us-west-1
  `),
  },
  { identifiers: words("S3_BUCKET_ACL_PROHIBITED"), except: words("ap-southeast-6") },
  { identifiers: words("S3_ACCESS_POINT_PUBLIC_ACCESS_BLOCKS"), except: words("ap-southeast-6 ca-west-1") },
  {
    identifiers: words("S3EXPRESS_DIR_BUCKET_LIFECYCLE_RULES_CHECK"),
    only: words("ap-northeast-1 ap-south-1 eu-north-1 eu-west-1 us-east-1 us-east-2 us-west-2"),
  },
];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Whether AWS Config has the rule in the Region; one of which nothing is known here is taken to be there. */
export function isAvailable(identifier: string, region: string): boolean {
  return AVAILABILITY.filter(({ identifiers }) => identifiers.includes(identifier)).every(
    ({ only, except }) => (only?.includes(region) ?? true) && !except?.includes(region),
  );
}
