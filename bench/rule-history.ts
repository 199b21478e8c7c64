/** One rule's rows, made when they are read: what the product itself would have written of them. */

import { marshall } from "@aws-sdk/util-dynamodb";
import type { EvaluatorSettings } from "../lambdas/common/deployment/settings";
import { evaluationTimestamp, runId, shardOf } from "../lambdas/common/history/keys";
import { type StoredRun, storedRun } from "../lambdas/common/history/large-ledger";
import { evaluationRow, type RowContext } from "../lambdas/common/history/row";
import type { EvaluationRow, RunRow } from "../lambdas/common/history/rows";
import type { ComparedState } from "../lambdas/common/history/transition";
import { RuleExceptions } from "../lambdas/common/rule/exceptions";
import type { Judgement } from "../lambdas/common/rule/judgement";
import { parametersHash } from "../lambdas/common/values/hash";
import type { Item } from "./history-query";
import { indexOf, type Kind, Places, resourceOf, type Spread } from "./resources";

const SCHEDULE = "cron(0 0/6 * * ? *)";
/** Milliseconds between two sweeps. */
export const SLOT_MS = 6 * 60 * 60 * 1000;
const SLOTS_A_DAY = 4;
/** A report looks at the runs of a day before its period, too. */
const DAYS_BEFORE = 2;

/** A rule's settings as far as they say by which standard it judges. */
export type Standard = Pick<EvaluatorSettings<unknown>, "parameters"> &
  Partial<Pick<EvaluatorSettings<unknown>, "discoveryScope">>;

/** How much there is in the history. */
export interface HistorySize {
  /** Resources under each rule. */
  readonly resources: number;
  /** Days in which they change; 0 for a table with nothing in it. */
  readonly days: number;
  readonly spread?: Spread;
  /** The rules that have run, and their standards. */
  readonly standards: Readonly<Record<string, Standard>>;
}

/** What a query reads; not every position has a row. */
export interface Sequence {
  readonly length: number;
  at(position: number): EvaluationRow | StoredRun | undefined;
}

/** What the history has of one rule: its runs, and the rows of its resources. */
export class RuleHistory {
  private readonly places: Places;
  private readonly shards = new Map<string, number[]>();
  private readonly madeRuns = new Map<number, StoredRun>();
  readonly ledgerParts = new Map<string, Item>();
  private readonly slots: readonly number[];
  private readonly firstChange: number;
  private readonly context: Omit<RowContext, "instant">;
  private readonly judgements: { readonly pass: Judgement; readonly failure: Judgement };

  constructor(
    readonly kind: Kind,
    private readonly size: HistorySize,
    private readonly lastSlot: number,
  ) {
    const { rule } = kind;
    this.places = new Places(size.spread);
    const { parameters, discoveryScope } = size.standards[rule.name] ?? {};
    this.context = {
      rule,
      parametersHash: parametersHash({ ...(parameters as object), discoveryScope }),
      exceptions: new RuleExceptions([], rule.name),
      trigger: "sweep",
    };
    this.judgements = { pass: kind.judge(false, parameters), failure: kind.judge(true, parameters) };
    const count = (size.days + DAYS_BEFORE) * SLOTS_A_DAY;
    this.slots = Array.from({ length: count }, (_, position) => lastSlot - count + 1 + position);
    this.firstChange = lastSlot - size.days * SLOTS_A_DAY + 2;
    for (let index = 0; index < size.resources; index++) {
      const shard = shardOf(rule.name, this.arnOf(index));
      const members = this.shards.get(shard);
      if (members) members.push(index);
      else this.shards.set(shard, [index]);
    }
  }

  private arnOf(index: number): string {
    return resourceOf(this.kind, index, this.places.of(index)).arn;
  }

  /** Whether the ARN is that of a resource here, there yet or not. */
  knows(arn: string): boolean {
    const index = indexOf(arn);
    return index >= 0 && this.arnOf(index) === arn;
  }

  runs(isWanted: (sortKey: string) => boolean, forward: boolean): Sequence {
    const slots = this.slotsOf(isWanted, forward);
    return { length: slots.length, at: (position) => this.run(slots[position] ?? Number.NaN) };
  }

  ofResource(index: number, isWanted: (sortKey: string) => boolean, forward: boolean): Sequence {
    const slots = index < this.size.resources ? this.slotsOf(isWanted, forward) : [];
    return { length: slots.length, at: (position) => this.row(index, slots[position] ?? Number.NaN) };
  }

  evaluations(shard: string, isWanted: (sortKey: string) => boolean): Sequence {
    const members = this.shards.get(shard) ?? [];
    const slots = this.slotsOf(isWanted, true);
    return {
      length: slots.length * members.length,
      at: (position) =>
        this.row(
          members[position % members.length] ?? Number.NaN,
          slots[Math.floor(position / members.length)] ?? Number.NaN,
        ),
    };
  }

