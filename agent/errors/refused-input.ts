/**
 * What was sent is refused, and would be each time: it is set aside. That says nothing about anything else
 * that is sent, unless everything is refused.
 */
export class RefusedInput extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Statuses that judge what was sent. The others of 4xx are about the agent: its key, its pace, a model or a
 * collection that is not there.
 */
const ofInput: ReadonlySet<number> = new Set([400, 413, 415, 422]);

export function isOfInput(status: number): boolean {
  return ofInput.has(status);
}
