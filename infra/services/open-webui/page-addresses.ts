/**
 * Reads OPENWEBUI_ADDRESSES into origins as browsers send them; undefined where a part is none.
 *
 * `http://Chat.example.com:80/` is `http://chat.example.com`. A path is refused: Open WebUI's page works
 * at the root of a host only.
 */
export function parsePageAddresses(text: string): readonly string[] | undefined {
  const origins = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(originOf);
  return origins.every((origin) => origin !== undefined) ? origins : undefined;
}

function originOf(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@*\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}
