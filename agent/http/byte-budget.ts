import type { Entrant } from "../runs/run-gate.ts";

/** So that one key's bodies leave room for everybody else's. */
const shareOfOneKey = 3 / 4;
/** So that one of Open WebUI's people leaves room for the others, who share its key. */
const shareOfOnePerson = 1 / 2;

/** How many bytes there may be at once: in all, of one key, and of one person of a trusted client. */
export class ByteBudget {
  readonly #total: number;
  readonly #mostOfOneKey: number;
  readonly #mostOfOnePerson: number;
  readonly #taken = new Map<string, number>();
  #sum = 0;

  /** @param largest of which one fits in any case. */
  constructor(total: number, largest: number) {
    this.#total = total;
    this.#mostOfOneKey = Math.max(largest, Math.floor(total * shareOfOneKey));
    this.#mostOfOnePerson = Math.max(largest, Math.floor(total * shareOfOnePerson));
  }

  /** Gives back what ends it; or whose bytes leave no room, the caller's own or everybody's. */
  take({ principal, person }: Entrant, bytes: number): (() => void) | "own" | "all" {
    const own = person === undefined ? undefined : JSON.stringify([principal, person]);
    if (this.#takenBy(principal) + bytes > this.#mostOfOneKey) return "own";
    if (own !== undefined && this.#takenBy(own) + bytes > this.#mostOfOnePerson) return "own";
    if (this.#sum > 0 && this.#sum + bytes > this.#total) return "all";
    const holders = own === undefined ? [principal] : [principal, own];
    this.#change(holders, bytes);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#change(holders, -bytes);
    };
  }

  #takenBy(holder: string): number {
    return this.#taken.get(holder) ?? 0;
  }

  #change(holders: readonly string[], bytes: number): void {
    this.#sum += bytes;
    for (const holder of holders) {
      const left = this.#takenBy(holder) + bytes;
      if (left === 0) this.#taken.delete(holder);
      else this.#taken.set(holder, left);
    }
  }
}
