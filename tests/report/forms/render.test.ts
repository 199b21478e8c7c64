import { createHash } from "node:crypto";
import fc from "fast-check";
import type { ComplianceType } from "../../../lambdas/common/rule/judgement";
import type { Report } from "../../../lambdas/report-generator/content/report";
import { csvCell, renderCsv } from "../../../lambdas/report-generator/forms/csv";
import { html } from "../../../lambdas/report-generator/forms/html/markup";
import { renderHtml } from "../../../lambdas/report-generator/forms/html/page";
import { generateReport } from "../../../lambdas/report-generator/generate";
import { Company, dependencies, exception, rule, settings } from "../support";

const RULE = "s3-bucket-encryption";

jest.setTimeout(60_000);

const HOSTILE = '<script>alert("x")</script>';

async function reportOf(verdicts: Readonly<Record<string, ComplianceType>>): Promise<Report> {
  const company = new Company([exception()]);
  company.sweep(RULE, "2026-11-23T00:00:00Z", verdicts);
  company.sweep(RULE, "2026-11-23T06:00:00Z", verdicts);
  const deps = dependencies(company, settings([rule(RULE), rule("never-ran")], [exception()]));
  const { files } = await generateReport(deps, {
    kind: "on-demand",
    asOf: "2026-11-23T07:00:00.000Z",
    sample: { size: 1, seed: "s" },
  });
  return JSON.parse(deps.store.text(files.json.replace("s3://reports/", ""))) as Report;
}

/** What a loop goes over, of which there has to be something for the loop to say anything. */
function some<Item>(items: readonly Item[] | null): readonly Item[] {
  expect(items).not.toBeNull();
  expect(items).not.toHaveLength(0);
  return items ?? [];
}

const text = (pieces: Iterable<string>) => [...pieces].join("");
/** The page as a browser takes it: a line's end is a blank, and between two elements nothing. */
const pageText = (pieces: Iterable<string>) => text(pieces).replaceAll(/\s+/g, " ").replaceAll("> <", "><");

describe("the CSV", () => {
  it("has one row a resource and rule, under a header, in UTF-8 that spreadsheets recognise", async () => {
    const csv = text(
      renderCsv(await reportOf({ alpha: "COMPLIANT", "Zürich-β": "NON_COMPLIANT", gamma: "ERROR" })),
    );
    expect(csv.startsWith("\ufeffReport,State at (UTC),Verdict,")).toBe(true);
    const lines = csv.split("\r\n");
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain("NON_COMPLIANT,high,s3-bucket-encryption,Zürich-β,");
    expect(lines[4]).toBe("");
  });

  it("says of a resource what the report says of it, cell by cell", async () => {
    const report = await reportOf({ "legacy-1": "NON_COMPLIANT", gamma: "ERROR" });
    const [header = "", ...lines] = text(renderCsv(report)).slice(1).trimEnd().split("\r\n");
    const titles = parseRecord(header);
    const rows = lines.map((line) =>
      Object.fromEntries(parseRecord(line).map((cell, column) => [titles[column], cell])),
    );
    const arn = "arn:aws:s3:::legacy-1";
    const digest = createHash("sha256").update(`${RULE}\narn:aws:s3:::legacy-*`).digest("hex").slice(0, 8);
    expect(rows.find((row) => row["Resource ARN"] === arn)).toEqual({
      Report: report.reportId,
      "State at (UTC)": "2026-11-23 07:00:00",
      Verdict: "NON_COMPLIANT",
      Severity: "high",
      Rule: RULE,
      "Resource name": "legacy-1",
      "Resource type": "AWS::S3::Bucket",
      Account: "123456789012",
      Region: "eu-west-1",
      Owner: "",
      Explanation: "The verdict on legacy-1 is NON_COMPLIANT.",
      "Failing since (UTC)": "2026-11-23 00:00:00",
      Exception: `RISK-7#${digest}`,
      Error: "",
      "Evaluated at (UTC)": "2026-11-23 06:00:00",
      "Observed at (UTC)": "2026-11-23 06:00:01",
      "Rule version": "1",
      "Parameters hash": "a".repeat(64),
      "Resource ARN": arn,
      "Observed values": '{"algorithm":"AES256"}',
      "Rule title": `Title of ${RULE}`,
      Controls: "PCI DSS 4.0 3.5.1; SOC 2 CC6.1",
      "Rule parameters": "{}",
    });
    expect(rows.find((row) => row.Verdict === "ERROR")).toMatchObject({
      "Resource name": "gamma",
      "Failing since (UTC)": "",
      Exception: "",
      Error: "AccessDenied",
    });
  });

  it.each([" a", "a ", "\u00a0a", "a,b", "a;b", "a\tb", "012345678901", 'a"b', "a\nb", "a\rb"])(
    "quotes %j, of which a reader could lose something",
    (cell) => expect(csvCell(cell)).toBe(`"${cell.replace('"', '""')}"`),
  );

  it("comes back whole from an RFC 4180 reader, whatever the names", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (cells) => {
        const read = parseRecord(cells.map(csvCell).join(","));
        expect(read.map(plain)).toEqual(cells.map(plain));
      }),
    );
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", '=HYPERLINK("http://x";"y")'])(
    "does not let a spreadsheet take %j for a formula",
    (cell) => {
      expect(parseRecord(csvCell(cell))).toEqual([`'${cell}`]);
    },
  );
});

