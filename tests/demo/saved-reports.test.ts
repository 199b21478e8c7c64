import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clear } from "../../demo/saved-reports";

it("removes what the story left before, and keeps what another one left in a folder of its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "saved-reports-"));
  const ofOrganization = [
    "organization/compliance-report.html",
    "organization/report-bucket/reports/chain/1.json",
  ];
  const left = [
    "alert.json",
    "compliance-report.html",
    "compliance-report.findings.ocsf.jsonl",
    "report-bucket/reports/a.json",
  ];
  for (const file of [...left, ...ofOrganization]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), "");
  }
  clear(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const kept = files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  rmSync(folder, { recursive: true });
  expect(kept.sort()).toEqual(ofOrganization);
});
