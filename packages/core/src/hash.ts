/** FNV-1a of a text: a whole number of 32 bits that is the same on every machine. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193); // every letter has one
  return hash;
}
