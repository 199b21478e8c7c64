import type { RunRow } from "../history/rows";
import type { Resource } from "../rule/judgement";
import { elsewhere, type FailedScan, type Judged, type ScanEnd } from "./scanned";

/** The accounts and Regions that a run could not read to their end. */
export class UnreadPlaces {
  /** By account and Region. */
  private readonly failedPlaces = new Map<string, FailedScan>();
  /** Where the whole account is concerned. */
  private readonly failedAccounts = new Map<string, FailedScan>();
  private hasRead = false;

  constructor(private readonly baseline: RunRow | undefined) {}

  note(end: ScanEnd): void {
    const { everything, error, reach, isNotEnabled } = end;
    if (error) {
      this.failedPlaces.set(placeKey(everything), { ...end, error });
      if (reach) this.failedAccounts.set(everything.accountId, { ...end, error });
    } else if (!isNotEnabled) {
      this.hasRead = true;
    }
  }

  /** Of the account and Region in which a resource lies. */
  at(resource: Judged["resource"]): FailedScan | undefined {
    return this.failedPlaces.get(placeKey(resource)) ?? this.failedAccounts.get(resource.accountId);
  }

  /**
   * All of them.
   * @throws what kept the first place from being read when none could be: such a run says nothing.
   */
  all(): FailedScan[] {
    const failed = [...this.failedPlaces.values(), ...this.failedBefore()];
    const [first] = failed;
    if (first && !this.hasRead) throw first.error;
    return failed;
  }

  /** Where there is something as far as the run before knows, in accounts whose Regions nobody could look up now. */
  private failedBefore(): FailedScan[] {
    const places = this.baseline?.ledger ?? [];
    return places.flatMap(({ account_id: accountId, region }) => {
      const end = this.failedAccounts.get(accountId);
      if (end?.reach !== "regions" || this.failedPlaces.has(placeKey({ accountId, region }))) return [];
      return [{ ...end, everything: elsewhere(end.everything, region) }];
    });
  }
}

function placeKey({ accountId, region }: Pick<Resource, "accountId" | "region">): string {
  return `${accountId} ${region}`;
}
