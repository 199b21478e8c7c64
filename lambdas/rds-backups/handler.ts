import { evaluatorHandler } from "../common/handler/handler";
import { databases } from "./databases";
import { rdsAutomatedBackups } from "./rule";

/** Lambda's entry: evaluates whether RDS databases have automated backups. */
export const handler = evaluatorHandler(rdsAutomatedBackups, databases, __dirname);
