import { S3Client } from "@aws-sdk/client-s3";
import { clientConfig, clientOfTarget } from "../../lambdas/common/aws/clients";
import type { Target } from "../../lambdas/common/aws/target";
import { ACCOUNT, REGION } from "../support/factories";

function target(change: Partial<Target> = {}): Target {
  return { partition: "aws", accountId: ACCOUNT, region: REGION, ...change };
}

const OF_ANOTHER_ACCOUNT = { accessKeyId: "AKIAOTHER", secretAccessKey: "secret", sessionToken: "session" };

describe("a client of a target", () => {
  it("calls the target's Region with the target's credentials", async () => {
    const other = target({ region: "eu-west-1", credentials: async () => OF_ANOTHER_ACCOUNT });
    const { config } = new S3Client(clientConfig(other));
    expect(await config.region()).toBe("eu-west-1");
    expect(await config.credentials()).toMatchObject(OF_ANOTHER_ACCOUNT);
  });

  it("is made once and kept, for each account and Region its own", () => {
    const clientOf = clientOfTarget((one) => ({ one }));
    const [account, region] = [target({ accountId: "444455556666" }), target({ region: "eu-west-1" })];
    expect(clientOf(target())).toBe(clientOf(target()));
    expect([clientOf(target()), clientOf(account), clientOf(region)]).toEqual([
      { one: target() },
      { one: account },
      { one: region },
    ]);
  });
});
