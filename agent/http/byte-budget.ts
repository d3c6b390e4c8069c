/** So that one key's bodies leave room for everybody else's. */
const shareOfOneKey = 3 / 4;

/** How many bytes there may be at once, in all and of one key. */
export class ByteBudget {
  readonly #total: number;
  readonly #mostOfOneKey: number;
  readonly #taken = new Map<string, number>();
  #sum = 0;

  /** @param largest of which one fits in any case. */
  constructor(total: number, largest: number) {
    this.#total = total;
    this.#mostOfOneKey = Math.max(largest, Math.floor(total * shareOfOneKey));
  }

  /** Gives back what ends it; or whose bytes leave no room, the key's own or everybody's. */
  take(principal: string, bytes: number): (() => void) | "own" | "all" {
    const own = (this.#taken.get(principal) ?? 0) + bytes;
    if (own > this.#mostOfOneKey) return "own";
    if (this.#sum > 0 && this.#sum + bytes > this.#total) return "all";
    this.#sum += bytes;
    this.#taken.set(principal, own);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#sum -= bytes;
      const left = (this.#taken.get(principal) ?? 0) - bytes;
      if (left === 0) this.#taken.delete(principal);
      else this.#taken.set(principal, left);
    };
  }
}
