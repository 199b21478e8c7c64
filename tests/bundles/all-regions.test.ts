import { scheduledEvent } from "../../emulator/account/events";
import { deployed, requestsOf } from "./deployed";
import { covers, grantsOf, neededPermissions } from "./permissions";

const SLOT = "2026-11-23T06:00:00.000Z";
const environment = deployed({ regions: "all" });

test.each(["ec2-tag-evaluator", "rds-backup-evaluator"] as const)(
  "where all Regions are scanned, %s reads each that is enabled, as its role allows",
  async (key) => {
    const { stack } = environment;
    await stack.estate.launch({}, 1, "eu-central-1");

    await stack.functions[key].invoke(scheduledEvent(SLOT, "sweep"), { now: SLOT });

    expect(requestsOf(stack, "ec2", "DescribeRegions")).toHaveLength(1);
    const [run] = await stack.runs();
    expect(run?.ledger.length).toBeGreaterThan(10);
    expect(run?.ledger.map(({ region }) => region)).toEqual(
      expect.arrayContaining(["us-east-1", "eu-central-1"]),
    );
    const granted = grantsOf(stack.graph, key);
    const needed = stack.proxy.exchanges.flatMap(({ request }) => neededPermissions(request));
    expect(needed.filter((permission) => !granted.some((grant) => covers(grant, permission)))).toEqual([]);
  },
);
