/** What the page's tables are made of. */

import { html, type Markup } from "./markup";

/** A column's heading; `style` is a class of the page's, `n` that of numbers; `width` one of CSS. */
export type Column = string | { readonly name: string; readonly style?: string; readonly width?: string };

/** Columns of numbers. */
export function numbers(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, style: "n" }));
}

/** A table whole. */
export function table(
  columns: readonly Column[],
  rows: readonly Markup[],
  { caption, style = "rows" }: { readonly caption?: string; readonly style?: string } = {},
): Markup {
  return html`<table class="${style}">${caption !== undefined && html`<caption>${caption}</caption>`}
${head(columns)}<tbody>
${rows}
</tbody></table>`;
}

/** A frame that scrolls where the page is narrow: who has no mouse gets into it, and hears what it is. */
export function scrolling(label: string, ...tables: readonly Markup[]): Markup {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${tables}</div>`;
}

/** A table in its frame in pieces, for rows that are too many to hold at once. */
export function* streamedTable(
  label: string,
  columns: readonly Column[],
  rows: Iterable<Markup>,
): Generator<Markup> {
  yield html`<div class="scroll" role="group" aria-label="${label}" tabindex="0"><table class="rows">
${head(columns)}<tbody>
`;
  for (const row of rows) yield html`${row}\n`;
  yield html`</tbody></table></div>`;
}

/** A cell with a number, which has its column's name beside it where the page is narrow. */
export function numberCell(name: string, value: string | number, aside?: Markup | false): Markup {
  return html`<td class="n" data-label="${name}">${value}${aside}</td>`;
}

/** A second, smaller line of a cell. */
export function sub(line: string | readonly (string | Markup | false | null)[]): Markup {
  return html`<span class="sub">${line}</span>`;
}

function head(columns: readonly Column[]): Markup {
  return html`<thead><tr>${columns.map(heading)}</tr></thead>`;
}

function heading(column: Column): Markup {
  if (typeof column === "string") return html`<th scope="col">${column}</th>`;
  const { name, style, width } = column;
  const attributes = [
    style !== undefined && html` class="${style}"`,
    width !== undefined && html` style="width:${width}"`,
  ];
  return html`<th scope="col"${attributes}>${name}</th>`;
}
