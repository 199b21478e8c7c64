import { evaluatorHandler } from "../shared/handler";
import { databases } from "./databases";
import { rdsAutomatedBackups } from "./rule";

export const handler = evaluatorHandler(rdsAutomatedBackups, databases, __dirname);
