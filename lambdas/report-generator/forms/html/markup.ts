/** Markup that cannot be broken out of: whatever a template interpolates is escaped unless it is markup itself. */

/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

type Interpolated = Markup | string | number | null | undefined | false | readonly Interpolated[];

/** Template tag: `` html`<td>${name}</td>` ``. Lists are joined; null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Interpolated[]): Markup {
  let text = strings[0] ?? "";
  for (const [index, value] of values.entries()) text += render(value) + (strings[index + 1] ?? "");
  return new Markup(text);
}

function render(value: Interpolated): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  if (value === null || value === undefined || value === false) return "";
  return value.map(render).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
