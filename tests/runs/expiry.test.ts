import { withoutAlerts } from "../support/troubles";
import { eachWorld, type World } from "../support/world";

let world: World;
eachWorld((next) => {
  world = next;
});

it("what organises the work expires in 90 days, and evidence never does", async () => {
  const names = await world.manyBeginToFail(8);
  for (const name of names.slice(0, 7)) await world.change(name);
  world.beforeEffect = withoutAlerts;
  await world.sweep();
  world.beforeEffect = () => {};
  world.listingFailsAfter = 1;
  world.pass(360);
  await expect(world.sweep()).rejects.toThrow("the listing failed");

  const items = await world.items();
  const isEvidence = ({ resource_id }: Record<string, unknown>) => /^(arn:|run#)/.test(String(resource_id));
  const kinds = new Set(items.filter((item) => !isEvidence(item)).map((item) => kindOf(item)));
  expect([...kinds].sort()).toEqual([
    "alert#arn",
    "alert#digest",
    "alert#failure",
    "alert#folded",
    "alert#window",
    "lease#good-things",
  ]);
  for (const item of items) {
    if (isEvidence(item)) {
      expect(item).not.toHaveProperty("expires_at");
      continue;
    }
    const days = (Number(item.expires_at) * 1000 - world.now.getTime()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThanOrEqual(90);
  }
});

function kindOf({ resource_id }: Record<string, unknown>): string {
  return String(resource_id).split(/[#:]/).slice(0, 2).join("#");
}
