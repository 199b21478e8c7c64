/** What may be told of a setting that holds, or may hold by mistake, an address with a secret in it. */

/** A word of a sentence or of JSON text, in which a backslash stands before a quote. */
const WORD = /(?:\\.|[^\s"\\])+/g;

/** Without user, path and query of every URL. */
export function withoutUrlPaths(text: string): string {
  return text.replace(WORD, (word) => {
    const [, before, address] = /^(.*?[a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(word) ?? [];
    if (address === undefined) return word;
    const [host = ""] = address.split(/[/?#]/);
    return `${before}${host.slice(host.lastIndexOf("@") + 1)}/...`;
  });
}

/** Without what follows the first slash or question mark of any word, too, as the scheme of a URL may be forgotten. */
export function withoutPaths(text: string): string {
  return text.replace(WORD, (word) =>
    word.includes("://") ? withoutUrlPaths(word) : word.replace(/[/?#].*$/s, "/..."),
  );
}
