import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

/** Makes texts unreadable to everybody without a passphrase. */
export interface Seal {
  readonly close: (text: string) => string;
  /** Undefined where another passphrase closed it, or it was changed since. */
  readonly open: (sealed: string) => string | undefined;
}

const cipher = "aes-256-gcm";
const bytes = { salt: 16, nonce: 12, tag: 16, key: 32 };

/**
 * A sealed text is its salt, nonce, tag and body. A passphrase that a user chose may be a weak one, so
 * every history has its own salt: what was read last gives it, since a key takes some 50 ms to make.
 */
export function sealBy(passphrase: string): Seal {
  const keys = new Map<string, Buffer>();
  let salt: Buffer | undefined;
  const keyOf = (salt: Buffer): Buffer => {
    const name = salt.toString("hex");
    const key = keys.get(name) ?? scryptSync(passphrase, salt, bytes.key);
    keys.set(name, key);
    return key;
  };
  return {
    close(text) {
      salt ??= randomBytes(bytes.salt);
      const nonce = randomBytes(bytes.nonce);
      const closing = createCipheriv(cipher, keyOf(salt), nonce);
      const body = Buffer.concat([closing.update(text, "utf8"), closing.final()]);
      return Buffer.concat([salt, nonce, closing.getAuthTag(), body]).toString("base64");
    },
    open(sealed) {
      const packed = Buffer.from(sealed, "base64");
      const [theirs, nonce, tag, body] = parts(packed);
      try {
        const opening = createDecipheriv(cipher, keyOf(theirs), nonce);
        opening.setAuthTag(tag);
        const text = Buffer.concat([opening.update(body), opening.final()]).toString("utf8");
        salt = theirs;
        return text;
      } catch {
        return undefined;
      }
    },
  };
}

function parts(packed: Buffer): [salt: Buffer, nonce: Buffer, tag: Buffer, body: Buffer] {
  const nonce = bytes.salt;
  const tag = nonce + bytes.nonce;
  const body = tag + bytes.tag;
  return [
    packed.subarray(0, nonce),
    packed.subarray(nonce, tag),
    packed.subarray(tag, body),
    packed.subarray(body),
  ];
}
