/** A function, read off the program: what index.ts says of it, and the files of its archive. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { asset } from "@pulumi/pulumi";
import { PROJECT } from "../../program/bundle";
import type { DeclaredResource } from "./graph";

/** A function as index.ts declares it. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** `JSON` or `Text`. */
  readonly logFormat: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The archive: file name → text. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Reads a function off its declaration in the program.
 * @throws TypeError when the archive holds anything but files.
 */
export async function functionDeclaration({ id, inputs }: DeclaredResource): Promise<FunctionDeclaration> {
  const declared = inputs as unknown as DeclaredFunction;
  return {
    name: id,
    roleArn: declared.role,
    handler: declared.handler,
    timeoutSeconds: declared.timeout ?? 3,
    memoryMb: declared.memorySize ?? 128,
    logFormat: declared.loggingConfig?.logFormat ?? "Text",
    environment: declared.environment?.variables ?? {},
    files: await archivedTexts(declared.code),
  };
}

/** The arguments of `aws.lambda.Function` that matter when it runs. */
interface DeclaredFunction {
  readonly role: string;
  readonly handler: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly loggingConfig?: { readonly logFormat?: string };
  readonly environment?: { readonly variables?: Readonly<Record<string, string>> };
  readonly code: asset.AssetArchive;
}

async function archivedTexts(archive: asset.AssetArchive): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(await archive.assets)) {
    if (!("path" in file)) throw new TypeError(`${name} in a function's archive is no file`);
    texts[name] = readFileSync(resolve(PROJECT, await (file as asset.FileAsset).path), "utf8");
  }
  return texts;
}
