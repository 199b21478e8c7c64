import { EXCEPTION } from "../support/things";
import { withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

describe("another standard than in the run before", () => {
  it("is no drift: the digest says that the standard has changed", async () => {
    await world.complianceBefore("a", "b");
    world.strict = true;
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[0]?.email).toContain("The standard has changed since the run before");
    expect(world.digests()[0]?.subject).toContain("2 failing (2 new)");
    world.pass(360);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[1]?.email).not.toContain("The standard has changed");
  });

  it("is no drift either when a change event is the first to judge by it", async () => {
    await world.complianceBefore("a");
    world.strict = true;
    await world.change("a");
    expect((await world.rowsOf("a")).at(-1)).toMatchObject({ transition: "opened" });
    expect(world.drifts()).toEqual([]);
  });

  it("does not hide a drift from before it whose alert was lost", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.strict = true;
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toMatchObject([{ data: { instant: "2026-11-24T00:30:00.000Z" } }]);
  });

  it("does not bring back a drift that was mended before it", async () => {
    await world.complianceBefore("a");
    world.things.set("a", "bad");
    world.beforeEffect = withoutAlerts;
    await expect(world.change("a")).rejects.toThrow("SNS is away");
    world.beforeEffect = () => {};
    world.pass(30);
    world.things.set("a", "good");
    await world.change("a");
    world.strict = true;
    world.pass(300);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
  });

  it("is another discovery scope, too", async () => {
    await world.complianceBefore("a-test-thing");
    world.discoveryScope = "environment";
    world.things.set("a-test-thing", "bad");
    world.pass(330);
    await world.sweep();
    expect(world.drifts()).toEqual([]);
    expect(world.digests()[0]?.email).toContain("The standard has changed");
  });
});

describe("an exception", () => {
  const exception = { ...EXCEPTION, expires: "2026-11-25" };

  it("keeps the verdict, names itself in the row and keeps the resource out of alerts", async () => {
    world.exceptions = [exception];
    await world.complianceBefore("legacy-1");
    world.things.set("legacy-1", "bad");
    await world.change("legacy-1");
    world.pass(330);
    await world.sweep();
    expect((await world.rowsOf("legacy-1")).at(-1)).toMatchObject({
      compliance_type: "NON_COMPLIANT",
      exception_id: expect.stringMatching(/^SEC-1#/),
    });
    expect(world.drifts()).toEqual([]);
    expect(world.digests()).toMatchObject([
      { data: { newlyFailing: { count: 0 }, stillFailing: { count: 0 } } },
    ]);
    expect((await world.runs()).at(-1)).toMatchObject({ ledger: [{ non_compliant: 1, excepted: 1 }] });
  });

  it("stops covering at its date: the resource is opened again, failing since it began to", async () => {
    world.exceptions = [exception];
    world.things.set("legacy-1", "bad");
    await world.sweep();
    world.pass(24 * 60);
    await world.sweep();
    const last = (await world.rowsOf("legacy-1")).at(-1);
    expect(last).toMatchObject({ transition: "opened", open_since: "2026-11-24T00:00:00.000Z" });
    expect(last?.exception_id).toBeUndefined();
    expect(world.drifts()).toHaveLength(1);
    expect(world.digests().at(-1)?.email).toContain("Expired exceptions");
  });

  it.each([
    ["a change event", () => world.change("legacy-1")],
    ["a sweep", () => world.sweep()],
  ])("that ends leaves a failure to be told again that was told before it, by %s", async (_, looks) => {
    await world.complianceBefore("legacy-1");
    world.things.set("legacy-1", "bad");
    await world.change("legacy-1");
    world.exceptions = [exception];
    world.pass(330);
    await world.sweep();
    world.exceptions = [];
    world.pass(30);
    await looks();
    expect(world.drifts()).toMatchObject([
      { data: { instant: "2026-11-24T00:30:00.000Z" } },
      { data: { instant: "2026-11-24T06:30:00.000Z" } },
    ]);
  });

  it("is named in the digest when it matches nothing, and when it ends within 14 days", async () => {
    world.exceptions = [
      exception,
      { ...exception, resource: "arn:aws:test:*:thing/unheard-of", ticket: "SEC-2" },
    ];
    world.things.set("legacy-1", "bad").set("b", "bad");
    await world.sweep();
    expect(world.digests()[0]?.email).toMatch(/Exceptions in use \(1\)\n {2}- SEC-1: .*ENDS WITHIN 14 DAYS/);
    expect(world.digests()[0]?.email).toMatch(/match no failing resource.*\n {2}- SEC-2: /);
  });
});
