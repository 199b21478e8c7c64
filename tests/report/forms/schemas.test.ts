/** What programs may rely on: every property is described, and what the product writes is as the schemas say. */

import Ajv2020 from "ajv/dist/2020";
import alertSchema from "../../../lambdas/common/alerts/alert.schema.json";
import type { AlertMessage } from "../../../lambdas/common/alerts/alert-message";
import { fittingBody } from "../../../lambdas/common/alerts/alerts";
import {
  digestMessage,
  driftMessage,
  failureMessage,
  foldedDriftMessage,
} from "../../../lambdas/common/alerts/messages";
import { exceptionId } from "../../../lambdas/common/rule/exceptions";
import manifestSchema from "../../../lambdas/report-generator/bucket/manifest.schema.json";
import settingsSchema from "../../../lambdas/report-generator/bucket/settings.schema.json";
import reportSchema from "../../../lambdas/report-generator/content/report.schema.json";
import * as alerts from "../../support/factories";
import { dependencies, exception, makeScheduled, rule, settings } from "../support";
import { Company } from "../swept-company";

const SCHEMAS = { reportSchema, manifestSchema, settingsSchema, alertSchema };
const RULE = "s3-bucket-encryption";

/** Every property and definition of a schema, by its path. */
function* nodes(schema: unknown, path: string): Generator<[string, Record<string, unknown>]> {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" || key === "$defs") {
      for (const [name, node] of Object.entries(value)) {
        yield [`${path}.${name}`, node as Record<string, unknown>];
      }
    }
    yield* nodes(value, key === "properties" ? path : `${path}.${key}`);
  }
}

function validator(schema: object) {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  if (schema !== reportSchema) ajv.addSchema(reportSchema);
  return ajv.compile(schema);
}

describe.each(Object.entries(SCHEMAS))("the %s", (_name, schema) => {
  it("has an id, a title and a description for every property", () => {
    expect(schema).toMatchObject({ $id: expect.stringMatching(/^urn:compliance-scanner:/) });
    expect([schema.title, schema.description]).not.toContain("");
    const all = [...nodes(schema, "")];
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
  });
});

describe("what the product writes", () => {
  it("is as the schemas of manifest, settings and report say", async () => {
    const company = new Company([exception()]);
    company.sweep(RULE, "2026-11-23T06:00:00Z", { a: "COMPLIANT", "legacy-1": "NON_COMPLIANT", b: "ERROR" });
    const deps = dependencies(company, settings([rule(RULE), rule("never-ran")], [exception()]));
    await makeScheduled(deps, "2026-11-23T06:30:00.000Z");
    await makeScheduled(deps, "2026-11-23T12:30:00.000Z");
    const kinds = [
      [/^reports\/chain\//, manifestSchema, 2],
      [/^reports\/settings\//, settingsSchema, 1],
      [/^reports\/\d{4}\/.*\.json$/, reportSchema, 2],
    ] as const;
    for (const [pattern, schema, expected] of kinds) {
      const keys = [...deps.store.objects.keys()].filter((key) => pattern.test(key));
      expect(keys).toHaveLength(expected);
      const validate = validator(schema);
      for (const key of keys) {
        validate(JSON.parse(deps.store.text(key)));
        expect(validate.errors).toBeNull();
      }
    }
  });

  const context = alerts.alertContext();
  const some = alerts.entries(alerts.entry(), alerts.entry({ name: "other" }));
  const none = alerts.entries();
  const totals = {
    listed: 2,
    evaluated: 0,
    compliant: 0,
    nonCompliant: 0,
    notApplicable: 1,
    error: 1,
    excepted: 0,
  };
  const accepted = alerts.exception();
  it.each<[string, AlertMessage | undefined]>([
    ["a drift", driftMessage(context, alerts.row({ owner: "payments" }), alerts.INSTANT)],
    ["drifts told together", foldedDriftMessage(context, some)],
    ["a failed run", failureMessage(context, alerts.INSTANT, new Error("gone"))],
    [
      "a digest",
      digestMessage(context, {
        instant: alerts.INSTANT,
        standardChanged: false,
        firstSights: [{ account: "123456789012", region: "eu-west-1", listed: 3, failing: 1 }],
        totals: { ...totals, score: undefined, coverage: 0 },
        newlyFailing: some,
        stillFailing: none,
        resolved: none,
        errors: some,
        exceptions: [
          {
            exception: { ...accepted, id: exceptionId(accepted) },
            covers: 1,
            endsSoon: true,
            expired: false,
          },
        ],
      }),
    ],
  ])("is as the alert's schema says: %s", (_kind, message) => {
    if (message === undefined) throw new Error("no message is sent");
    const validate = validator(alertSchema);
    validate(JSON.parse(JSON.parse(fittingBody(message)).default));
    expect(validate.errors).toBeNull();
  });
});
