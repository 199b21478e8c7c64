import { createHash } from "node:crypto";
import fc from "fast-check";
import { csvCell, renderCsv } from "../../../lambdas/report-generator/forms/csv";
import { RULE, reportOf, text } from "./rendered";

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
