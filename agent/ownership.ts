// An owner is one text: a key's own mark, a trusted client's user, or `KEY/NAME` for a user whom requests
// under that key name. Neither keys' marks nor a trusted client's users have a slash.

/** All owners of one key; of a trusted client's user, that one alone. */
export function familyOf(owner: string): string {
  return owner.split("/", 1)[0] ?? owner;
}

/** A key may use what belongs to the users whom it names, and each of those only what is its own. */
export function mayUse(asker: string, owner: string): boolean {
  return owner === asker || familyOf(owner) === asker;
}
