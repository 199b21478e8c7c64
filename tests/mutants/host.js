/**
 * `node -r ../../scripts/typescript.js host.js <suite> <job> <results>`: runs the tests of one suite against one fault
 * after the other, in one process. Before each fault the product's modules are loaded anew, AWS's and Pulumi's not;
 * this, and that only tests run which reach the fault, makes it some hundred times as fast as to begin jest for each.
 *
 * It has of jest what the suites use: describe, it, their each, hooks, expect, spies.
 */
const { appendFileSync, readFileSync } = require("node:fs");
const { expect } = require("expect");
const { ModuleMocker } = require("jest-mock");
const { replaced } = require("../../scripts/typescript");

const [suite, jobFile, resultFile] = process.argv.slice(2);
/** @type {{ files: Record<string, string>, mutants: string[], patience: number }} */
const job = JSON.parse(readFileSync(jobFile, "utf8"));
for (const [file, text] of Object.entries(job.files)) replaced.set(file, text);

const { setTimeout: later, clearTimeout: forget } = globalThis;
const faults = { mutantCoverage: { static: {}, perTest: {} } };
globalThis.__stryker__ = faults;
process.env.NODE_ENV = "test";

let block;
let failures = [];
for (const event of ["unhandledRejection", "uncaughtException"])
  process.on(event, (error) => failures.push(error));

const hook = (name) => (run) => block[name].push(run);
const each =
  (register) =>
  (rows) =>
  (name, run, ...rest) => {
    rows.forEach((row, index) => {
      register(`${name} #${index}`, () => (Array.isArray(row) ? run(...row) : run(row)), ...rest);
    });
  };
const describe = (name, register) => {
  const outer = block;
  block = newBlock(`${outer.name} ${name}`, outer);
  register();
  block = outer;
};
const it = (name, run) => {
  const id = `${block.root.tests.length} ${block.name} ${name}`;
  block.root.tests.push({ id, run, block });
};
describe.each = each(describe);
describe.skip = () => {};
it.each = each(it);
it.skip = () => {};
const mocker = new ModuleMocker(globalThis);
Object.assign(globalThis, {
  expect,
  describe,
  it,
  test: it,
  beforeAll: hook("beforeAll"),
  beforeEach: hook("beforeEach"),
  afterEach: hook("afterEach"),
  afterAll: hook("afterAll"),
  jest: { setTimeout() {}, spyOn: mocker.spyOn.bind(mocker), fn: mocker.fn.bind(mocker) },
});

function newBlock(name, outer) {
  const made = { name, outer, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [], tests: [] };
  made.root = outer?.root ?? made;
  return made;
}

/** The suite with the product's modules as they are under the fault that is active. */
function load() {
  for (const path of Object.keys(require.cache)) {
    if (!/\/node_modules\/|\/tests\/mutants\/|\/scripts\/typescript\.js$/.test(path))
      delete require.cache[path];
  }
  block = newBlock("", undefined);
  faults.mutantCoverage = { static: {}, perTest: {} };
  delete faults.currentTestId;
  require(suite);
  return block.tests;
}

/** @throws Error when it takes longer than `patience` milliseconds. */
async function within(patience, run) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = later(() => reject(new Error("OUT OF TIME")), patience);
  });
  try {
    await Promise.race([run(), timeout]);
    // What a test leaves behind unhandled fails it.
    if (failures.length > 0) throw failures[0];
  } finally {
    forget(timer);
    failures = [];
  }
}

const pathOf = (one) => (one ? [...pathOf(one.outer), one] : []);

/** Runs tests in their order, `told` after each; ends at the first for which it is true. */
async function run(tests, patienceOf, told) {
  const open = [];
  const close = async () => {
    for (const end of open.pop().afterAll) await within(60_000, end).catch(() => {});
  };
  try {
    for (const test of tests) {
      const path = pathOf(test.block);
      while (open.length > 0 && !path.includes(open.at(-1))) await close();
      let error;
      const begun = performance.now();
      try {
        for (const one of path.slice(open.length)) {
          open.push(one);
          faults.currentTestId = `of all ${one.name}`;
          for (const begin of one.beforeAll) await within(60_000, begin);
        }
        faults.currentTestId = test.id;
        for (const one of path) for (const before of one.beforeEach) await within(60_000, before);
        await within(patienceOf(test), async () => test.run());
      } catch (failure) {
        error = failure ?? new Error("nothing thrown");
      }
      for (const one of path.toReversed())
        for (const after of one.afterEach)
          await within(60_000, after).catch((failure) => (error ??= failure));
      if (told(test, error, performance.now() - begun)) return;
    }
  } finally {
    while (open.length > 0) await close();
  }
}

const tell = (result) => appendFileSync(resultFile, `${JSON.stringify(result)}\n`);

async function main() {
  require("../support/jest/seed");
  const took = new Map();
  const hits = {};
  await run(
    load(),
    () => 120_000,
    (test, error, duration) => {
      if (error) tell({ broken: test.id, error: String(error?.stack ?? error).slice(0, 600) });
      else took.set(test.id, duration);
    },
  );
  const coverage = faults.mutantCoverage;
  const reached = new Map();
  const reaches = (isReaching) => (counts) => {
    for (const [mutant, count] of Object.entries(counts)) {
      hits[mutant] = (hits[mutant] ?? 0) + count;
      reached.set(mutant, [...(reached.get(mutant) ?? []), isReaching]);
    }
  };
  reaches(() => true)(coverage.static);
  for (const [id, counts] of Object.entries(coverage.perTest)) {
    reaches((test) => test.id === id || pathOf(test.block).some(({ name }) => id === `of all ${name}`))(
      counts,
    );
  }
  tell({ loaded: took.size });
  for (const mutant of job.mutants.filter((id) => reached.has(id))) {
    tell({ begun: mutant });
    faults.activeMutant = mutant;
    faults.hitCount = 0;
    faults.hitLimit = 1000 + 100 * hits[mutant];
    let killer;
    try {
      const tests = load()
        .filter((test) => took.has(test.id) && reached.get(mutant).some((isReaching) => isReaching(test)))
        .sort((a, b) => took.get(a.id) - took.get(b.id));
      await run(
        tests,
        ({ id }) => job.patience + 10 * took.get(id),
        (test, error) => {
          if (error) killer = { by: test.id, error: String(error?.message ?? error).slice(0, 200) };
          return killer !== undefined;
        },
      );
    } catch (error) {
      killer = { by: "its loading", error: String(error).slice(0, 200) };
    }
    delete faults.activeMutant;
    delete faults.hitCount;
    tell({ ended: mutant, ...killer });
  }
  process.exit(0);
}

main().catch((error) => {
  tell({ broken: "the host", error: String(error?.stack ?? error) });
  process.exit(1);
});
