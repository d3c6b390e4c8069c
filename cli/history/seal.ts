import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

/** Makes texts unreadable to everybody without a passphrase. */
export interface Seal {
  readonly close: (text: string) => string;
  /** Undefined where another passphrase closed it, or it was changed since. */
  readonly open: (sealed: string) => string | undefined;
}

const cipher = "aes-256-gcm";
const bytes = { nonce: 12, tag: 16, key: 32 };

export function sealBy(passphrase: string): Seal {
  // The passphrase is random unless the user chose it, so one salt for all costs nothing.
  const key = scryptSync(passphrase, "agent-stack history", bytes.key);
  return {
    close(text) {
      const nonce = randomBytes(bytes.nonce);
      const closing = createCipheriv(cipher, key, nonce);
      const body = Buffer.concat([closing.update(text, "utf8"), closing.final()]);
      return Buffer.concat([nonce, closing.getAuthTag(), body]).toString("base64");
    },
    open(sealed) {
      const packed = Buffer.from(sealed, "base64");
      const start = bytes.nonce + bytes.tag;
      try {
        const opening = createDecipheriv(cipher, key, packed.subarray(0, bytes.nonce));
        opening.setAuthTag(packed.subarray(bytes.nonce, start));
        const body = Buffer.concat([opening.update(packed.subarray(start)), opening.final()]);
        return body.toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
