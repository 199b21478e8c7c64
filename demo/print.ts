import { styleText } from "node:util";
import type { Mail } from "../emulator/stack/mail";
import type { ComplianceType } from "../lambdas/common/rule/judgement";

type Style = Parameters<typeof styleText>[0];

const WIDTH = Math.min(process.stdout.columns ?? 110, 110);
const isColoured = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

/** The text in a terminal's colours; as it is where there is no terminal. */
export function styled(style: Style, text: string): string {
  return isColoured ? styleText(style, text) : text;
}

/** One line on standard output. */
export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** A headline that begins a scene. */
export function printScene(title: string): void {
  print();
  print(`${styled("bold", title)} ${styled("dim", "─".repeat(Math.max(0, WIDTH - title.length - 1)))}`);
}

/** Something that was done. */
export function printStep(text: string): void {
  const [first = "", ...others] = wrapped(text, WIDTH - 4);
  print(`  ${styled("green", "✓")} ${first}`);
  for (const line of others) print(`    ${line}`);
}

/** An explanation. */
export function printNote(text: string): void {
  for (const line of wrapped(text, WIDTH - 2)) print(`  ${styled("dim", line)}`);
}

/** Columns as wide as they have to be; verdicts in colour. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  print(`  ${styled("dim", line(headings))}`);
  for (const row of rows) print(`  ${colouredVerdict(line(row))}`);
}

const VERDICT_STYLES: Readonly<Record<ComplianceType, Style>> = {
  COMPLIANT: "green",
  NON_COMPLIANT: "red",
  NOT_APPLICABLE: "dim",
  ERROR: "yellow",
};

function colouredVerdict(line: string): string {
  return line.replace(/^(NON_COMPLIANT|COMPLIANT|NOT_APPLICABLE|ERROR)\b/, (verdict) =>
    styled(VERDICT_STYLES[verdict as ComplianceType], verdict),
  );
}

/** An e-mail as it stands in the reader's mail program. */
export function printMail({ to, subject, body }: Mail): void {
  const edge = styled("cyan", "│");
  print(`  ${styled("cyan", `┌─ e-mail ${"─".repeat(WIDTH - 12)}`)}`);
  print(`  ${edge} To:      ${to}`);
  print(`  ${edge} Subject: ${styled("bold", subject)}`);
  print(`  ${edge}`);
  for (const line of body
    .trimEnd()
    .split("\n")
    .flatMap((text) => wrapped(text, WIDTH - 4))) {
    print(`  ${edge} ${line}`.trimEnd());
  }
  print(`  ${styled("cyan", `└${"─".repeat(WIDTH - 3)}`)}`);
}

/** Breaks a line at spaces; what follows is indented a little further than the line itself. */
function wrapped(text: string, width: number): string[] {
  const indent = " ".repeat((/^ */.exec(text)?.[0].length ?? 0) + (/^ *- /.test(text) ? 2 : 0));
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    if (space <= indent.length) break;
    lines.push(rest.slice(0, space));
    rest = indent + rest.slice(space + 1);
  }
  return [...lines, rest];
}

/** Mails as their readers have them, one after another. */
export function printMails(mails: readonly Mail[]): void {
  for (const mail of mails) printMail(mail);
}
