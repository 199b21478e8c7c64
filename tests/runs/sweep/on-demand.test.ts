import type { WhatIfResult } from "../../../lambdas/common/evaluator/what-if";
import { thingArn } from "../../support/things";
import { eachWorld, type World } from "../../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("on demand", () => {
  it("sweeps when invoked with {}", async () => {
    world.things.set("a", "good");
    expect(await world.invoke({})).toMatchObject({ status: "complete", listed: 1 });
    expect(await world.rows()).toMatchObject([{ trigger: "on-demand" }]);
  });

  it("evaluates the named resources and names those that do not exist", async () => {
    world.things.set("a", "good").set("b", "bad");
    expect(await world.invoke({ resourceIds: ["b", "nowhere"] })).toMatchObject({
      status: "evaluated",
      resources: [{ resource: thingArn("b"), complianceType: "NON_COMPLIANT" }],
      notFound: ["nowhere"],
    });
    expect(await world.rows()).toHaveLength(1);
    expect(await world.runs()).toEqual([]);
  });

  it("alerts of many new failures among the named resources in one message, without waiting", async () => {
    const names = Array.from({ length: 8 }, (_, i) => `thing-${i}`);
    for (const name of names) world.things.set(name, "good");
    await world.sweep();
    world.pass(30);
    for (const name of names) world.things.set(name, "bad");
    const before = world.now;
    await world.invoke({ resourceIds: names });
    expect(world.drifts().map(({ subject }) => subject)).toEqual([
      "[HIGH] Drift: 8 resources fail good-things",
    ]);
    expect(world.now).toEqual(before);
  });

  it("tells what other parameters would change, and writes and sends nothing", async () => {
    world.things.set("a", "good").set("b", "bad").set("c", "unreadable").set("d", "exempt");
    world.beforeEffect = (effect) => {
      throw new Error(`unexpected ${effect}`);
    };
    expect(await world.invoke({ whatIf: { strict: true } })).toMatchObject({
      status: "what-if",
      evaluated: 3,
      unreadable: 1,
      wouldFail: 1,
      wouldPass: 0,
      changes: [{ resource: thingArn("a"), from: "COMPLIANT", to: "NON_COMPLIANT" }],
    });
  });

  it("lists a thousand of the resources that would change, and counts the others", async () => {
    for (let index = 0; index < 1_003; index++) world.things.set(`thing-${index}`, "good");
    const { wouldFail, changes, changesLeftOut } = (await world.invoke({
      whatIf: { strict: true },
    })) as WhatIfResult;
    expect([wouldFail, changes.length, changesLeftOut]).toEqual([1_003, 1_000, 3]);
  });
});
