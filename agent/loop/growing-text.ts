const piecesHeld = 256;

/**
 * Text that comes in small pieces. To add each to a string would make a node of a rope for each, which
 * takes ten times as much as the words.
 */
export class GrowingText {
  #text = "";
  #pieces: string[] = [];

  add(piece: string): void {
    this.#pieces.push(piece);
    if (this.#pieces.length === piecesHeld) this.#join();
  }

  toString(): string {
    this.#join();
    return this.#text;
  }

  #join(): void {
    this.#text += this.#pieces.join("");
    this.#pieces = [];
  }
}
