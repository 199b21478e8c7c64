import { jsonLog } from "../../lambdas/common/monitoring/log";

const NOW = new Date("2026-11-24T06:01:02.345Z");

function recording() {
  const written: string[] = [];
  return {
    written,
    log: jsonLog(
      "prod",
      () => NOW,
      (text) => written.push(text),
    ),
  };
}

describe("a log line", () => {
  it.each([
    ["info", "INFO"],
    ["warn", "WARN"],
  ] as const)("of %s is one line of JSON", (method, level) => {
    const { log, written } = recording();
    log[method]("run complete", { rule: "s3-bucket-encryption", note: "two\nlines" });
    expect(written).toEqual([
      `{"timestamp":"2026-11-24T06:01:02.345Z","level":"${level}","message":"run ` +
        `complete","rule":"s3-bucket-encryption","note":"two\\nlines"}\n`,
    ]);
  });

  it("needs no fields", () => {
    const { log, written } = recording();
    log.info("run complete");
    expect(JSON.parse(written[0] ?? "")).toEqual({
      timestamp: NOW.toISOString(),
      level: "INFO",
      message: "run complete",
    });
  });

  it("of an error has its name, message and stack, on one line", () => {
    const { log, written } = recording();
    const error = Object.assign(new Error("Access\nDenied"), { name: "AccessDenied" });
    log.error("run did not complete", error, { rule: "s3-bucket-encryption" });
    expect(written).toHaveLength(1);
    expect(written[0]?.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(written[0] ?? "")).toEqual({
      timestamp: NOW.toISOString(),
      level: "ERROR",
      message: "run did not complete",
      errorType: "AccessDenied",
      errorMessage: "Access\nDenied",
      stack: error.stack,
      rule: "s3-bucket-encryption",
    });
  });
});

describe("metrics in the embedded metric format", () => {
  it("are one line with the metrics, their units, dimensions and values", () => {
    const { log, written } = recording();
    log.metrics("s3-bucket-encryption", {
      completedRuns: 1,
      listed: 7,
      errors: 0,
      score: 75,
      coverage: 80,
      duration: 1_234,
    });
    expect(written).toHaveLength(1);
    expect(written[0]?.endsWith("\n")).toBe(true);
    expect(JSON.parse(written[0] ?? "")).toEqual({
      timestamp: NOW.toISOString(),
      level: "INFO",
      message: "metrics",
      _aws: {
        Timestamp: NOW.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: "ComplianceScanner",
            Dimensions: [["EnvironmentSuffix", "Rule"]],
            Metrics: [
              { Name: "CompletedRuns", Unit: "Count" },
              { Name: "Listed", Unit: "Count" },
              { Name: "Errors", Unit: "Count" },
              { Name: "Score", Unit: "Percent" },
              { Name: "Coverage", Unit: "Percent" },
              { Name: "Duration", Unit: "Milliseconds" },
            ],
          },
        ],
      },
      EnvironmentSuffix: "prod",
      Rule: "s3-bucket-encryption",
      CompletedRuns: 1,
      Listed: 7,
      Errors: 0,
      Score: 75,
      Coverage: 80,
      Duration: 1_234,
    });
  });

  it("leave out what has no value, so that no score is not a score of 0", () => {
    const { log, written } = recording();
    log.metrics("s3-bucket-encryption", { listed: 0, score: undefined });
    const { _aws, ...members } = JSON.parse(written[0] ?? "");
    expect(_aws.CloudWatchMetrics[0].Metrics).toEqual([{ Name: "Listed", Unit: "Count" }]);
    expect(members).toMatchObject({ Listed: 0 });
    expect(members).not.toHaveProperty("Score");
  });
});
