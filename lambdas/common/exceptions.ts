import { createHash } from "node:crypto";
import type { Exception } from "./settings";
import { isoInstant } from "./timestamps";

/** An exception under the id that rows and reports call it by. */
export interface IdentifiedException extends Exception {
  readonly id: string;
}

/** The ticket, and a digest that tells apart the exceptions of one ticket. */
export function exceptionId({ ticket, rule, resource }: Exception): string {
  const digest = createHash("sha256").update(`${rule}\n${resource}`).digest("hex").slice(0, 8);
  return `${ticket}#${digest}`;
}

/** The exceptions of one rule, ready to be matched. */
export class RuleExceptions {
  readonly all: readonly IdentifiedException[];
  private readonly patterns: readonly RegExp[];

  constructor(exceptions: readonly Exception[], rule: string) {
    this.all = exceptions.filter((one) => one.rule === rule).map((one) => ({ ...one, id: exceptionId(one) }));
    this.patterns = this.all.map(({ resource }) => wildcardPattern(resource));
  }

  /** The exception that covers a resource at an instant; of several the one that lasts longest. */
  covering(resourceArn: string, instant: string): IdentifiedException | undefined {
    return this.all
      .filter((one, index) => this.patterns[index]?.test(resourceArn) && instant < isoInstant(one.expires))
      .reduce<IdentifiedException | undefined>(
        (longest, one) => (longest && isoInstant(longest.expires) >= isoInstant(one.expires) ? longest : one),
        undefined,
      );
  }
}

function wildcardPattern(text: string): RegExp {
  const literal = (part: string) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`^${text.split("*").map(literal).join(".*")}$`);
}
