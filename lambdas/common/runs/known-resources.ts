import type { PreviousState } from "../history/transition";

/**
 * The resources that are known from before a run, and which of them it has listed by now. All that a run keeps of
 * every resource: the ARN once, and a state that resources which are alike share.
 */
export class KnownResources {
  private readonly resources = new Map<string, PreviousState | typeof LISTED>();
  private readonly states = new Map<string, PreviousState>();

  /** Takes a state, unless a later one of the resource is known. */
  learn(arn: string, state: PreviousState): void {
    const known = this.resources.get(arn);
    if (known === undefined || (known !== LISTED && known.instant < state.instant)) {
      this.resources.set(arn, this.share(state));
    }
  }

  /** The latest state of a resource that is not listed yet. */
  state(arn: string): PreviousState | undefined {
    const known = this.resources.get(arn);
    return known === LISTED ? undefined : known;
  }

  /**
   * Notes that a resource is listed.
   * @returns its latest state, if there is one; undefined when it had been listed before.
   */
  list(arn: string): { readonly previous: PreviousState | undefined } | undefined {
    const known = this.resources.get(arn);
    if (known === LISTED) return undefined;
    this.resources.set(arn, LISTED);
    return { previous: known };
  }

  isListed(arn: string): boolean {
    return this.resources.get(arn) === LISTED;
  }

  /** The latest states of the resources that are not listed, by ARN. */
  *unlisted(): Generator<[arn: string, state: PreviousState]> {
    for (const [arn, state] of this.resources) if (state !== LISTED) yield [arn, state];
  }

  private share(state: PreviousState): PreviousState {
    const key = JSON.stringify(state);
    const known = this.states.get(key);
    if (known) return known;
    this.states.set(key, state);
    return state;
  }
}

const LISTED = "listed";
