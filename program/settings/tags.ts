import * as v from "valibot";
import { must, OBJECT, type Reason, refuseFor } from "../../lambdas/common/values/check";
import { FIXED_TAGS } from "../tags";

const MOST = 50;
const KEY = /^(?!aws:)[\p{L}\p{N} _.:/=+\-@]{1,128}$/iu;
const VALUE = /^[\p{L}\p{N} _.:/=+\-@]{0,256}$/u;

/**
 * What the setting `extraTags` may be, by AWS's rules for tags
 * (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
 */
export const EXTRA_TAGS = v.pipe(
  OBJECT,
  refuseFor((tags) => {
    const fixed = Object.keys(FIXED_TAGS);
    const keys = [...fixed, ...Object.keys(tags)];
    const lowered = keys.map((key) => key.toLowerCase());
    const reasons: Reason[] = Object.entries(tags).flatMap(([key, value], index) => [
      // IAM tells tags apart by more than case.
      ...(lowered.indexOf(key.toLowerCase()) < fixed.length + index ? [{ key, reason: DUPLICATE }] : []),
      ...(KEY.test(key) ? [] : [{ key, reason: ILL_NAMED }]),
      ...(typeof value === "string" && VALUE.test(value) ? [] : [{ key, reason: ILL_VALUED }]),
    ]);
    return keys.length > MOST ? [...reasons, `must leave a resource with at most ${MOST} tags`] : reasons;
  }),
  v.transform((tags) => tags as Readonly<Record<string, string>>),
);

/** What the setting `ownerTag` may be: the key of a tag. */
export const TAG_KEY = v.pipe(
  v.string(),
  v.regex(
    /^[\p{L}\p{N} _.:/=+\-@]{1,128}$/u,
    must("be a tag's key: 1 to 128 letters, digits, spaces and _.:/=+-@"),
  ),
);

const DUPLICATE =
  "is a duplicate; allowed are keys that differ, by more than case, from each other and " +
  `from ${Object.keys(FIXED_TAGS).join(", ")}`;
const ILL_NAMED = "must have 1 to 128 letters, digits, spaces and _.:/=+-@ and not begin with aws:";
const ILL_VALUED = must("be a text of at most 256 letters, digits, spaces and _.:/=+-@");
