import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { CallState, ProviderState } from "../../loop/provider-state.ts";

/** What a provider wants back with a turn, in the hands of a client that can neither read nor change it. */
export interface SealedState {
  readonly state: ProviderState;
  /** The same of its calls, by their ids. */
  readonly calls: Readonly<Record<string, CallState>>;
  /** Whether it belongs to the message before it: it was not known sooner. */
  readonly isOfMessageBefore: boolean;
}

export interface StateSeal {
  readonly seal: (state: SealedState) => string;
  /** Undefined where it was not sealed by this agent. */
  readonly open: (text: string) => SealedState | undefined;
}

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** @param secret one that outlives a restart: what a client kept is opened with the same. */
export function stateSeal(secret: string): StateSeal {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "reasoning of responses", 32));
  return {
    seal(state) {
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, key, iv);
      const text = Buffer.concat([sealing.update(JSON.stringify(state), "utf8"), sealing.final()]);
      return Buffer.concat([iv, sealing.getAuthTag(), text]).toString("base64");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < ivBytes + tagBytes) return undefined;
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes));
      opening.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        const text = Buffer.concat([
          opening.update(bytes.subarray(ivBytes + tagBytes)),
          opening.final(),
        ]);
        return JSON.parse(text.toString("utf8")) as SealedState;
      } catch {
        return undefined;
      }
    },
  };
}
