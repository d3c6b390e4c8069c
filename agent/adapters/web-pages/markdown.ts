import TurndownService from "turndown";

interface Attributes {
  getAttribute(name: string): string | null;
}

/** @param root A DOM node. @param base What relative links are resolved against. */
export function markdownOf(root: object, base: string): string {
  const turndown = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced" });
  turndown.remove(["script", "style", "noscript", "template", "iframe", "object", "head"] as never);
  turndown.remove(["svg", "title"] as never);
  turndown.addRule("link", {
    filter: "a",
    replacement: (content, node) => {
      const words = content.replace(/\s+/g, " ").trim();
      const target = webAddress((node as unknown as Attributes).getAttribute("href"), base);
      return words === "" || target === undefined ? words : `[${words}](${target})`;
    },
  });
  // A picture is what its author says of it: the agent has no eyes for the rest.
  turndown.addRule("picture", {
    filter: "img",
    replacement: (_content, node) =>
      ((node as unknown as Attributes).getAttribute("alt") ?? "").replace(/\s+/g, " ").trim(),
  });
  return turndown.turndown(root).trim();
}

function webAddress(href: string | null, base: string): string | undefined {
  const url = href === null || href.startsWith("#") ? null : URL.parse(href, base);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return undefined;
  return url.href.replaceAll("(", "%28").replaceAll(")", "%29");
}
