import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { OrganizationSettings } from "./settings";

/** STS takes no longer names of sessions (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
const SESSION_NAME_LENGTH = 64;
/** What a session must last at least to be used for another account's reading. */
const LEFT_MS = 10 * 60_000;

/** How the accounts of an organization are read. */
export interface MemberCredentials {
  /** Those of an account, asked for when they are first needed and kept while they last. */
  of(accountId: string): AwsCredentialIdentityProvider;
}

/** Sessions of the role that every member account has. */
export class MemberRoles implements MemberCredentials {
  private readonly sessions = new Map<string, Promise<AwsCredentialIdentity>>();

  /**
   * @param sts of the deployment's Region: a session of a Region's own endpoint is good in every Region.
   * @param sessionName what CloudTrail of the account calls who came.
   */
  constructor(
    private readonly sts: STSClient,
    private readonly partition: string,
    private readonly settings: OrganizationSettings,
    private readonly sessionName: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  of(accountId: string): AwsCredentialIdentityProvider {
    return async () => {
      const known = await this.sessions.get(accountId)?.catch(() => undefined);
      if (known && (known.expiration?.getTime() ?? 0) - this.now().getTime() > LEFT_MS) return known;
      const session = this.assume(accountId);
      this.sessions.set(accountId, session);
      return session;
    };
  }

  private async assume(accountId: string): Promise<AwsCredentialIdentity> {
    const { roleName, externalId, actions } = this.settings;
    const { Credentials } = await this.sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:${this.partition}:iam::${accountId}:role/${roleName}`,
        RoleSessionName: this.sessionName.slice(0, SESSION_NAME_LENGTH),
        ...(externalId !== undefined && { ExternalId: externalId }),
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
        }),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey) throw new Error(`STS gave no credentials for ${accountId}`);
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  }
}
