import type {
  Claim,
  IdempotencyKeys,
  KeptAnswer,
  KeyedRequest,
} from "../../agent/ports/idempotency-keys.ts";

interface Held {
  readonly hash: Buffer;
  answer: KeptAnswer | undefined;
}

/** Keys in memory, by the rules of the real ones but for their expiry. */
export class InMemoryIdempotency implements IdempotencyKeys {
  readonly held = new Map<string, Held>();
  isUp = true;

  claim({ principal, key, hash }: KeyedRequest): Promise<Claim> {
    const name = `${principal} ${key}`;
    const found = this.held.get(name);
    if (found && !found.hash.equals(hash)) return Promise.resolve({ kind: "other request" });
    if (found?.answer) return Promise.resolve({ kind: "answered", answer: found.answer });
    if (found) return Promise.resolve({ kind: "running" });
    const held: Held = { hash, answer: undefined };
    this.held.set(name, held);
    return Promise.resolve({
      kind: "begun",
      keep: (answer) => this.#write(() => (held.answer = structuredClone(answer))),
      release: () => this.#write(() => this.held.delete(name)),
    });
  }

  #write(change: () => unknown): Promise<void> {
    if (!this.isUp) return Promise.reject(new Error("down"));
    change();
    return Promise.resolve();
  }
}
