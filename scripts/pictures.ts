/**
 * `npm run pictures`: makes the README's pictures anew, from the files that `npm run demo` left. Exit codes: 0 made, 2
 * asked wrongly, 3 when the demo's files or Chromium are missing.
 */

import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { runScript, UnreadableError, UsageError } from "./stack";

const PROJECT = join(__dirname, "..");
const REPORT = join(PROJECT, ".demo/compliance-report.html");
const ALERT = join(PROJECT, ".demo/alert.json");
const IMAGES = join(PROJECT, "docs/images");
const HELP = `usage: npm run pictures

Makes docs/images/*.png anew in a headless Chromium, from the files that npm run demo left in .demo/: play it first.
CHROMIUM names the browser; without it the first of chromium, chromium-browser and google-chrome on the PATH is taken.`;

const REPORT_SIZE = { width: 1100, height: 780 };
const ALERT_SIZE = { width: 820, height: 100 };

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.some((argument) => argument === "--help" || argument === "-h")) {
    console.log(HELP);
    return 0;
  }
  if (args.length > 0) throw new UsageError(`unknown argument ${args[0]}; there are none\n${HELP}`);
  for (const file of [REPORT, ALERT]) {
    if (!existsSync(file)) {
      throw new UnreadableError(`there is no ${relative(PROJECT, file)}: play npm run demo first`);
    }
  }
  mkdirSync(IMAGES, { recursive: true });
  // Without its sandbox, which root and many containers do not have: the pages are our own, and have no scripts.
  const browser = await chromium.launch({ executablePath: browserOnPath(), args: ["--no-sandbox"] });
  try {
    for (const scheme of ["light", "dark"] as const) {
      const file = join(IMAGES, scheme === "light" ? "report.png" : "report-dark.png");
      const page = await openPage(browser, REPORT_SIZE, scheme);
      await page.goto(pathToFileURL(REPORT).href);
      await page.screenshot({ path: file });
      told(file);
    }
    const page = await openPage(browser, ALERT_SIZE, "light");
    await page.setContent(mailPage(JSON.parse(readFileSync(ALERT, "utf8")) as Mail));
    const file = join(IMAGES, "alert.png");
    await page.screenshot({ path: file, fullPage: true });
    told(file);
  } finally {
    await browser.close();
  }
  return 0;
}

/** @throws UnreadableError when there is no browser. */
function browserOnPath(): string {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const candidates = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const found = process.env.CHROMIUM ?? candidates.find((file) => existsSync(file));
  if (found === undefined) {
    throw new UnreadableError(
      `there is no ${names.join(", ")} on the PATH: install Chromium (Debian: apt-get install -y ` +
        "chromium), or name it with CHROMIUM=<path>",
    );
  }
  return found;
}

function openPage(browser: Browser, viewport: { width: number; height: number }, scheme: "light" | "dark") {
  return browser.newPage({ viewport, colorScheme: scheme, deviceScaleFactor: 1 });
}

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** A mail as a mail program shows it: plain text below its subject. */
function mailPage({ to, subject, body }: Mail): string {
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; padding: 24px; background: #eef1f4; font: 15px/1.5 system-ui, sans-serif; color: #1c2733; }
    article { background: #fff; border: 1px solid #d4dbe2; border-radius: 8px; padding: 22px 26px; }
    h1 { font-size: 19px; margin: 0 0 4px; }
    p { color: #5b6875; margin: 0 0 16px; padding-bottom: 14px; border-bottom: 1px solid #e3e8ed; }
    pre { font: 14px/1.55 ui-monospace, "DejaVu Sans Mono", monospace; margin: 0; white-space: pre-wrap; }
  </style><article><h1>${escaped(subject)}</h1><p>AWS Notifications to ${escaped(to)}</p>
  <pre>${escaped(body.trimEnd())}</pre></article>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function told(file: string): void {
  console.log(`${relative(PROJECT, file)}: ${Math.ceil(statSync(file).size / 1024)} KB`);
}

void runScript(main);
