import { changeEvent } from "../support/things";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

const answers = () =>
  world.reported.flatMap(({ Evaluations = [], ...answer }) =>
    Evaluations.map((one) => ({ ...answer, ...one })),
  );

describe("AWS Config is told", () => {
  it.each([
    ["good", "COMPLIANT", "It is good."],
    ["bad", "NON_COMPLIANT", "It is bad."],
    ["exempt", "NOT_APPLICABLE", "It is exempt."],
  ] as const)(
    "of a %s thing that it is %s, under its id and as of its capture",
    async (condition, verdict, why) => {
      world.things.set("a", condition);
      await world.change("a");
      expect(answers()).toEqual([
        {
          ResultToken: "token",
          TestMode: false,
          ComplianceResourceType: "AWS::Test::Thing",
          ComplianceResourceId: "id-of-a",
          ComplianceType: verdict,
          Annotation: why,
          OrderingTimestamp: world.now,
        },
      ]);
    },
  );

  it("of what is deleted that it is not applicable", async () => {
    await world.complianceBefore("a");
    world.things.delete("a");
    await world.change("a", { gone: true });
    expect(answers().map(({ ComplianceType }) => ComplianceType)).toEqual(["NOT_APPLICABLE"]);
  });

  it("in its test mode what it stores nothing of, when the token is the one to test with", async () => {
    world.things.set("a", "good");
    await world.invoke({ ...changeEvent("a", world.now), resultToken: "TESTMODE" });
    expect(answers().map(({ ResultToken, TestMode }) => [ResultToken, TestMode])).toEqual([
      ["TESTMODE", true],
    ]);
  });

  it("nothing of what could not be read, for it has no word for that; the log has", async () => {
    world.things.set("a", "unreadable");
    await world.change("a");
    expect(answers()).toEqual([]);
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual(["ERROR"]);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ message: "not reported to AWS Config", resourceId: "id-of-a" }),
    );
  });
});

describe("a change of what cannot be read for a reason that passes", () => {
  beforeEach(() => {
    world.things.set("a", "good");
    world.throttled.add("a");
  });

  it("fails while it is tried again, and records nothing", async () => {
    await expect(world.change("a")).rejects.toThrow("not so fast");
    expect(await world.rowsOf("a")).toEqual([]);
  });

  it("is an ERROR in the end", async () => {
    await world.change("a", { time: new Date(world.now.getTime() - 12 * 3_600_000) });
    expect((await world.rowsOf("a")).map((row) => row.compliance_type)).toEqual(["ERROR"]);
  });
});
