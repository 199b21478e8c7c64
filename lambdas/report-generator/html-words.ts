/** Words and numbers as the HTML report writes them. */

import type { ComplianceType } from "../shared/evaluation";
import { html, type Markup } from "./html";

/** Verdicts for people, and the class that colours them. */
export const VERDICTS: Readonly<Record<ComplianceType | "EXCEPTED", { word: string; style: string }>> = {
  NON_COMPLIANT: { word: "Failing", style: "bad" },
  EXCEPTED: { word: "Failing, accepted", style: "accepted" },
  ERROR: { word: "Not evaluated", style: "unknown" },
  COMPLIANT: { word: "Passing", style: "good" },
  NOT_APPLICABLE: { word: "Not applicable", style: "neutral" },
};

/** `2,000`. */
export function number(value: number): string {
  return value.toLocaleString("en");
}

/** An instant to the minute, in UTC; a dash for none. The full instant stays in the markup. */
export function time(instant: string | null | undefined): Markup {
  if (!instant) return html`–`;
  return html`<time datetime="${instant}">${instant.slice(0, 10)} ${instant.slice(11, 16)}</time>`;
}

/** The two largest units of a length of time; a dash for none. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A coloured word; the word alone says it all, colour only helps. */
export function badge(style: string, word: string): Markup {
  return html`<span class="badge ${style}">${word}</span>`;
}
