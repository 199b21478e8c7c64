import { mayPass } from "../../lambdas/common/values/errors";

function awsError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error("no"), { name, $metadata: { httpStatusCode, attempts: 10 } });
}

describe("whether an error may be gone at the next try", () => {
  it.each([
    ["S3 out of breath", awsError("SlowDown", 503)],
    ["a throttle that comes as a bad request", awsError("ThrottlingException", 400)],
    ["a service that is away", awsError("InternalError", 500)],
    ["an answer without a name", awsError("Error", 429)],
    ["a request that S3 waited for in vain", awsError("RequestTimeout", 400)],
    ["a connection that broke", Object.assign(awsError("Error"), { code: "ECONNRESET" })],
    ["no answer in time", awsError("TimeoutError")],
  ])("%s may be", (_what, error) => expect(mayPass(error)).toBe(true));

  it.each([
    ["refused access", awsError("AccessDenied", 403)],
    ["a bucket of another account", awsError("Error", 403)],
    ["a Region that S3 names no bucket in", awsError("PermanentRedirect", 301)],
    ["a request that was never sent", new Error("Empty value provided for input HTTP label: Bucket.")],
  ])("%s is not", (_what, error) => expect(mayPass(error)).toBe(false));
});
