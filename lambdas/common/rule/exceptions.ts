import { createHash } from "node:crypto";
import { isoInstant } from "../values/instants";

/** An exception under the id that rows and reports call it by. */
export interface IdentifiedException extends Exception {
  readonly id: string;
}

/** The ticket, and a digest that tells apart the exceptions of one ticket. */
export function exceptionId({ ticket, rule, resource }: Exception): string {
  const digest = createHash("sha256").update(`${rule}\n${resource}`).digest("hex").slice(0, 8);
  return `${ticket}#${digest}`;
}

/**
 * What may be meant, and is worth a word all the same: it covers whatever there is of a kind, or will be, or nobody but
 * its owner has approved it.
 */
export function doubtsAbout({ resource, owner, approver }: Exception): ExceptionDoubt[] {
  const doubts: ExceptionDoubt[] = [];
  if (isOfWholeKind(resource)) doubts.push("broad");
  if (owner.trim().toLowerCase() === approver.trim().toLowerCase()) doubts.push("self-approved");
  return doubts;
}

/** What an exception is warned of for. */
export type ExceptionDoubt = "broad" | "self-approved";

/** Each doubt in words that follow the exception's name. */
export const DOUBTS: Readonly<Record<ExceptionDoubt, string>> = {
  broad: "covers everything of its kind, whatever comes to be: let it name what is accepted",
  "self-approved": "is approved by nobody but its owner",
};

/** Whether nothing but the kind of the resource is in the ARN, such as in arn:aws:ec2:*:*:instance/i-*. */
function isOfWholeKind(arn: string): boolean {
  const [, , service, , , ...rest] = arn.split(":");
  const resource = rest.join(":");
  // Of the services that are judged S3 alone has no kind in its ARNs.
  const kind = service === "s3" ? "" : (/^[a-z]+(?=[/:*])[/:]?(i-)?/.exec(resource)?.[0] ?? "");
  return resource.includes("*") && !/[\p{L}\p{N}]/u.test(resource.slice(kind.length));
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

/** A failing resource that the company has accepted until a date; reviewed in git with the stack's settings. */
export interface Exception {
  /** Rule name. */
  readonly rule: string;
  /** Resource ARN; `*` stands for any run of characters. */
  readonly resource: string;
  readonly reason: string;
  readonly owner: string;
  readonly approver: string;
  readonly ticket: string;
  /** ISO date (`2027-03-31`, meaning its first instant in UTC) or instant; it covers nothing from then on. */
  readonly expires: string;
}
