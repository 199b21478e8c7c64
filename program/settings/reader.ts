/** Reads settings one by one. */

import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { check } from "../../lambdas/common/values/check";
import { InvalidInputError } from "../../lambdas/common/values/errors";
import type { CustomRule } from "../rules";
import { withoutUrlPaths } from "./secrets";

/** The settings as Pulumi has them: `<namespace>:<key>` → text, structures as JSON. */
export type RawSettings = Readonly<Record<string, string>>;

/** Config records IAM in one Region only, and the whole design rests on its being this one. */
export const REGION = "us-east-1";

/** Reads settings one by one and remembers what is wrong, so that all of it can be told at once. */
export class SettingsReader {
  private readonly problems: string[] = [];
  private readonly keys = new Set<string>();

  constructor(
    private readonly raw: RawSettings,
    private readonly project: string,
  ) {}

  requiredText(key: string, schema: v.GenericSchema<unknown, string>): string {
    return this.checked(key, this.given(key) ?? "", schema) ?? "";
  }

  optionalText<Schema extends v.GenericSchema>(
    key: string,
    schema: Schema,
    conceal = withoutUrlPaths,
  ): v.InferOutput<Schema> | undefined {
    const given = this.given(key);
    return given === undefined ? undefined : this.checked(key, given, schema, conceal);
  }

  text<Schema extends v.GenericSchema>(key: string, fallback: string, schema: Schema): v.InferOutput<Schema> {
    return this.checked(key, this.given(key) ?? fallback, schema) ?? v.parse(schema, fallback);
  }

  /** A number, a truth value, a list or an object. */
  structure<Schema extends v.GenericSchema>(
    key: string,
    fallback: unknown,
    schema: Schema,
    conceal = withoutUrlPaths,
  ): v.InferOutput<Schema> {
    const given = this.given(key);
    const value = given === undefined ? fallback : fromJson(given);
    return this.checked(key, value, schema, conceal) ?? v.parse(schema, fallback);
  }

  optionalStructure<Schema extends v.GenericSchema>(
    key: string,
    schema: Schema,
  ): v.InferOutput<Schema> | undefined {
    const given = this.given(key);
    return given === undefined ? undefined : this.checked(key, fromJson(given), schema);
  }

  /** Each of a rule's parameters is a setting. */
  parameters({ rule, defaults }: CustomRule): object {
    const given = Object.entries(defaults).map(([key, fallback]) => {
      const text = this.given(key);
      return [key, text === undefined ? fallback : fromJson(text)] as const;
    });
    return this.attempt(() => rule.parseParameters(Object.fromEntries(given))) ?? defaults;
  }

  region(): typeof REGION {
    const region = this.raw["aws:region"] ?? REGION;
    if (region !== REGION) this.problems.push(`aws:region must be ${REGION}, not ${region}`);
    if (this.raw["aws:defaultTags"] !== undefined) {
      this.problems.push(`aws:defaultTags must not be set; ${this.project}:extraTags is for further tags`);
    }
    return REGION;
  }

  /** The look-up for the recorder would see another account than the one that is deployed to. */
  refuseAssumedRoles(): void {
    for (const key of ["aws:assumeRoles", "aws:assumeRoleWithWebIdentity"]) {
      if (this.raw[key] === undefined) continue;
      this.problems.push(
        `${key} needs ${this.project}:configRecorder to be create, as the look-up for a recorder takes on no role; ` +
          "a profile in aws:profile that takes it on will do, too",
      );
    }
  }

  /**
   * To be called when everything was read.
   * @throws pulumi.RunError when anything was wrong, or the stack sets what nobody read.
   */
  finish(): void {
    const prefix = `${this.project}:`;
    for (const name of Object.keys(this.raw).filter((one) => one.startsWith(prefix))) {
      if (this.keys.has(name.slice(prefix.length))) continue;
      this.problems.push(
        `${name} is no setting of this program; allowed: ${[...this.keys].sort().join(", ")}`,
      );
    }
    if (this.problems.length > 0) {
      throw new pulumi.RunError(`The stack's settings need mending:\n  - ${this.problems.join("\n  - ")}`);
    }
  }

  /** Pulumi.yaml can declare a setting without a value only as an empty text. */
  private given(key: string): string | undefined {
    this.keys.add(key);
    return this.raw[`${this.project}:${key}`] || undefined;
  }

  private checked<Schema extends v.GenericSchema>(
    key: string,
    value: unknown,
    schema: Schema,
    conceal = withoutUrlPaths,
  ): v.InferOutput<Schema> | undefined {
    return this.attempt(() => check(schema, value, key, { conceal }));
  }

  private attempt<Value>(parse: () => Value): Value | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.problems.push(...error.problems.map((problem) => withoutUrlPaths(`${this.project}:${problem}`)));
      return undefined;
    }
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
