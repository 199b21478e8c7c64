/** The tags of a resource as one record, from the list shape that EC2, RDS and S3 share. */
export function tagRecord(tags: readonly { Key?: string; Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
