import { PageError } from "./page-error.ts";

/** What went wrong on the way to a page, in words without anything of the page or the network. */
export function explain(cause: unknown): PageError {
  if (cause instanceof PageError) return cause;
  const code = codeOf(cause);
  return new PageError(messageFor(code), { cause });
}

function messageFor(code: string): string {
  if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW") {
    return "The address answers with headers that are too long.";
  }
  if (code.startsWith("HPE_")) return "The address does not answer in HTTP that can be read.";
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
    return "The address has no certificate that can be trusted.";
  }
  if (/^(Z_|ZSTD_|ERR_(BROTLI|_ERROR))/.test(code)) {
    return "The page is damaged and cannot be decompressed.";
  }
  if (code === "UND_ERR_SOCKET") return "The connection broke before the page was there.";
  return "The address cannot be reached.";
}

function codeOf(cause: unknown): string {
  const { code } = Object(cause) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
