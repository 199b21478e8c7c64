/** What a report is asked for with. */

import type { HistoryReader } from "../../common/history/reader";
import type { SampleRequest } from "../request/event";
import type { Period } from "../request/period";
import type { ChainPosition, Report } from "./report";
import type { LastReport } from "./since-last-report";
import type { Standard } from "./standard";

/** What a report is made from, all of it passed in. */
export interface AssemblyDependencies {
  readonly history: HistoryReader;
  readonly source: {
    readonly environmentSuffix: string;
    readonly accountId: string;
    readonly region: string;
  };
  /** Waits that many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Which report to make. */
export interface AssemblyRequest {
  readonly reportId: string;
  readonly kind: Report["kind"];
  readonly generatedAt: string;
  readonly period: Period;
  readonly chain: ChainPosition;
  /** What was in force at the end of the period. */
  readonly standard: Standard;
  /** The version of the program that makes the report. */
  readonly programVersion: string;
  /** When the previous scheduled report had read the history: what became known later is late. */
  readonly previousReadAt?: string;
  /** The last scheduled report that ended by the end of the period. */
  readonly lastReport?: LastReport;
  /** Leave out what became known after the end of the period, as a report about the past must. */
  readonly asKnownThen: boolean;
  readonly sample?: SampleRequest;
  /** Why the managed rules' results could not be imported. */
  readonly importError?: Error;
}
