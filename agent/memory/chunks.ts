// About 400 tokens: embedding models of this size read 512 and forget the rest.
const chunkCharacters = 1500;
const chunksPerMessage = 32;

/** A long text in pieces, cut between words where there are any. */
export function chunks(text: string): readonly string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest !== "" && pieces.length < chunksPerMessage) {
    const end = rest.length <= chunkCharacters ? rest.length : cutBefore(rest, chunkCharacters);
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return pieces;
}

function cutBefore(text: string, end: number): number {
  const window = text.slice(0, end);
  const cut = Math.max(window.lastIndexOf("\n"), window.lastIndexOf(" "));
  if (cut > end / 2) return cut;
  // Not between the halves of one character.
  return /[\ud800-\udbff]$/.test(window) ? end - 1 : end;
}
