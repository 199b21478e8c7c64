/** Verdicts, times and coloured words as the HTML report writes them. */

import type { ComplianceType } from "../../../common/rule/judgement";
import type { Severity } from "../../../common/rule/rule";
import type { ResourceEntry, RuleResult } from "../../content/report";
import { html, type Markup } from "./markup";

/** Verdicts for people, and the class that colours them. */
export const VERDICTS: Readonly<Record<ComplianceType | "EXCEPTED", { word: string; style: string }>> = {
  NON_COMPLIANT: { word: "Failing", style: "bad" },
  EXCEPTED: { word: "Failing, accepted", style: "accepted" },
  ERROR: { word: "Not evaluated", style: "unknown" },
  COMPLIANT: { word: "Passing", style: "good" },
  NOT_APPLICABLE: { word: "Not applicable", style: "neutral" },
};

/** An instant to the minute, in UTC; a dash for none. The full instant stays in the markup. */
export function time(instant: string | null | undefined): Markup {
  if (!instant) return html`–`;
  return html`<time datetime="${instant}">${instant.slice(0, 10)} ${instant.slice(11, 16)}</time>`;
}

/** A coloured word; the word alone says it all, colour only helps. */
export function badge(style: string, word: string): Markup {
  return html`<span class="badge ${style}">${word}</span>`;
}

/** Whether an exception covers this failure. */
export function isExcepted({ complianceType, exceptionId }: ResourceEntry): boolean {
  return complianceType === "NON_COMPLIANT" && exceptionId !== undefined;
}

/** An evaluation's verdict. */
export function verdictBadge(entry: ResourceEntry): Markup {
  const { word, style } = VERDICTS[isExcepted(entry) ? "EXCEPTED" : entry.complianceType];
  return badge(style, word);
}

/** A rule's or failure's severity, the heavier the graver. */
export function severityBadge(severity: Severity): Markup {
  return html`<span class="severity ${severity}">${severity}</span>`;
}

/** The names of the rules whose results AWS Config recorded. */
export function managedRules(rules: readonly RuleResult[]): ReadonlySet<string> {
  return new Set(rules.filter(({ kind }) => kind === "managed").map(({ rule }) => rule));
}

/** An ARN, or a pattern of some, on a line of its own that breaks between its parts rather than within one. */
export function arn(text: string): Markup {
  const parts = text.split(/(?<=[:/_.])(?=[^:/_.])/);
  return html`<span class="arn"><bdi>${parts.map((part, index) => [index > 0 && html`<wbr>`, part])}</bdi></span>`;
}

/** AWS Config's name of a resource type; the account itself, which it calls `AWS::::Account`, in words. */
export function resourceTypeName(resourceType: string): string {
  return resourceType === "AWS::::Account" ? "AWS account" : resourceType;
}
