import { verifyChain } from "../../../../scripts/verify-chain";
import {
  ENDINGS,
  edit,
  file,
  forge,
  link,
  type Objects,
  OCSF,
  setLatest,
  sourceOf,
  threeReports,
} from "./report-copy";

async function breakOf(change: (objects: Objects, demanded: readonly string[]) => void) {
  const { objects, demanded } = await threeReports();
  change(objects, demanded);
  return (await verifyChain(sourceOf(objects))).firstBreak;
}

const neither = (ending: string, sequence = 3) => ({
  kind: "changed",
  sequence,
  key: `reports/latest.${ending}`,
  text: `reports/latest.${ending} is neither the last report nor one on demand that follows it`,
});
const missing = (ending: string, sequence = 3) => ({
  kind: "missing",
  sequence,
  key: `reports/latest.${ending}`,
  text: `reports/latest.${ending} is missing`,
});

/** Takes everything away that has to do with scheduled reports, but for what is under the stable names. */
function withoutChain(objects: Objects): void {
  for (const key of objects.keys()) {
    if (!key.startsWith("reports/on-demand/") && !key.startsWith("reports/latest.")) objects.delete(key);
  }
}

/** A bucket with a report on demand, under the stable names too, and nothing else. */
function firstOnDemand(objects: Objects, [first, ...others]: readonly string[]): void {
  setLatest(objects, (ending) => `${first}.${ending}`);
  withoutChain(objects);
  for (const key of objects.keys()) if (others.some((stem) => key.startsWith(stem))) objects.delete(key);
}

/** Takes the OCSF form out of every scheduled report, as reports had none before version 1.1 of their schema. */
function withoutOcsf(objects: Objects): void {
  for (const sequence of [1, 2, 3]) objects.delete(file(sequence, OCSF));
  forge(objects, (_sequence, text, isManifest) =>
    isManifest
      ? text
          .replace('"schemaVersion": "1.1"', '"schemaVersion": "1.0"')
          .replace(/,\s+\{\s+"form": "ocsf"[^}]*\}/, "")
      : text,
  );
}

describe("a report on demand under the stable names", () => {
  it("is taken when it follows the last scheduled report, or when there is none", async () => {
    expect(
      await breakOf((objects, demanded) => setLatest(objects, (one) => `${demanded[3]}.${one}`)),
    ).toBeNull();
    expect(await breakOf(firstOnDemand)).toBeNull();
    const lacking = await breakOf((objects, demanded) => {
      firstOnDemand(objects, demanded);
      objects.delete("reports/latest.csv");
    });
    expect(lacking).toEqual(missing("csv", 0));
  });

  it.each([0, 1, 2])("is not taken when it follows report %i of three", async (index) => {
    expect(
      await breakOf((objects, demanded) => setLatest(objects, (one) => `${demanded[index]}.${one}`)),
    ).toEqual(neither("json"));
  });

  it("is not taken when it does not say what it follows", async () => {
    for (const chain of ["null", "{}", '{ "sequence": null, "previous": null }']) {
      const found = await breakOf((objects, demanded) => {
        setLatest(objects, (one) => `${demanded[3]}.${one}`);
        edit(objects, "reports/latest.json", /"chain": \{[^{}]*(\{[^{}]*\})?[^{}]*\}/, `"chain": ${chain}`);
      });
      expect(found).toEqual(neither("json"));
    }
  });

  it("has every form that it was made in", async () => {
    for (const ending of ENDINGS.slice(1)) {
      const found = await breakOf((objects, demanded) => {
        setLatest(objects, (one) => `${demanded[3]}.${one}`);
        objects.delete(`reports/latest.${ending}`);
      });
      expect(found).toEqual(missing(ending));
    }
    const before = await breakOf((objects, demanded) => {
      objects.delete(`${demanded[3]}.${OCSF}`);
      setLatest(objects, (one) => `${demanded[3]}.${one}`);
    });
    expect(before).toBeNull();
  });
});

describe("the stable names", () => {
  it("may lack the OCSF form when the last report has none, but no other and no other's", async () => {
    const before = (change: (objects: Objects) => void) =>
      breakOf((objects) => {
        const ocsf = objects.get(`reports/latest.${OCSF}`) ?? Buffer.of();
        withoutOcsf(objects);
        objects.set(`reports/latest.${OCSF}`, ocsf);
        change(objects);
      });
    const remove = (ending: string) => (objects: Objects) => {
      objects.delete(`reports/latest.${OCSF}`);
      objects.delete(`reports/latest.${ending}`);
    };
    expect(await before(remove(OCSF))).toBeNull();
    expect(await before(remove("csv"))).toEqual(missing("csv"));
    expect(await before(() => {})).toEqual(neither(OCSF));
  });

  it("do not lack a form that the last report has", async () => {
    for (const ending of ENDINGS) {
      expect(await breakOf((objects) => objects.delete(`reports/latest.${ending}`))).toEqual(missing(ending));
    }
  });

  it("hold nothing when there is no report", async () => {
    expect(await breakOf((objects) => objects.clear())).toBeNull();
    for (const ending of ENDINGS.slice(1)) {
      const found = await breakOf((objects) => {
        const left = objects.get(`reports/latest.${ending}`) ?? Buffer.of();
        objects.clear();
        objects.set(`reports/latest.${ending}`, left);
      });
      expect(found).toEqual(neither(ending, 0));
    }
  });

  it("tell of a chain that was cut off", async () => {
    const cut = (sequence: number) => (objects: Objects) => {
      for (let number = sequence; number <= 3; number++) objects.delete(link(number));
    };
    expect(await breakOf(cut(3))).toEqual({
      kind: "missing",
      sequence: 3,
      key: link(3),
      text: "the newest report knows of report 3, and the chain ends with 2",
    });
    expect(await breakOf(cut(1))).toEqual({
      kind: "missing",
      sequence: 1,
      key: link(1),
      text: "the newest report knows of report 3, and the chain ends with 0",
    });
  });

  it("tell of it by a report on demand, too, which says what it follows", async () => {
    const found = await breakOf((objects, demanded) => {
      setLatest(objects, (one) => `${demanded[3]}.${one}`);
      objects.delete(link(3));
    });
    expect(found).toMatchObject({ kind: "missing", sequence: 3, key: link(3) });
  });

  it("hold a report", async () => {
    expect(await breakOf((objects) => objects.set("reports/latest.json", Buffer.from("{}")))).toEqual({
      kind: "changed",
      sequence: 3,
      key: "reports/latest.json",
      text: "reports/latest.json is not what a report run writes",
    });
  });

  it("hold a report that says its place in the chain", async () => {
    for (const chain of ["null", "{}"]) {
      const found = await breakOf((objects) =>
        edit(objects, "reports/latest.json", /"chain": \{[^{}]*(\{[^{}]*\})?[^{}]*\}/, `"chain": ${chain}`),
      );
      expect(found).toEqual(neither("json"));
    }
  });
});