  /** Twice as long as there are resources: each has two slots at which it can change. */
  changes(shard: string, isWanted: (sortKey: string) => boolean): Sequence {
    const members = this.shards.get(shard) ?? [];
    return {
      length: 2 * members.length,
      at: (position) => {
        const index = members[Math.floor(position / 2)] ?? Number.NaN;
        const slot = this.changeOf(index) + (position % 2);
        const row = isWanted(this.key(slot)) ? this.row(index, slot) : undefined;
        return row?.transition === "ongoing" ? undefined : row;
      },
    };
  }

  private slotsOf(isWanted: (sortKey: string) => boolean, forward: boolean): number[] {
    const slots = this.slots.filter((slot) => isWanted(this.key(slot)));
    return forward ? slots : slots.reverse();
  }

  private key(slot: number): string {
    return evaluationTimestamp(instantOf(slot), this.kind.rule.name);
  }

  /** The slot at which a resource that has not failed for long begins to. */
  private changeOf(index: number): number {
    return this.firstChange + (index % (this.lastSlot - this.firstChange));
  }

  /** Since which slot a resource has been failing at this one; undefined if it passes. */
  private failingSince(index: number, slot: number): number | undefined {
    if (index % 20 === 0) return this.lastSlot - 90 * SLOTS_A_DAY;
    const opened = this.changeOf(index);
    return slot === opened || (index % 20 === 10 && slot > opened) ? opened : undefined;
  }

  private row(index: number, slot: number): EvaluationRow {
    const context: RowContext = { ...this.context, instant: instantOf(slot) };
    const isFailing = this.failingSince(index, slot) !== undefined;
    const judgement = isFailing ? this.judgements.failure : this.judgements.pass;
    const observedAt = new Date(slot * SLOT_MS + (index % 200_000)).toISOString();
    return evaluationRow(
      context,
      resourceOf(this.kind, index, this.places.of(index)),
      judgement,
      this.stateAt(index, slot - 1),
      observedAt,
    );
  }

  private stateAt(index: number, slot: number): ComparedState {
    const since = this.failingSince(index, slot);
    const verdict = since === undefined ? "COMPLIANT" : "NON_COMPLIANT";
    return {
      instant: instantOf(slot),
      compliance_type: verdict,
      settled_type: verdict,
      ...(since !== undefined && { open_since: instantOf(since) }),
    };
  }

  private run(slot: number): StoredRun {
    const known = this.madeRuns.get(slot);
    if (known) return known;
    const { stored, parts } = storedRun(this.makeRun(slot));
    for (const { content, ...key } of parts) {
      const item = { ...marshall(key), content: { B: Buffer.from(content).toString("base64") } };
      this.ledgerParts.set(`${key.resource_id} ${key.evaluation_timestamp}`, item);
    }
    this.madeRuns.set(slot, stored);
    return stored;
  }

  private makeRun(slot: number): RunRow {
    const { rule, parametersHash, trigger } = this.context;
    const { size, places } = this;
    const counts = places.all.map(() => ({ listed: 0, failing: 0 }));
    let [opened, resolved] = [0, 0];
    for (let index = 0; index < size.resources; index++) {
      const isFailing = this.failingSince(index, slot) !== undefined;
      const failedBefore = this.failingSince(index, slot - 1) !== undefined;
      if (isFailing && !failedBefore) opened++;
      if (!isFailing && failedBefore) resolved++;
      const count = counts[places.numberOf(index)] as (typeof counts)[number];
      count.listed++;
      if (isFailing) count.failing++;
    }
    return {
      resource_id: runId(rule.name),
      evaluation_timestamp: this.key(slot),
      rule: rule.name,
      rule_version: rule.version,
      parameters_hash: parametersHash,
      trigger,
      schedule: SCHEDULE,
      started_at: new Date(slot * SLOT_MS + 1_000).toISOString(),
      completed_at: new Date(slot * SLOT_MS + 120_000).toISOString(),
      duration_ms: 119_000,
      ledger: places.all.map(({ accountId, region }, number) => {
        const { listed = 0, failing = 0 } = counts[number] ?? {};
        return {
          account_id: accountId,
          region,
          listed,
          evaluated: listed,
          compliant: listed - failing,
          non_compliant: failing,
          not_applicable: 0,
          error: 0,
          error_codes: {},
          excepted: 0,
        };
      }),
      opened,
      resolved,
      gone: 0,
    };
  }
}

function instantOf(slot: number): string {
  return new Date(slot * SLOT_MS).toISOString();
}
