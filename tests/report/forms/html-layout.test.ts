import { renderHtml } from "../../../lambdas/report-generator/forms/html/page";
import { pageText, reportOf } from "./rendered";

/** What a loop goes over, of which there has to be something for the loop to say anything. */
function some<Item>(items: readonly Item[] | null): readonly Item[] {
  expect(items).not.toBeNull();
  expect(items).not.toHaveLength(0);
  return items ?? [];
}

describe("the HTML", () => {
  it("can be walked by its landmarks, headings and table headers", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT", beta: "COMPLIANT" })));
    expect(page).toMatch(/<html lang="en">/);
    for (const landmark of ["<header>", "<nav aria-label=", '<main id="main">', "<footer>"]) {
      expect(page.split(landmark)).toHaveLength(2);
    }
    for (const header of some(page.match(/<th[ >][^>]*>?/g))) expect(header).toMatch(/scope="(col|row)"/);
    for (const svg of some(page.match(/<svg[^>]*>/g))) {
      expect(svg).toMatch(/role="img" aria-label|aria-hidden="true"/);
    }
    for (const [, id] of some([...page.matchAll(/href="#([^"]+)"/g)])) expect(page).toContain(`id="${id}"`);
    const ids = some([...page.matchAll(/\sid="([^"]+)"/g)]).map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("stacks the rows of every table on a phone, each figure with its name", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT", beta: "COMPLIANT", "legacy-1": "NON_COMPLIANT" });
    const page = pageText(renderHtml(report));
    const tables = page.match(/<table[^>]*>/g) ?? [];
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) expect(table).toMatch(/class="([\w ]* )?rows"/);
    const figures = page.match(/<td class="n"[^>]*>/g) ?? [];
    expect(figures.length).toBeGreaterThan(10);
    for (const figure of figures) expect(figure).toMatch(/data-label="[^"]+"/);
  });

  it("lets an ARN break between its parts, and leaves it whole for whoever copies it", async () => {
    const page = pageText(renderHtml(await reportOf({ "trades/2019_a.b<c": "NON_COMPLIANT" })));
    const [arn = ""] = /(?<=<span class="arn"><bdi>).*?(?=<\/bdi>)/.exec(page) ?? [];
    expect(arn).toBe("arn:<wbr>aws:<wbr>s3:::<wbr>trades/<wbr>2019_<wbr>a.<wbr>b&lt;c");
  });

  it("stretches only the trend's lines with the page, never its labels and the dot at the end", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT", beta: "COMPLIANT" })));
    const chart = page.slice(page.indexOf('<div class="chart">'), page.indexOf("</figure>"));
    const lines = chart.slice(0, chart.indexOf("</svg>"));
    expect(lines).toContain('preserveAspectRatio="none"');
    expect(lines).toContain('<path class="score"');
    expect(lines).not.toMatch(/<text|<circle/);
    const labels = chart.slice(lines.length);
    expect(labels).toMatch(/class="y" style="--at:0%">100</);
    const lastRun = /class="x" style="--at:([\d.]+%)">11-23 06:00</.exec(labels)?.[1];
    expect(labels).toMatch(new RegExp(`class="dot" style="left:${lastRun};top:[\\d.]+%"`));
    for (const [, at] of labels.matchAll(/(?:--at|left|top):([^;"]+)/g)) {
      expect(Number.parseFloat(at ?? "")).toBeGreaterThanOrEqual(0);
      expect(Number.parseFloat(at ?? "")).toBeLessThanOrEqual(100);
    }
    expect(Number(/\.chart \{[^}]*font-size: ([\d.]+)rem/.exec(page)?.[1]) * 16).toBeGreaterThanOrEqual(11);
  });

  it("leaves out every second date on a phone where there are more than fit", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const point = report.trend.overall.at(-1);
    if (point === undefined) throw new Error("the report has no trend");
    const chartOver = (days: number) => {
      const from = new Date(Date.parse(report.period.to) - days * 86_400_000).toISOString();
      const overall = [{ ...point, at: from }, point];
      const trend = { ...report.trend, from, overall };
      const page = pageText(renderHtml({ ...report, trend, period: { ...report.period, from } }));
      return [...page.matchAll(/class="x( spare)?"/g)].map(([, spare]) => spare !== undefined);
    };
    expect(chartOver(6)).toEqual([false, true, false, true, false, true]);
    expect(chartOver(5)).toEqual([false, false, false, false, false]);
  });

  it("turns rows into cards before a column would be pushed off, and breaks whatever text", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT" })));
    const cards = page.slice(page.indexOf("@media screen and (max-width: 64rem)"));
    expect(cards).toMatch(/^@media[^@]*\.rows th, \.rows td \{ display: block/);
    expect(page).toMatch(/tbody th, td, \.sub \{ overflow-wrap: anywhere/);
  });

  it("carries the report's id on every printed page, and no style that an id could bring in", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    expect(pageText(renderHtml(report))).toContain(`@page { @bottom-left { content: "${report.reportId}"`);
    const forged = pageText(renderHtml({ ...report, reportId: 'x"; } body { display: none } </style>' }));
    expect(forged).toContain('content: "xbodydisplaynonestyle"');
  });

  it("keeps a table's header with its first row in print", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT" })));
    const print = page.slice(page.indexOf("@media print"));
    expect(print).toMatch(/thead \{[^}]*break-after: avoid/);
    expect(print).toMatch(/tbody tr:first-child \{[^}]*break-before: avoid/);
  });

  it("opens the coverage ledger and the failing intervals in print, where nobody can open them", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT" })));
    const print = page.slice(page.indexOf("@media print"));
    expect(print).toMatch(
      /#runs::details-content, #failures::details-content \{[^}]*content-visibility: visible/,
    );
    expect(page).toContain('<details id="runs">');
    expect(page).toContain('<details id="failures">');
  });

  it("keeps text readable: every ink on every ground it stands on has a contrast of 4.5 to 1", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "COMPLIANT" })));
    const themes = [...page.matchAll(/:root \{([^}]*)\}/g)].map(([, body = ""]) =>
      Object.fromEntries(
        [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour]),
      ),
    );
    expect(themes).toHaveLength(3);
    for (const theme of themes) {
      for (const ink of ["ink", "soft", "link", "good", "bad", "unknown", "accepted", "neutral"]) {
        expect([ink, contrast(theme[ink] ?? "", theme.paper ?? "") >= 4.5]).toEqual([ink, true]);
        const wash = theme[`${ink}-wash`];
        if (wash) expect([ink, contrast(theme[ink] ?? "", wash) >= 4.5]).toEqual([ink, true]);
      }
      for (const ground of ["wash", "bad-wash", "unknown-wash", "good-wash"]) {
        for (const ink of ["ink", "soft"])
          expect([ink, ground, contrast(theme[ink] ?? "", theme[ground] ?? "") >= 4.5]).toEqual([
            ink,
            ground,
            true,
          ]);
      }
      for (const fill of ["good", "bad", "unknown", "accepted", "neutral"]) {
        const colour = theme[`${fill}-fill`] ?? "";
        expect([fill, contrast(colour, theme.paper ?? "") >= 3]).toEqual([fill, true]);
      }
      expect(contrast(theme.paper ?? "", theme.bad ?? "")).toBeGreaterThanOrEqual(4.5);
      for (const ink of ["bad", "unknown"])
        expect([ink, contrast(theme[ink] ?? "", theme["bad-wash"] ?? "") >= 4.5]).toEqual([ink, true]);
    }
  });
});

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) =>
    [1, 3, 5]
      .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
