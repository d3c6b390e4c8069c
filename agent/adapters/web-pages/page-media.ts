import { MIMEType } from "node:util";
import htmlEncodingSniffer from "html-encoding-sniffer";
import { PageError } from "./page-error.ts";

export interface PageMedia {
  readonly kind: "html" | "text";
  /** Of XML other rules hold for how a text says its own encoding. */
  readonly isXml: boolean;
  readonly charset: string | undefined;
}

const textTypes =
  /^(text\/.+|application\/([\w.-]+\+)?(json|xml|yaml)|application\/(x-)?(ndjson|yaml|javascript|toml|rtf))$/;
const htmlTypes = new Set(["text/html", "application/xhtml+xml"]);

/**
 * @param contentType The header `content-type`.
 * @throws PageError when what comes is not text.
 */
export function pageMedia(contentType: string): PageMedia {
  const type = parse(contentType);
  const essence = type?.essence ?? "";
  const isHtml = htmlTypes.has(essence);
  if (!isHtml && !textTypes.test(essence)) {
    throw new PageError("The address has no text, such as a web page, Markdown, JSON or XML.");
  }
  return {
    kind: isHtml ? "html" : "text",
    isXml: essence.endsWith("xml"),
    charset: type?.params.get("charset") ?? undefined,
  };
}

/** By its byte order mark, the header, or what the text says of itself; UTF-8 otherwise. */
export function decodeText(bytes: Buffer, { kind, isXml, charset }: PageMedia): string {
  const sniffed = htmlEncodingSniffer(bytes, {
    xml: isXml,
    defaultEncoding: "UTF-8",
    // Plain text says nothing of itself that is not by chance.
    ...(kind === "text" && !isXml && { maxPrescanBytes: 0 }),
    ...(charset !== undefined && { transportLayerEncodingLabel: charset }),
  });
  return decoderFor(sniffed).decode(bytes);
}

/** The standard has two encodings that Node does not decode: `replacement` and `x-user-defined`. */
function decoderFor(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder();
  }
}

function parse(contentType: string): MIMEType | undefined {
  try {
    return new MIMEType(contentType);
  } catch {
    return undefined;
  }
}
