/** Aborts its signal when it is not restarted in time, and when the signal that it follows does. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #followed: AbortSignal;
  #timer: NodeJS.Timeout | undefined;
  #hasTimedOut = false;

  constructor(timeoutMs: number, followed: AbortSignal) {
    this.#followed = followed;
    followed.addEventListener("abort", this.#follow, { once: true });
    if (followed.aborted) this.#follow();
    this.restart(timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  restart(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#hasTimedOut = true;
      this.#controller.abort();
    }, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Follows nobody any more. */
  close(): void {
    this.stop();
    this.#followed.removeEventListener("abort", this.#follow);
  }

  readonly #follow = (): void => {
    this.#controller.abort(this.#followed.reason);
  };
}
