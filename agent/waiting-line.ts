/** Those who wait for their turn, in the order in which they came. */
export class WaitingLine {
  readonly #waiting: (() => void)[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves when it is called. @throws the signal's reason when that aborts first. */
  async join(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const turn = Promise.withResolvers<undefined>();
    const proceed = () => {
      turn.resolve(undefined);
    };
    const giveUp = () => {
      const place = this.#waiting.indexOf(proceed);
      if (place !== -1) this.#waiting.splice(place, 1);
      turn.reject(signal.reason as Error);
    };
    this.#waiting.push(proceed);
    signal.addEventListener("abort", giveUp, { once: true });
    await turn.promise.finally(() => {
      signal.removeEventListener("abort", giveUp);
    });
  }

  /** False where nobody waits. */
  callNext(): boolean {
    const next = this.#waiting.shift();
    next?.();
    return next !== undefined;
  }
}
