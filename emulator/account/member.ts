/** An account of the organization besides the deployment's. */

import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { callMoto } from "./call";
import { Estate } from "./estate";
import { configChangeEvent, type RecordedResource } from "./events";
import { emulatorClient, REGION } from "./moto";

/** What somebody does in a member account, and what AWS does there. */
export class Member {
  private constructor(
    private readonly endpoint: string,
    readonly accountId: string,
    readonly estate: Estate,
  ) {}

  static async enter(endpoint: string, accountId: string): Promise<Member> {
    const { Credentials } = await new STSClient(emulatorClient(endpoint)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/owner`, RoleSessionName: "owner" }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = Credentials ?? {};
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
    return new Member(endpoint, accountId, new Estate(endpoint, credentials));
  }

  /** Makes a stack of a template's in a Region. */
  async makeStack(TemplateBody: string, region: string): Promise<void> {
    await callMoto({ ...this.at(region), service: "cloudformation" }, "CreateStack", {
      Version: "2010-05-15",
      StackName: "compliance-member",
      TemplateBody,
    });
  }

  /** What IAM says of the roles here: their names. */
  async roleNames(): Promise<string[]> {
    const answer = await callMoto({ ...this.at(REGION), service: "iam" }, "ListRoles", {
      Version: "2010-05-08",
    });
    return [...answer.matchAll(/<RoleName>([^<]+)</g)].map(([, name = ""]) => name).sort();
  }

  /** AWS Config's event of a change, on the default bus of the resource's Region. */
  async records(resource: RecordedResource, time: string, status?: string): Promise<void> {
    const recorded = { ...resource, accountId: this.accountId };
    const { invokingEvent } = configChangeEvent({ configRuleName: "", resource: recorded, time, status });
    await callMoto({ ...this.at(resource.region ?? REGION), service: "events" }, "AWSEvents.PutEvents", {
      Entries: [
        {
          Source: "aws.config",
          DetailType: "Config Configuration Item Change",
          Resources: [resource.arn],
          Detail: invokingEvent,
        },
      ],
    });
  }

  private at(region: string) {
    return { endpoint: this.endpoint, accountId: this.accountId, region };
  }
}
