import * as aws from "@pulumi/aws";
import * as v from "valibot";
import type { ScannedRegions } from "../../lambdas/common/deployment/settings";
import { fields, list, must, oneOf, refuseFor, textLike } from "../../lambdas/common/values/check";
import type { OrganizationSetting } from "../organization-home";
import { scannedRegions } from "./regions";

/**
 * AWS has no more units in an organization
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
 */
const MOST_UNITS = 2_000;
/** Nor does any organization have more accounts. */
const MOST_ACCOUNTS = 50_000;

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
const ORGANIZATION_ID = textLike(/^o-[a-z0-9]{10,32}$/, "an organization's id, such as o-a1b2c3d4e5");
/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html */
const UNIT = textLike(
  /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/,
  "the id of a unit or a root, such as ou-ab12-c3d4e5f6 or r-ab12",
);
const ACCOUNT = textLike(/^\d{12}$/, "an account id of 12 digits, as a text");
/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const ROLE_NAME = textLike(/^[\w+=,.@-]{1,64}$/, "1 to 64 letters, digits and +=,.@-_, without a path");
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const EXTERNAL_ID = textLike(/^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits and +=,.@:/-_");

const KNOWN_REGIONS: readonly string[] = Object.values(aws.Region);

/**
 * The setting; without regions those of the setting of that name hold for every account.
 * @param home where everything is deployed.
 * @param ofOwnAccount the setting `regions`, whose changes are noticed in the deployment's own account.
 */
export function organizationSetting(
  home: string,
  ofOwnAccount: ScannedRegions,
): v.GenericSchema<unknown, OrganizationSetting> {
  const entries = fields({
    id: ORGANIZATION_ID,
    units: v.optional(distinct(UNIT, "unit", 1, MOST_UNITS)),
    excludeAccounts: v.optional(distinct(ACCOUNT, "account", 0, MOST_ACCOUNTS), []),
    regions: v.optional(knownRegions(home), ofOwnAccount === "all" ? "all" : [...ofOwnAccount]),
    roleName: ROLE_NAME,
    externalId: v.optional(EXTERNAL_ID),
    roleRollout: v.optional(oneOf(["template", "stackset"]), "template"),
  });
  return v.pipe(
    entries,
    refuseFor(({ regions, roleRollout, units }) => [
      ...missing(regions, ofOwnAccount).map((region) => ({
        key: "regions",
        reason: must(
          `contain ${region}, as the setting regions does: the deployment's account is one of them`,
        ),
      })),
      ...(roleRollout === "stackset" && !units
        ? [
            "needs units with roleRollout stackset, such as the organization's root: a StackSet is told where to go",
          ]
        : []),
    ]),
  ) as v.GenericSchema<unknown, OrganizationSetting>;
}

/** A name with a mistake in it would be taken for a Region that is enabled in no account. */
function knownRegions(home: string) {
  return v.pipe(
    scannedRegions(home),
    refuseFor((regions) => {
      const unknown = regions === "all" ? [] : regions.filter((one) => !KNOWN_REGIONS.includes(one));
      return unknown.map((region) => `must name Regions of AWS, and ${region} is none`);
    }),
  );
}

function missing(regions: ScannedRegions, ofOwnAccount: ScannedRegions): string[] {
  if (regions === "all") return [];
  if (ofOwnAccount === "all") return ["every Region"];
  return ofOwnAccount.filter((region) => !regions.includes(region));
}

function distinct(entry: v.GenericSchema<unknown, string>, what: string, fewest: number, most: number) {
  return v.pipe(
    list(entry),
    refuseFor((given) => {
      const twice = given.find((one, index) => given.indexOf(one) !== index);
      return [
        ...(given.length < fewest ? [`must name at least one ${what}, or be left out`] : []),
        ...(given.length > most
          ? [`must name at most ${most}, as many as AWS allows, not ${given.length}`]
          : []),
        ...(twice === undefined ? [] : [`must name each ${what} once, not ${twice} twice`]),
      ];
    }),
  );
}
