/** An event pattern takes 2,048 characters (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html). */
const PATTERN_LENGTH = 2048;
/** What a pattern for compliance changes has besides the rules' names, and something to spare. */
const OTHER_LENGTH = 348;

/** The names in as few parts as have room in an event pattern each; never none. */
export function inPatterns(names: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let room = PATTERN_LENGTH - OTHER_LENGTH;
  for (const name of names) {
    const length = JSON.stringify(name).length + 1;
    if (length > room) {
      parts.push([]);
      room = PATTERN_LENGTH - OTHER_LENGTH;
    }
    parts.at(-1)?.push(name);
    room -= length;
  }
  return parts;
}
