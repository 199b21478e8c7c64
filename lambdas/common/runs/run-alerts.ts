/** What a run tells, and what it owes when that cannot be told. */

import { alertAtOnce, type Drift, type Untold } from "../alerts/drift";
import { digestMessage, placedAt } from "../alerts/messages";
import { runId } from "../history/keys";
import type { Tally } from "../history/ledger";
import type { RowContext } from "../history/row";
import type { OwedAlerts, OwedDrift, RunRow } from "../history/rows";
import { asError } from "../values/errors";
import type { RunDependencies } from "./dependencies";
import type { DigestBuilder } from "./digest";
import type { KeptDrifts } from "./kept-drifts";
import type { Past } from "./past";
import type { RunPlan } from "./run-plan";

/** What a run row may hold of owed alerts: DynamoDB takes items of 400 KB, and the ledger needs room, too. */
const OWED_BYTES = 250_000;

/** Who sends the alerts of a run, the same for every try of it. */
export function senderOf({ rule, instant }: Pick<RowContext, "rule" | "instant">): string {
  return `${runId(rule.name)}#${instant}`;
}

/** The alerts of one run. */
export class RunAlerts {
  /** Alerts that the run before owes and that this one cannot tell yet, of resources that cannot be read. */
  readonly stillOwed: OwedDrift[] = [];
  private untold: Untold = { drifts: [], uncounted: 0 };
  private isDigestUntold = false;

  constructor(
    private readonly plan: RunPlan,
    private readonly past: Past,
    private readonly dependencies: RunDependencies,
  ) {}

  /** Tells what it found; what cannot be told is owed. */
  async send(drifts: KeptDrifts, digest: DigestBuilder, tally: Tally): Promise<void> {
    drifts.leaveOut();
    const { log } = this.dependencies;
    const { alert, context } = this.plan;
    const uncounted = drifts.leftOut + (this.past.baseline?.owed?.more ?? 0);
    const sender = senderOf(context);
    this.untold = await alertAtOnce(alert, drifts.named, sender, this.dependencies, uncounted);
    const about = { rule: context.rule.name, instant: context.instant };
    if (this.untold.error) {
      log.error("drift could not be alerted of", this.untold.error, { ...about, owed: this.undelivered });
    }
    if (!this.plan.sendsDigest) return;
    try {
      await this.sendDigest(digest, tally, sender);
    } catch (caught) {
      this.isDigestUntold = true;
      log.error("the digest could not be sent", asError(caught), about);
    }
  }

  /** How many alerts of this run are owed: those that could not be sent. */
  get undelivered(): number {
    const { drifts, uncounted, error } = this.untold;
    return (error ? drifts.length + uncounted : 0) + (this.isDigestUntold ? 1 : 0);
  }

  private async sendDigest(digest: DigestBuilder, tally: Tally, sender: string): Promise<void> {
    const { claims, alerts } = this.dependencies;
    const { alert, context } = this.plan;
    const places = tally.ledger().map(({ account_id: account, region }) => ({ account, region }));
    const message = digestMessage(placedAt(alert, places), digest.digest(tally));
    if (!message) return;
    const publish = () => alerts.publish(message);
    await claims.sendOnce("digest", context.rule.name, context.instant, publish, sender);
  }

  /** What the run's row says of it. */
  owed(): Pick<RunRow, "owed" | "digest_until"> {
    const isDigestOwed = this.isDigestUntold || !this.plan.sendsDigest;
    return { ...this.owedDrifts(), ...(isDigestOwed && { digest_until: this.past.digestUntil ?? "" }) };
  }

  private owedDrifts(): { owed?: OwedAlerts } {
    const all = [...this.stillOwed, ...this.untold.drifts.map(owedDrift)];
    if (all.length + this.untold.uncounted === 0) return {};
    const drifts: OwedDrift[] = [];
    let bytes = 0;
    for (const drift of all) {
      bytes += Buffer.byteLength(JSON.stringify(drift));
      if (bytes > OWED_BYTES) break;
      drifts.push(drift);
    }
    return { owed: { drifts, more: all.length - drifts.length + this.untold.uncounted } };
  }
}

function owedDrift({ row, openedAt, previousInstant }: Drift): OwedDrift {
  return { resource_id: row.resource_id, opened_at: openedAt, previous_instant: previousInstant };
}
