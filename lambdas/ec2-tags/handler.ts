import { evaluatorHandler } from "../common/handler/handler";
import { instances } from "./instances";
import { ec2RequiredTags } from "./rule";

/** Lambda's entry: evaluates whether EC2 instances carry the required tags. */
export const handler = evaluatorHandler(ec2RequiredTags, instances, __dirname);
