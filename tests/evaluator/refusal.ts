/** The error by which an event is refused, whose message holds the text. */
export function refusal(message: string) {
  return expect.objectContaining({ name: "InvalidInputError", message: expect.stringContaining(message) });
}
