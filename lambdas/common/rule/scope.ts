import type { Resource } from "./judgement";

/**
 * Whether a resource is among those that are evaluated: all of the account, or those whose name or tag
 * values carry the environmentSuffix as a word of its own (`db-prod-1` carries `prod`, `products` does not).
 * One whose tags could not be read is among them.
 */
export function isInScope(
  { name, tags }: Pick<Resource, "name" | "tags">,
  scope: DiscoveryScope,
  environmentSuffix: string,
): boolean {
  // What cannot be ruled out is not left out.
  if (scope === "account" || tags === undefined) return true;
  const word = new RegExp(`(^|[^a-z0-9])${environmentSuffix}($|[^a-z0-9])`, "i");
  return [name, ...Object.values(tags)].some((text) => word.test(text));
}

/** Everything in the account, or what carries the environmentSuffix in its name or tags. */
export type DiscoveryScope = "account" | "environment";
