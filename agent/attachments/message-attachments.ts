import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { heldAttachment, isAttachmentName, noteOfAttachment } from "./held-attachments.ts";

type Message = ChatCompletionMessageParam;

/**
 * The messages as they can be kept or handed back: with their attachments as far as these are small, and
 * a note in place of each other one.
 *
 * @param bytes of attachments in all.
 */
export function withSmallAttachments(messages: readonly Message[], bytes: number): Message[] {
  let room = bytes;
  return mapAttachments(messages, (name) => {
    const { url } = heldAttachment(name) ?? {};
    if (url === undefined || url.length > room) return undefined;
    room -= url.length;
    return url.toString("latin1");
  });
}

/** The messages for a model, with a note in place of each attachment that is no longer there. */
export function withHeldAttachments(messages: readonly Message[]): Message[] {
  return mapAttachments(messages, (name) => (heldAttachment(name) ? name : undefined));
}

/** @param urlOf gives the URL of an attachment for its part; undefined: the part becomes a note. */
function mapAttachments(
  messages: readonly Message[],
  urlOf: (name: string) => string | undefined,
): Message[] {
  return messages.map((message) => {
    const content: unknown = message.content;
    if (!Array.isArray(content) || !content.some((part) => nameIn(part) !== undefined)) {
      return message;
    }
    const parts = content.map((part: unknown) => {
      const name = nameIn(part);
      if (name === undefined) return part;
      const url = urlOf(name);
      if (url === undefined) return { type: "text", text: noteOfAttachment(name) };
      return url === name ? part : withUrl(part as Part, url);
    });
    return { ...message, content: parts } as Message;
  });
}

/** Parts of OpenAI's API that carry a `data:` URL. */
type Part = Readonly<Record<string, unknown>>;

const places = [
  ["image_url", "url"],
  ["file", "file_data"],
] as const;

function nameIn(part: unknown): string | undefined {
  const [found] = places.flatMap(([outer, inner]) => {
    const holder = (Object(part) as Part)[outer];
    const url = (Object(holder) as Part)[inner];
    return typeof url === "string" && isAttachmentName(url) ? [url] : [];
  });
  return found;
}

function withUrl(part: Part, url: string): Part {
  const [place] = places.filter(([outer]) => outer in part);
  if (place === undefined) return part;
  const [outer, inner] = place;
  return { ...part, [outer]: { ...(part[outer] as object), [inner]: url } };
}
