import { isInScope } from "../../lambdas/common/rule/scope";

describe("with the scope `account`", () => {
  it("everything is evaluated", () => {
    expect(isInScope({ name: "anything", tags: {} }, "account", "prod")).toBe(true);
  });
});

describe("with the scope `environment` and the suffix prod", () => {
  it.each<[string, string, Record<string, string>, boolean]>([
    ["a name that is the suffix", "prod", {}, true],
    ["a name that ends with it", "ledger-prod", {}, true],
    ["a name that begins with it", "prod-ledger", {}, true],
    ["a name with it in the middle", "db-prod-1", {}, true],
    ["a name with it between other signs", "db_prod.1", {}, true],
    ["a name with it in capitals", "Ledger-PROD", {}, true],
    ["a name with a word that begins with it", "products", {}, false],
    ["a name with a word that ends with it", "nonprod", {}, false],
    ["a name with it before a digit", "prod1-ledger", {}, false],
    ["a name with it after a digit", "ledger-1prod", {}, false],
    ["another name", "ledger-test", {}, false],
    ["a tag value that is it", "ledger", { Stage: "prod" }, true],
    ["a tag value that has it as a word", "ledger", { Stack: "payments/prod" }, true],
    ["a tag value with a longer word", "ledger", { Stage: "preprod" }, false],
    ["a tag key that is it", "ledger", { prod: "yes" }, false],
    ["one right tag value among others", "ledger", { Owner: "payments", Stage: "prod" }, true],
    ["no tags", "ledger", {}, false],
  ])("%s", (_scenario, name, tags, expected) => {
    expect(isInScope({ name, tags }, "environment", "prod")).toBe(expected);
  });

  it("a suffix of several words has to be there as a whole", () => {
    expect(isInScope({ name: "ledger-prod-eu", tags: {} }, "environment", "prod-eu")).toBe(true);
    expect(isInScope({ name: "ledger-prod-us", tags: {} }, "environment", "prod-eu")).toBe(false);
  });
});
