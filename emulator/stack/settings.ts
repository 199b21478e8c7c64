import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

export const PROJECT_DIRECTORY = join(__dirname, "../..");
const PROJECT_FILE = join(PROJECT_DIRECTORY, "Pulumi.yaml");

/** A Pulumi project's settings as the program gets them: `<project>:<key>` → text, structures as JSON. */
export interface StackSettings {
  readonly project: string;
  readonly config: Record<string, string>;
}

interface ProjectFile {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * The settings of a stack for a laptop: the defaults that Pulumi.yaml declares
 * (https://www.pulumi.com/docs/iac/concepts/projects/project-file/#configuration-options) and the given ones. A
 * company's own Pulumi.<stack>.yaml has no say: demo and tests do not depend on it.
 * @param given values for keys of this project.
 */
export function localSettings(given: Readonly<Record<string, unknown>>): StackSettings {
  const { name: project, config: declared = {} } = load(readFileSync(PROJECT_FILE, "utf8")) as ProjectFile;
  const defaults = Object.entries(declared).map(
    ([key, declaration]) => [key, defaultOf(declaration)] as const,
  );
  const config = [...defaults, ...Object.entries(given)]
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, asConfigText(value)]);
  return { project, config: Object.fromEntries(config) };
}

function defaultOf(declaration: unknown): unknown {
  if (typeof declaration !== "object" || declaration === null) return declaration;
  const { value, default: fallback } = declaration as { value?: unknown; default?: unknown };
  return value ?? fallback;
}

function asConfigText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
