import { withoutPaths, withoutUrlPaths } from "../../../program/settings/secrets";

describe("what is told of a setting with addresses", () => {
  it.each([
    ["https://alerts.example.com/hook/secret", "https://alerts.example.com/..."],
    ["https://ada:secret@example.com?token=secret", "https://example.com/..."],
    ["https://example.com#secret", "https://example.com/..."],
    ["HTTPS://example.com/secret", "HTTPS://example.com/..."],
    ["s3+x://a@b@example.com/secret", "s3+x://example.com/..."],
    ["s3://ada:secret@example/secret", "s3://example/..."],
    ['{"a":"https://example.com/a\\"secret","b":"c"}', '{"a":"https://example.com/...","b":"c"}'],
    [
      "see https://a.example/secret and https://b.example/secret",
      "see https://a.example/... and https://b.example/...",
    ],
    ["no address, and/or a path", "no address, and/or a path"],
  ])("of %s is %s", (text, told) => {
    expect(withoutUrlPaths(text)).toBe(told);
  });

  it.each([
    ["alerts.example.com/hook/secret", "alerts.example.com/..."],
    ["alerts.example.com?secret", "alerts.example.com/..."],
    ["alerts.example.com#secret", "alerts.example.com/..."],
    ["https://ada:secret@example.com/secret", "https://example.com/..."],
    ["nothing to hide", "nothing to hide"],
  ])("whose scheme may be forgotten: of %s is %s", (text, told) => {
    expect(withoutPaths(text)).toBe(told);
  });
});
