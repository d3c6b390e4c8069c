import { type Attachment, holdAttachment } from "../attachments/held-attachments.ts";

/** Smaller ones cost little, and traces show them. */
const leastBytes = 64 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const slash = 0x2f;
const opening = Buffer.from('"data:');
/** Only where a URL is meant: words that begin like one stay words. */
const keyBefore = /"(?:url|image_url|file_data)"\s*:\s*$/;
const keyBytes = 64;
const head = /^data:([\w.+/-]{1,64})(?:;[\w=.+-]{1,64})*;base64,/;
const headBytes = 256;

const isBase64 = new Uint8Array(256);
for (const byte of Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-",
)) {
  isBase64[byte] = 1;
}

export interface LiftedBody {
  /** JSON with names in place of attachments, in pieces. */
  readonly pieces: readonly (Buffer | string)[];
  readonly attachments: readonly Attachment[];
  /** How much of the body is not in attachments. */
  readonly words: number;
}

/**
 * Takes large `data:` URLs out of a body of JSON before it is parsed: a phone's pictures are many
 * megabytes, which would be copied at each step between the client and the model.
 *
 * A `"` without a backslash before it begins a string or ends one, and behind an end there is no `data:`.
 */
export function liftAttachments(body: Buffer): LiftedBody {
  const pieces: (Buffer | string)[] = [];
  const attachments: Attachment[] = [];
  let from = 0;
  let lifted = 0;
  let at = body.indexOf(opening);
  while (at !== -1) {
    const start = at + 1;
    const found = body.indexOf(quote, start);
    const end = found === -1 ? body.length : found;
    const attachment = end - start < leastBytes ? undefined : attachmentAt(body, start, end);
    if (attachment !== undefined) {
      attachments.push(attachment);
      pieces.push(body.subarray(from, start), attachment.name);
      lifted += end - start;
      from = end;
    }
    at = body.indexOf(opening, end);
  }
  pieces.push(body.subarray(from));
  return { pieces, attachments, words: body.length - lifted };
}

function attachmentAt(body: Buffer, start: number, end: number): Attachment | undefined {
  const before = body.toString("latin1", Math.max(0, start - 1 - keyBytes), start - 1);
  if (!keyBefore.test(before)) return undefined;
  const given = body.subarray(start, end);
  const url = given.includes(backslash) ? withoutEscapes(given) : given;
  const [whole, mediaType] = head.exec(url?.toString("latin1", 0, headBytes) ?? "") ?? [];
  if (url === undefined || whole === undefined || mediaType === undefined) return undefined;
  return isAllBase64(url, whole.length) ? holdAttachment(url, mediaType) : undefined;
}

/** Some clients write `\/` for `/`; another escape has no place in base64. */
function withoutEscapes(given: Buffer): Buffer | undefined {
  const plain = Buffer.allocUnsafe(given.length);
  let length = 0;
  let from = 0;
  for (let at = given.indexOf(backslash); at !== -1; at = given.indexOf(backslash, from)) {
    if (given[at + 1] !== slash) return undefined;
    length += given.copy(plain, length, from, at);
    from = at + 1;
  }
  length += given.copy(plain, length, from);
  return plain.subarray(0, length);
}

function isAllBase64(bytes: Buffer, from: number): boolean {
  for (let index = from; index < bytes.length; index++) {
    if (isBase64[bytes[index] ?? 0] === 0) return false;
  }
  return true;
}
