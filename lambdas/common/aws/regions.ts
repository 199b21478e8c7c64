import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { clientConfig, clientOfTarget } from "./clients";
import type { Target } from "./target";

const clientOf = clientOfTarget((target) => new EC2Client(clientConfig(target)));

/**
 * The Regions that are enabled in an account, those without opt-in included
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html).
 * @throws what kept them from being looked up; Error when AWS names none.
 */
export async function enabledRegions(target: Target): Promise<string[]> {
  const { Regions = [] } = await clientOf(target).send(new DescribeRegionsCommand({ AllRegions: false }));
  const names = Regions.flatMap(({ RegionName }) => RegionName ?? []);
  if (names.length === 0) throw new Error("EC2 named no Region that is enabled in the account");
  return names.sort();
}
