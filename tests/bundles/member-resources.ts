import { type Estate, recordedBucket, recordedInstance } from "../../emulator/account/estate";
import type { Member } from "../../emulator/account/member";

const TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" };

/** For each evaluator its rule, and what makes a resource that passes it in the deployment's account or in a member. */
export function judgedResources(own: Estate, member: Member) {
  return {
    "ec2-tag-evaluator": {
      rule: "ec2-required-tags",
      own: async () => recordedInstance((await own.launch(TAGS))[0] ?? ""),
      ofMember: async () => {
        const [id = ""] = await member.estate.launch(TAGS, 1, "eu-west-1");
        return recordedInstance(id, "eu-west-1", member.accountId);
      },
    },
    "s3-encryption-evaluator": {
      rule: "s3-bucket-encryption",
      own: async () => {
        await own.createBucket("own", "AES256");
        return recordedBucket("own");
      },
      ofMember: async () => {
        await member.estate.createBucket("of-shop", "AES256", "eu-west-1");
        return recordedBucket("of-shop", "eu-west-1");
      },
    },
    "rds-backup-evaluator": {
      rule: "rds-automated-backups",
      own: async () => {
        await own.createDatabase("own", { engine: "postgres", backupRetention: 7 });
        return own.recordedDatabase("own");
      },
      ofMember: async () => {
        await member.estate.createDatabase("of-shop", { engine: "postgres", backupRetention: 7 });
        return member.estate.recordedDatabase("of-shop");
      },
    },
  };
}
