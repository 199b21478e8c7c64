import type { Report } from "../../lambdas/report-generator/content/report";
import { Playground } from "./playground";

// A play takes half a minute where nothing else does.
jest.setTimeout(300_000);

let playground: Playground;
beforeEach(() => {
  playground = new Playground();
});
afterEach(() => playground.dispose());

const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"];

describe("npm run demo -- --organization", () => {
  it("plays two runs over the accounts to its end, names its files, and leaves nothing else behind", async () => {
    const demo = playground.start("npm", ["run", "demo", "--", "--organization"]);
    expect(await demo.ended()).toEqual({ code: 0, signal: null });
    expect(demo.errors).not.toMatch(/failed|Error/);

    expect(demo.output).toMatch(/trading +eu-west-1 +0 +0 +1 \(AccessDenied\)/);
    expect(demo.output).toContain('Drift: "ledger-api" fails ec2-required-tags');
    // What is longer than a line goes on in the next.
    const told = demo.output.replace(/\s+/g, " ");
    expect(told).toMatch(/lab's instance is closed in the history: ".* left the organization\."/);
    expect(demo.output).toContain("Scanned for the first time");

    const [, html = "", json = ""] =
      /The report: +(\S+\.html) [\s\S]*The same as data: (\S+\.json),/.exec(demo.output) ?? [];
    expect(playground.read(html)).toMatch(/^<!doctype html>/i);
    const { coverage } = JSON.parse(playground.read(json)) as Report;
    const ofTags = coverage.filter(({ rule }) => rule === "ec2-required-tags");
    // security, payments and trading twice, lab and mobile once; retired never.
    expect(ofTags).toHaveLength(5 * REGIONS.length);
    expect(new Set(ofTags.map(({ region }) => region))).toEqual(new Set(REGIONS));
    expect(ofTags.filter(({ coverage }) => coverage === 0)).toHaveLength(REGIONS.length);
    for (const { accountId, region } of ofTags)
      expect(demo.output).toMatch(new RegExp(`${accountId} +${region}`));

    expect(await playground.remaining()).toEqual([]);
    expect(playground.temporaryFiles()).toEqual([]);
  });

  it("does not go on for --keep, and says so", async () => {
    const demo = playground.start("npm", ["run", "demo", "--", "--organization", "--keep"]);
    expect((await demo.ended()).code).toBe(2);
    expect(demo.errors).toContain("--keep and --organization do not go together");
  });
});
