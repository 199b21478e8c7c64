/** @type {import("jest").Config} */
module.exports = {
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/.demo/"],
  transform: {
    "\\.[jt]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // p-map ships as an ES module only; jest runs CommonJS.
  transformIgnorePatterns: ["/node_modules/(?!p-map/)"],
};
