import type { Organization } from "../support/organization";
import type { World } from "../support/world";

/** A run over what there is, and half an hour in which something happens. */
export async function runBefore(world: World, organization: Organization): Promise<void> {
  await organization.run();
  world.pass(30);
  organization.taken.length = 0;
}
