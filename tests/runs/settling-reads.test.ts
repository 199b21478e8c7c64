/** What a sweep reads to settle with others: the outcome is the same for small runs and large ones. */

import { FEW_EVALUATIONS } from "../../lambdas/common/history/reader";
import { thingArn } from "../support/things";
import { changeWithoutAlert } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe.each([
  ["few", FEW_EVALUATIONS, ["2026-11-24T00:00:00.001Z 9999~"]],
  [
    "many",
    FEW_EVALUATIONS + 1,
    ["2026-11-24T00:00:00.001Z 2026-11-24T00:30:59.999Z~", "2026-11-24T00:31:00.001Z 9999~"],
  ],
])("a sweep of %s resources", (_, count, spans) => {
  const names = Array.from({ length: count }, (_, index) => `thing-${index}`);

  it("tells what others recorded before and after it, and reads its own rows only where they are few", async () => {
    await world.complianceBefore(...names);
    const before = world.now;
    world.pass(1);
    const slot = world.now;
    world.things.set("thing-2", "bad");
    world.beforeListing = async () => {
      world.things.set("thing-0", "bad");
      await changeWithoutAlert(world, "thing-0", before);
      world.pass(1);
    };
    const asked: string[] = [];
    const lookedUp = new Set<unknown>();
    world.interposed.set("BatchWriteCommand", async () => {
      world.things.set("thing-1", "bad");
      await changeWithoutAlert(world, "thing-1", world.now);
      world.queried = ({ ":shard": shard, ":from": from, ":to": to, ":id": id }) => {
        if (String(shard).endsWith("#0")) asked.push(`${from} ${to}`);
        lookedUp.add(id);
      };
    });
    await world.sweep(slot);
    expect(world.toldNames()).toEqual(["thing-0", "thing-1", "thing-2"]);
    expect(lookedUp).toContain(thingArn("thing-1"));
    expect(lookedUp).not.toContain(thingArn("thing-2"));
    expect(asked).toEqual(spans);
  });
});
