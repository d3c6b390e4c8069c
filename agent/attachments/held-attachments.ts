import { createHash, createHmac, randomBytes } from "node:crypto";

/** A picture or a file of a request, out of its body: as bytes it takes none of V8's heap. */
export interface Attachment {
  /** Stands for it in the body. */
  readonly name: string;
  /** The whole `data:` URL. */
  readonly url: Buffer;
  readonly digest: string;
}

interface Held extends Attachment {
  holders: number;
}

/** So that no caller can name what another one sent. */
const secret = randomBytes(32);
const held = new Map<string, Held>();

const namePattern = /attachment:[\w.+/-]{1,64};\d+;[0-9a-f]{32}/g;
const wholeName = new RegExp(`^${namePattern.source}$`);

/** Keeps it for as long as its request goes on, which then has to release it. */
export function holdAttachment(url: Buffer, mediaType: string): Attachment {
  const digest = createHash("sha256").update(url).digest("hex");
  const id = createHmac("sha256", secret).update(digest).digest("hex").slice(0, 32);
  const name = `attachment:${mediaType};${url.length};${id}`;
  const attachment = held.get(name) ?? { name, url, digest, holders: 0 };
  attachment.holders += 1;
  held.set(name, attachment);
  return attachment;
}

export function releaseAttachment({ name }: Attachment): void {
  const attachment = held.get(name);
  if (attachment === undefined) return;
  attachment.holders -= 1;
  if (attachment.holders === 0) held.delete(name);
}

/** Whether a text is the name of an attachment, of a request that goes on or of an earlier one. */
export function isAttachmentName(text: string): boolean {
  return text.startsWith("attachment:") && wholeName.test(text);
}

export function heldAttachment(name: string): Attachment | undefined {
  return held.get(name);
}

/** What is said in its place where it is not kept. */
export function noteOfAttachment(name: string): string {
  const [type = "", bytes = "0"] = name.slice("attachment:".length).split(";");
  const megabytes = ((Number(bytes) * 3) / 4 / 1e6).toFixed(1);
  return `[${type} of ${megabytes} MB, not kept]`;
}

/** The same text with the contents' hashes in place of names, which are others after a start. */
export function withDigests(text: string): string {
  if (held.size === 0) return text;
  return text.replaceAll(namePattern, (name) => held.get(name)?.digest ?? name);
}

/** JSON in pieces, each attachment one of them; undefined where it has none. */
export function jsonPieces(text: string): readonly (string | Buffer)[] | undefined {
  if (held.size === 0) return undefined;
  const pieces: (string | Buffer)[] = [];
  let from = 0;
  for (const match of text.matchAll(namePattern)) {
    const attachment = held.get(match[0]);
    if (attachment === undefined) continue;
    pieces.push(text.slice(from, match.index), attachment.url);
    from = match.index + match[0].length;
  }
  return from === 0 ? undefined : [...pieces, text.slice(from)];
}
