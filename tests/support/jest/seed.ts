/**
 * Every property test begins with the same seed, so that what fails once fails again. Another one looks elsewhere:
 * `SEED=42 npm test`. A failure prints its seed.
 */

import * as fc from "fast-check";

const { SEED = "20261124" } = process.env;
if (!/^\d{1,9}$/.test(SEED))
  throw new Error(`SEED must be a whole number of at most nine digits, not ${SEED}`);

fc.configureGlobal({ seed: Number(SEED) });
