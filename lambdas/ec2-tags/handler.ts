import { evaluatorHandler } from "../shared/handler";
import { instances } from "./instances";
import { ec2RequiredTags } from "./rule";

export const handler = evaluatorHandler(ec2RequiredTags, instances, __dirname);