describe("the CSV in a spreadsheet that is set to other separators", () => {
  it.each([
    ["a;=1+1", "a;'=1+1"],
    ["a\t @SUM(A1)", "a\t '@SUM(A1)"],
    ["\t=1", "'\t'=1"],
    ["=1;-2", "'=1;'-2"],
    ["a; b - c", "a; b - c"],
    ['x;"=HYPERLINK(0);y', "x;\"'=HYPERLINK(0);y"],
    ["\r=1", "'\r'=1"],
    ["a\n=1", "a\n'=1"],
    ["a\r\n@A1", "a\r\n'@A1"],
    ["a;\u200b=1", "a;\u200b'=1"],
    ["\u200b=1", "'\u200b=1"],
    ["\u202e\u2066-1", "'\u202e\u2066-1"],
    ["\u00ad+1", "'\u00ad+1"],
    ["\u0000=1", "'\u0000=1"],
    ["\u2028=1", "'\u2028=1"],
    ["\u200bname", "\u200bname"],
  ])("holds no formula in %j", (cell, expected) => {
    expect(parseRecord(csvCell(cell))).toEqual([expected]);
  });

  it("has account ids as quoted digits, which join with those of other tables", async () => {
    expect(text(renderCsv(await reportOf({ alpha: "COMPLIANT" })))).toContain(',"123456789012",');
  });
});

