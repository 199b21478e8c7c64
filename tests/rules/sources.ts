import type { Target } from "../../lambdas/common/aws/target";
import type { Listed } from "../../lambdas/common/rule/rule";

export const TARGET: Target = { partition: "aws", accountId: "111122223333", region: "us-east-1" };

/** Everything that a source yields. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** The facts of a resource that was read. */
export function factsOf<Facts>(listed: Listed<Facts> | undefined): Facts {
  if (listed === undefined || "error" in listed) throw new Error("the resource was not read");
  return listed.facts;
}

/** The name of the error that kept a resource from being read. */
export function errorOf(listed: Listed<unknown> | undefined): string | undefined {
  return listed && "error" in listed ? listed.error.name : undefined;
}

/** An error as an AWS service answers it. */
export function serviceError(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${name} from the service`), { name, $metadata: { httpStatusCode } });
}
