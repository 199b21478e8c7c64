import { join } from "node:path";
import { Playground } from "./playground";

jest.setTimeout(60_000);

let playground: Playground;
beforeEach(() => {
  playground = new Playground();
});
afterEach(() => playground.dispose());

const VERSION = "5.2.1";
/** In the user's cache folder, whose name differs by operating system. */
const ENVIRONMENT = `home/\\S+/compliance-scanner/moto-${VERSION}`;

/** An emulator as far as its starter looks at it. */
const EMULATOR = `#!${process.execPath}
const server = require("node:http").createServer((request, response) => response.end());
server.listen(0, "127.0.0.1", () => console.log("Running on http://127.0.0.1:" + server.address().port));
`;

/**
 * A Python that can do two things: make a virtual environment, with itself in it, and install an emulator beside
 * itself. Notes in \`python.log\` what it was asked for, and cannot install while there is a file \`offline\`.
 */
const PYTHON = `#!${process.execPath}
const { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const [, , ...args] = process.argv;
const tool = args[1];
const last = args.at(-1);
appendFileSync("python.log", args.join(" ") + "\\n");
if (tool === "venv") {
  mkdirSync(join(last, "bin"), { recursive: true });
  copyFileSync(__filename, join(last, "bin", "python"));
} else if (existsSync("offline")) {
  console.error("ERROR: No matching distribution found for " + last);
  process.exit(1);
} else {
  const emulator = join(dirname(__filename), "moto_server");
  writeFileSync(emulator, ${JSON.stringify(EMULATOR)});
  chmodSync(emulator, 0o755);
}
`;

/** Starts the emulator in the copy with nothing on the PATH but what the test installed, and stops it. */
async function startMoto(): Promise<{ said: string; errors: string; code: number | null }> {
  const program = `
    require("./emulator/account/moto").startMoto({ say: console.log }).then(
      async (moto) => {
        console.log("answers: " + (await fetch(moto.url)).status);
        await moto.stop();
      },
      (error) => {
        console.error(error.message);
        process.exitCode = 1;
      },
    );`;
  const args = ["-r", "./scripts/typescript.js", "-e", program];
  const command = playground.start(process.execPath, args, {
    PATH: playground.bin,
    HOME: join(playground.project, "home"),
    XDG_CACHE_HOME: "",
  });
  const { code } = await command.ended();
  return { said: command.output, errors: command.errors, code };
}

function requests(): string[] {
  return playground.read("python.log").trim().split("\n");
}

describe("the emulator where there is none on the PATH", () => {
  it("is installed in its tested version into the user's cache folder, once, and started from there", async () => {
    playground.install("python3", PYTHON);
    const first = await startMoto();
    expect(first).toMatchObject({ errors: "", code: 0 });
    expect(first.said).toMatch(
      new RegExp(
        `installing the emulator moto ${VERSION} into \\S+/${ENVIRONMENT} \\(once, 315 MB, .*\nanswers: 200\n`,
      ),
    );
    expect(requests()).toEqual([
      expect.stringMatching(new RegExp(`^-m venv \\S+/${ENVIRONMENT}$`)),
      `-m pip install --quiet --disable-pip-version-check moto[server]==${VERSION}`,
    ]);

    const second = await startMoto();
    expect(second).toEqual({ said: "answers: 200\n", errors: "", code: 0 });
    expect(requests()).toHaveLength(2);
  });

  it("is installed, too, where the one on the PATH does not start, which is said with the reason", async () => {
    playground.install("moto_server", `#!${process.execPath}\nprocess.exit(3);\n`);
    playground.install("python3", PYTHON);
    const { said, code } = await startMoto();
    expect(said).toContain(
      "moto_server on the PATH is of no use here (it exited with 3); using one of our own",
    );
    expect(said).toContain("answers: 200");
    expect(code).toBe(0);
  });

  it("is not installed where the one on the PATH works", async () => {
    playground.install("moto_server", EMULATOR);
    playground.install("python3", PYTHON);
    expect(await startMoto()).toEqual({ said: "answers: 200\n", errors: "", code: 0 });
    expect(playground.has("python.log")).toBe(false);
  });

  it("cannot be had without Python, which the error says with what to install", async () => {
    const { errors, code } = await startMoto();
    expect(errors).toContain("there is no python3 on the PATH: install Python");
    expect(code).toBe(1);
  });

  it("is installed from the beginning by the next start after an installation that failed", async () => {
    playground.install("python3", PYTHON);
    playground.write("offline", "");
    const failed = await startMoto();
    expect(failed.code).toBe(1);
    expect(failed.errors).toContain(`ERROR: No matching distribution found for moto[server]==${VERSION}`);
    expect(failed.errors).toContain(
      `install it yourself (pip install 'moto[server]==${VERSION}') so that moto_server is on the PATH`,
    );

    playground.remove("offline");
    const mended = await startMoto();
    expect(mended.said).toContain("answers: 200");
    expect(requests().map((request) => request.split(" ")[1])).toEqual(["venv", "pip", "venv", "pip"]);
  });
});
