import * as v from "valibot";
import type { ScannedRegions } from "../../lambdas/common/deployment/settings";
import { must, refuseFor, textLike } from "../../lambdas/common/values/check";

/** Regions of the partition `aws`; whether there is one of the name only AWS knows. */
const REGION_NAME = textLike(
  /^(?!us-gov-|us-iso|cn-|eu-isoe-)[a-z]{2}(-[a-z]+)+-\d$/,
  "the name of a Region of the partition aws, such as eu-west-1",
);

/**
 * The Regions that are scanned, or `all`.
 * @param home where everything is deployed, whose resources' changes AWS Config tells of in any case.
 */
export function scannedRegions(home: string): v.GenericSchema<unknown, ScannedRegions> {
  const named = v.pipe(
    v.array(REGION_NAME, must("be a list of Regions or all")),
    refuseFor((regions) => {
      const twice = regions.find((region, index) => regions.indexOf(region) !== index);
      return [
        ...(twice === undefined ? [] : [`must name each Region once, not ${twice} twice`]),
        ...(regions.includes(home) ? [] : [`must contain ${home}, where everything is deployed`]),
      ];
    }),
  );
  return v.lazy((given) => (given === "all" ? v.literal("all") : named));
}