describe("the HTML", () => {
  it("stands alone: no scripts, nothing loaded from anywhere", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "NON_COMPLIANT" })));
    expect(page).not.toMatch(/<script|\son\w+=|<link|<img|<iframe|@import|url\(/i);
    expect(page).toContain("default-src 'none'");
  });

  it("shows markup in a resource's name as text", async () => {
    const page = pageText(renderHtml(await reportOf({ [HOSTILE]: "NON_COMPLIANT" })));
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
  });

  it("escapes whatever a template is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(
          html`<p title="${value}">${[value]}</p>`.text.replace(/^<p title="|">|<\/p>$/g, ""),
        ).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("puts gaps before the figures, and failing checks before passing ones", async () => {
    const page = pageText(
      renderHtml(await reportOf({ passing: "COMPLIANT", failing: "NON_COMPLIANT", unread: "ERROR" })),
    );
    const order = [
      "This report has gaps",
      "never-ran has not been evaluated yet",
      "Coverage of the rules that ran is 66.66 %",
      'class="figures"',
      "<bdi>failing</bdi>",
      "<bdi>unread</bdi>",
      "<bdi>passing</bdi>",
    ];
    const positions = order.map((part) => page.indexOf(part));
    expect(positions.every((position) => position >= 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

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

  it("says what became of every check in its first sentence", async () => {
    const page = pageText(
      renderHtml(
        await reportOf({
          a: "COMPLIANT",
          b: "NON_COMPLIANT",
          "legacy-1": "NON_COMPLIANT",
          c: "ERROR",
          d: "NOT_APPLICABLE",
        }),
      ),
    );
    const lead = /<p class="lead">(.*?)<\/p>/s.exec(page)?.[1]?.replace(/<[^>]+>/g, "");
    expect(lead).toContain(
      "5 checks on 5 resources: 1 pass, 1 fail (1 more accepted), 1 unreadable, 1 not applicable.",
    );
  });

  it("says beside the failing checks how many more are accepted, of how many in all", async () => {
    const page = pageText(
      renderHtml(await reportOf({ a: "COMPLIANT", b: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" })),
    );
    expect(page).toContain("1 more accepted, of 3 checks");
  });

  it.each([
    [0, "4 failures began and 0 ended."],
    [1, "4 failures began and 1 ended, after 1 h."],
    [3, "4 failures began and 3 ended; of those that ended, half within 1 h, the slowest after 2 h."],
  ])("says of %i failures that ended how long they took", async (resolved, expected) => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const medianMs = resolved === 0 ? null : 3_600_000;
    const worstMs = medianMs && 3_600_000 * (resolved === 1 ? 1 : 2);
    const timeToResolve = { ...report.summary.timeToResolve, resolved, medianMs, worstMs };
    const summary = { ...report.summary, opened: 4, timeToResolve };
    expect(pageText(renderHtml({ ...report, summary }))).toContain(expected);
  });

  it.each([
    [0, null, null, "–", "nothing was resolved in the period"],
    [1, null, null, "–", "when those resolved began is not known"],
    [1, 1, 1, "1 h", "only one was resolved"],
    [2, 1, 2, "1 h", "slowest 2 h"],
  ])(
    "shows of %i failures resolved the median and what it is of",
    async (resolved, median, worst, value, aside) => {
      const report = await reportOf({ alpha: "COMPLIANT" });
      const [medianMs, worstMs] = [median && median * 3_600_000, worst && worst * 3_600_000];
      const timeToResolve = { ...report.summary.timeToResolve, resolved, medianMs, worstMs };
      const page = pageText(renderHtml({ ...report, summary: { ...report.summary, timeToResolve } }));
      const tile = page.slice(page.indexOf("<dt>Median to resolve"), page.indexOf("</dl>"));
      expect(tile).toContain(`>${value}</div>`);
      expect(tile).toContain(`>${aside}</div>`);
    },
  );

  it("says which slots before a rule's first run are expected", async () => {
    const page = pageText(renderHtml(await reportOf({ alpha: "COMPLIANT" })));
    expect(page).toContain("are expected once a scheduled report has named the rule.");
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

  it("has the same words for a verdict in the sample as elsewhere", async () => {
    const page = pageText(renderHtml(await reportOf({ "legacy-1": "NON_COMPLIANT" })));
    const sample = page.slice(page.indexOf('id="sample"'), page.indexOf('id="inventory"'));
    expect(sample).toContain(">Failing, accepted<");
    expect(sample).not.toMatch(/<td>[A-Z]+_[A-Z]+/);
  });

  it("names the edition that the CIS numbers are of", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [control] = report.controls;
    if (control === undefined) throw new Error("the report maps no control");
    const page = pageText(
      renderHtml({ ...report, controls: [{ ...control, standard: "CIS AWS" }, control] }),
    );
    expect(page).toContain("<caption>CIS AWS v3.0</caption>");
    expect(control.standard).toBe("pci-dss-4.0");
    expect(page).toContain("<caption>PCI DSS 4.0</caption>");
  });

  it("lists where a run found something, and a run that found nothing anywhere as one that did run", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [run] = report.runs;
    const [entry] = run?.ledger ?? [];
    if (run === undefined || entry === undefined) throw new Error("the report has no run");
    const empty = { ...entry, region: "eu-north-1", listed: 0, evaluated: 0, coverage: null };
    const pageOf = (ledger: readonly (typeof entry)[]) =>
      pageText(renderHtml({ ...report, runs: [{ ...run, ledger }] }));
    expect(pageOf([entry, empty])).not.toContain("eu-north-1");
    expect(pageOf([entry, empty])).toContain("are only in the JSON");
    expect(pageOf([empty])).toContain("eu-north-1");
    expect(pageOf([entry, { ...empty, error: 1 }])).toContain("eu-north-1");
  });

  it("says of a managed rule's evidence who recorded it, and which run a rule's state is of", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT" });
    const managed = { ...report, rules: report.rules.map((one) => ({ ...one, kind: "managed" as const })) };
    expect(pageText(renderHtml(report))).toContain(">read <time");
    expect(pageText(renderHtml(managed))).toContain(">recorded by AWS Config <time");
    expect(pageText(renderHtml(report))).toMatch(/run of <time datetime="2026-11-23T06:00:00.000Z">/);
  });

  it("counts checks as checks, not as resources: one resource under two rules is two", async () => {
    const company = new Company([exception()]);
    const verdicts = { a: "COMPLIANT", b: "NON_COMPLIANT", "legacy-1": "NON_COMPLIANT" } as const;
    for (const name of [RULE, "another"]) {
      company.sweep(name, "2026-11-23T06:00:00Z", { ...verdicts, c: "ERROR", d: "NOT_APPLICABLE" });
    }
    const deps = dependencies(company, settings([rule(RULE), rule("another")], [exception()]));
    const { files } = await generateReport(deps, { kind: "on-demand", asOf: "2026-11-23T07:00:00.000Z" });
    const page = deps.store.text(files.html.replace("s3://reports/", "")).replace(/<[^>]+>/g, "");
    expect(page).toContain("10 checks on 5 resources");
    for (const title of [
      "Failing checks 3",
      "Checks that could not be evaluated 2",
      "Failing checks that an exception covers 1",
      "Passing checks (2)",
      "Checks that do not apply (2)",
      "How long failures lasted (4)",
      "4 checks did not fail when first evaluated.",
    ]) {
      expect(page).toContain(title);
    }
  });

  it("calls the account itself an account where it groups by resource type", async () => {
    const report = await reportOf({ alpha: "COMPLIANT" });
    const [group] = report.byResourceType;
    if (group === undefined) throw new Error("the report has no resource type");
    const byResourceType = [{ ...group, name: "AWS::::Account" }, group];
    const page = pageText(renderHtml({ ...report, byResourceType }));
    expect(page).toContain('<th scope="row">AWS account</th>');
    expect(page).toContain('<th scope="row">AWS::S3::Bucket</th>');
    expect(page).not.toContain("AWS::::Account");
  });

  it("lets an ARN break between its parts, and leaves it whole for whoever copies it", async () => {
    const page = pageText(renderHtml(await reportOf({ "trades/2019_a.b<c": "NON_COMPLIANT" })));
    const [arn = ""] = /(?<=<span class="arn"><bdi>).*?(?=<\/bdi>)/.exec(page) ?? [];
    expect(arn).toBe("arn:<wbr>aws:<wbr>s3:::<wbr>trades/<wbr>2019_<wbr>a.<wbr>b&lt;c");
  });

  it("marks in the trend where rules were added, and says what the score was without them", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT", beta: "COMPLIANT" });
    const at = report.trend.overall[1]?.at ?? "";
    const added = { at, rules: ["a", "b"], score: 50, scoreOfOthers: 75 };
    const page = text(renderHtml({ ...report, trend: { ...report.trend, rulesAdded: [added] } }));
    const section = page.slice(page.indexOf('id="trend"'), page.indexOf('id="failing"'));
    expect(section.match(/class="added"/g)).toHaveLength(2);
    expect(section).toContain("Rules were added");
    expect(section).toContain("2 rules ran for the first time (a, b).");
    expect(section).toContain("50 % with them and 75 % without");
    const without = text(renderHtml({ ...report, trend: { ...report.trend, rulesAdded: [] } }));
    expect(without).not.toMatch(/class="added"|Rules were added/);
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

  it("names the owner of a failing resource that has one", async () => {
    const report = await reportOf({ alpha: "NON_COMPLIANT" });
    const resources = report.resources.map((entry) => ({ ...entry, owner: "team <a>" }));
    expect(pageText(renderHtml({ ...report, resources }))).toContain("owner <bdi>team &lt;a&gt;</bdi>");
    expect(pageText(renderHtml(report))).not.toContain("owner <bdi>");
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

  it("stays small with 10,000 resources and says how many are only in the other forms", async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => [
      `bucket-${index}`,
      index < 2_500 ? "NON_COMPLIANT" : "COMPLIANT",
    ]);
    const page = pageText(
      renderHtml(await reportOf(Object.fromEntries(names) as Record<string, ComplianceType>)),
    );
    expect(page.length).toBeLessThan(5_000_000);
    expect(page).toContain("2,000 of 2,500 are shown, 500 are left out here.");
    expect(page).toContain("2,000 of 7,500 are shown, 5,500 are left out here.");
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

/** Without the apostrophes that keep spreadsheets from seeing formulas. */
function plain(cell: string): string {
  return cell.replace(/(^|[;\t\r\n][\s\p{Cc}\p{Cf}"]*)'+/gu, "$1");
}

/** One RFC 4180 record. */
function parseRecord(record: string): string[] {
  const cells: string[] = [];
  let rest = record;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (!match) throw new Error(`no CSV: ${JSON.stringify(rest)}`);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "") return cells;
    rest = rest.slice(match[0].length);
  }
}

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
