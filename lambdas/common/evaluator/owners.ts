/** Whom a resource belongs to, by one of its tags. */

import type { Listed, ResourceSource } from "../rule/rule";

/**
 * A source whose resources say whom they belong to. Tags are read for it even where that takes a call for each
 * resource; where they cannot be read the resource has no owner, and the verdict is not touched.
 * @param ownerTag the tag's key; undefined: nobody asks
 */
export function withOwners<Facts>(
  source: ResourceSource<Facts>,
  ownerTag: string | undefined,
): ResourceSource<Facts> {
  if (ownerTag === undefined) return source;
  return {
    ...source,
    list: (target, { tags }) => owned(source.list(target, { tags: tags || "wanted" }), ownerTag),
    find: (target, ids, { tags }) => owned(source.find(target, ids, { tags: tags || "wanted" }), ownerTag),
    arnOf: (target, recorded) => source.arnOf(target, recorded),
  };
}

async function* owned<Facts>(
  resources: AsyncIterable<Listed<Facts>>,
  ownerTag: string,
): AsyncGenerator<Listed<Facts>> {
  for await (const listed of resources) {
    const { tags } = listed.resource;
    const owner = tags !== undefined && Object.hasOwn(tags, ownerTag) ? tags[ownerTag]?.trim() : undefined;
    yield owner ? { ...listed, resource: { ...listed.resource, owner } } : listed;
  }
}
