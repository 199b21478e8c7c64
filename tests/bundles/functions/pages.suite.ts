import type { Interceptor } from "../../../emulator/account/proxy";
import { deployed, requestsOf, rowKeys, sweep } from "../deployed";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };
const environment = deployed();

describe("beyond one page", () => {
  beforeEach(() => environment.stack.inject(smallPages));

  test("every instance is judged", async () => {
    const { estate } = environment.stack;
    for (let launched = 0; launched < 5; launched++) await estate.launch(launched === 4 ? {} : TAGS);

    const { payload } = await sweep(environment.stack, "ec2-tag-evaluator");

    expect(payload).toMatchObject({ listed: 5, compliant: 4, nonCompliant: 1 });
    expect(new Set(await rowKeys(environment.stack)).size).toBe(5);
    expect(requestsOf(environment.stack, "ec2", "DescribeInstances")).toHaveLength(3);
  });

  test("every database is judged", async () => {
    const { estate } = environment.stack;
    for (const name of ["one", "two", "three"]) {
      await estate.createDatabase(name, { engine: "postgres", backupRetention: 7 });
    }

    const { payload } = await sweep(environment.stack, "rds-backup-evaluator");

    expect(payload).toMatchObject({ listed: 3, compliant: 3 });
    expect(requestsOf(environment.stack, "rds", "DescribeDBInstances")).toHaveLength(2);
  });

  test("every bucket is judged, in its own Region", async () => {
    const { estate } = environment.stack;
    await estate.createBucket("z-encrypted", "AES256");
    await estate.createBucket("z-plain", undefined, "eu-west-1");

    const { payload } = await sweep(environment.stack, "s3-encryption-evaluator");

    expect(payload).toMatchObject({ listed: 4, compliant: 3, nonCompliant: 1 });
    const plain = (await environment.stack.evaluations()).find(
      ({ resource_name }) => resource_name === "z-plain",
    );
    expect(plain).toMatchObject({ region: "eu-west-1", compliance_type: "NON_COMPLIANT" });
    expect(requestsOf(environment.stack, "s3", "ListBuckets")).toHaveLength(2);
  });
});

/** Makes pages of two where the functions ask for larger ones, so that a few resources take several. */
const smallPages: Interceptor = ({ operation, path, body }) => {
  switch (operation) {
    case "DescribeInstances":
      return { body: body.toString().replace(/MaxResults=\d+/, "MaxResults=2") };
    case "DescribeDBInstances":
      return { body: body.toString().replace(/MaxRecords=\d+/, "MaxRecords=2") };
    case "ListBuckets":
      return { path: path.replace(/max-buckets=\d+/, "max-buckets=3") };
    default:
      return undefined;
  }
};
