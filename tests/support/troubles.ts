/** What goes wrong in a world, and what is left then. */

import type { RunRow } from "../../lambdas/common/history/rows";
import type { World } from "./world";

/** SNS takes nothing. */
export function withoutAlerts(effect: string): void {
  if (effect === "Publish") throw new Error("SNS is away");
}

/** A change event whose alert SNS refuses for good. */
export async function changeWithoutAlert(world: World, name: string, time: Date): Promise<void> {
  world.beforeEffect = withoutAlerts;
  await expect(world.change(name, { time })).rejects.toThrow("SNS is away");
  world.beforeEffect = () => {};
}

/** A sweep whose alerts SNS refuses, and the time until the next one. */
export async function sweepWithoutAlerts(world: World, slot = world.now): Promise<void> {
  world.beforeEffect = withoutAlerts;
  await world.sweep(slot);
  world.beforeEffect = () => {};
  world.pass(360);
}

/** @throws Error when there was none. */
export async function newestRun(world: World): Promise<RunRow> {
  const [newest] = (await world.runs()).sort((a, b) =>
    a.evaluation_timestamp < b.evaluation_timestamp ? 1 : -1,
  );
  if (!newest) throw new Error("no run");
  return newest;
}

/** From the first such write or message on nothing happens any more: the function is gone. */
export function goneFrom(first: string): (effect: string) => void {
  let isGone = false;
  return (effect) => {
    isGone ||= effect === first;
    if (isGone) throw new Error("the function is gone");
  };
}

/** A sweep that stores its rows and ends before the run's own. */
export async function crashBeforeRunRow(world: World, slot: Date): Promise<void> {
  world.beforeEffect = (effect) => {
    if (effect === "PutCommand") throw new Error("crash before the run row");
  };
  await expect(world.sweep(slot)).rejects.toThrow("crash before the run row");
  world.beforeEffect = () => {};
}
