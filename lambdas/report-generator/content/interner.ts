/**
 * Keeps one copy of texts that many rows repeat (rule, account, parameters' hash …). Every row read from the
 * table brings its own, which at 100,000 rows is most of the memory.
 */
export class Interner {
  private readonly texts = new Map<string, string>();

  /** The copy that is kept of `text`. */
  share<Text extends string>(text: Text): Text {
    const known = this.texts.get(text);
    if (known !== undefined) return known as Text;
    this.texts.set(text, text);
    return text;
  }
}
