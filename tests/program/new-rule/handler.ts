import { evaluatorHandler } from "../../../lambdas/common/handler/handler";
import { ebsVolumeEncryption } from "./rule";
import { volumes } from "./volumes";

/** Lambda's entry: evaluates whether EBS volumes are encrypted. */
export const handler = evaluatorHandler(ebsVolumeEncryption, volumes, __dirname);
