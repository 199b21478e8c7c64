/**
 * The first of the three steps of a run: what is to be read. The others are to read it (scan.ts) and to close the run.
 */

import type { Target } from "../aws/target";
import type { ScannedRegions } from "../deployment/settings";
import type { Evaluator } from "./evaluator";

/** What a scan reads. */
export interface ScanPlan {
  /** Each is read by itself, and may fail by itself; the home Region comes first. */
  readonly targets: readonly [Target, ...Target[]];
  /** Accounts and Regions that have an entry in the run's ledger though nothing may be there. */
  readonly places: readonly Pick<Target, "accountId" | "region">[];
  /** Whether one listing names what there is in every Region of an account. */
  readonly isAccountWide: boolean;
}

/** The targets of one account that are known before anything is looked up: the home Region, then the others. */
export function targetsOf<Home extends Target>(
  home: Home,
  regions: ScannedRegions = [],
): [Home, ...Target[]] {
  const others = regions === "all" ? [] : regions.filter((region) => region !== home.region);
  return [home, ...others.map((region): Target => inRegion(home, region))];
}

/**
 * Plans a scan of everything.
 * @throws what kept the account's Regions from being looked up, where all of them are to be scanned.
 */
export async function planScan<Facts, Parameters>(
  evaluator: Evaluator<Facts, Parameters>,
): Promise<ScanPlan> {
  const { source, settings, targets } = evaluator;
  const homes = targets.filter(
    ({ accountId }, index) => targets.findIndex((one) => one.accountId === accountId) === index,
  ) as [Target, ...Target[]];
  if (!source.enabledRegions) return { targets: homes, places: targets, isAccountWide: true };
  if (settings.regions !== "all") return unplannedScan(evaluator);
  const all: Target[] = [];
  for (const home of homes) all.push(...targetsOf(home, await source.enabledRegions(home)));
  return { targets: all as [Target, ...Target[]], places: all, isAccountWide: false };
}

/** What is read of one account of an organization. */
export interface AccountPlan {
  readonly targets: readonly [Target, ...Target[]];
  /** Regions that the settings name and that are not enabled in the account. */
  readonly notEnabled: readonly string[];
}

/**
 * Plans the scan of one account of an organization: of the Regions that are to be scanned, those that are enabled in
 * it.
 * @throws what kept those from being looked up.
 */
export async function planAccount<Facts, Parameters>(
  { source, settings: { regions = [] } }: Evaluator<Facts, Parameters>,
  home: Target,
): Promise<AccountPlan> {
  if (!source.enabledRegions) return { targets: [home], notEnabled: [] };
  const enabled = await source.enabledRegions(home);
  if (regions === "all") return { targets: targetsOf(home, enabled), notEnabled: [] };
  const isEnabled = (region: string) => enabled.includes(region);
  return {
    targets: targetsOf(home, regions.filter(isEnabled)),
    notEnabled: regions.filter((region) => !isEnabled(region)),
  };
}

/** What is known without looking anything up. */
export function unplannedScan<Facts, Parameters>({ targets }: Evaluator<Facts, Parameters>): ScanPlan {
  return { targets, places: targets, isAccountWide: false };
}

/** Whether a resource that lies there would be listed. */
export function covers(
  { targets, isAccountWide }: ScanPlan,
  place: { readonly accountId: string; readonly region: string },
): boolean {
  return targets.some(
    ({ accountId, region }) => accountId === place.accountId && (isAccountWide || region === place.region),
  );
}

function inRegion({ partition, accountId, credentials }: Target, region: string): Target {
  return { partition, accountId, region, ...(credentials && { credentials }) };
}
