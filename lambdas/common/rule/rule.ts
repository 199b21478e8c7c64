import type { Target } from "../aws/target";
import type { Judgement, Resource } from "./judgement";
import type { StandardId } from "./standards";

/** What a rule says of itself; reports and settings are built on it. */
export interface RuleDescription {
  /** Rule name in rows, metrics and exceptions. */
  readonly name: string;
  /** Rises whenever the same facts may get another verdict. */
  readonly version: string;
  readonly title: string;
  /** Unless the stack's settings say otherwise. */
  readonly severity: Severity;
  readonly remediation: string;
  /** CloudFormation type names that AWS Config shall report changes of. */
  readonly resourceTypes: readonly string[];
  readonly controls: Controls;
}

/** One rule: what it says of itself, the settings it takes, and its judgement on the facts of one resource. */
export interface Rule<Facts, Parameters> extends RuleDescription {
  /**
   * Checks parameters that came from outside.
   * @throws InvalidInputError naming the field and what is allowed.
   */
  parseParameters(input: unknown): Parameters;
  /** The verdict, from nothing but the facts and the parameters. */
  judge(facts: Facts, parameters: Parameters): Judgement;
}

/** A resource as its listing gave it: the facts to judge, or the error that kept them from being read. */
export type Listed<Facts> =
  | { readonly resource: Resource; readonly facts: Facts }
  | { readonly resource: Resource; readonly error: Error };

/** What a listing shall read of each resource besides the facts. */
export interface ReadOptions {
  /**
   * Read tags even where that takes a call for each resource. A resource whose tags cannot be read is one that cannot
   * be read; when they are only `wanted` it is one without tags.
   */
  readonly tags: boolean | "wanted";
}

/** Where a rule's resources are read from: the live API of one account and Region. */
export interface ResourceSource<Facts> {
  /** What the service is called in ARNs, such as `ec2`. */
  readonly service: string;
  /**
   * The Regions that are enabled in a target's account. Left out by a source whose listing names the resources of every
   * Region, as S3's does: it reads an account once.
   * @throws what kept them from being looked up.
   */
  readonly enabledRegions?: (target: Target) => Promise<readonly string[]>;
  /**
   * Every resource of the target, page by page. A resource that cannot be read is yielded with its error.
   * @throws whatever the listing itself throws: then nothing is known of the target's other resources.
   */
  list(target: Target, options: ReadOptions): AsyncIterable<Listed<Facts>>;
  /** Those of the given ids, names or ARNs that exist. */
  find(target: Target, ids: readonly string[], options: ReadOptions): AsyncIterable<Listed<Facts>>;
  /**
   * The ARN of a resource that need not exist any more, from where it lies and what AWS Config calls it; undefined when
   * no resource can be called so.
   */
  arnOf(target: Target, recorded: RecordedId): string | undefined;
}

/** What AWS Config calls a resource by. */
export interface RecordedId {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resourceName?: string;
  /** Only the part of it that neither id nor name tells may be taken for true. */
  readonly arn?: string;
}

/** How much a failure matters, for filters and subjects of alerts. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Standard → numbers of the controls that a rule supports, such as `{"pci-dss-4.0": ["8.4.2"]}`. */
export type Controls = Readonly<Partial<Record<StandardId, readonly string[]>>>;
