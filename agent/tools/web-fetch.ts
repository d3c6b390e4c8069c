import { z } from "zod";
import type { Page, PageFetcher } from "../ports/ports.ts";
import { defineTool, type Tool } from "./tool.ts";
import { untrustedText } from "./untrusted-text.ts";

export function webFetch(pages: PageFetcher): Tool {
  return defineTool({
    name: "web_fetch",
    description:
      "Reads one page of the public web, such as a search result, and returns its text as Markdown.",
    schema: z.object({
      url: z.string().min(1).max(4096).describe("A complete http or https address."),
    }),
    async execute({ url }, { signal }) {
      const page = await pages.fetch(url, signal);
      return {
        text: untrustedText("web_fetch", describe(page)),
        resultCount: 1,
        citations: [{ title: page.title || page.url, url: page.url }],
      };
    },
  });
}

/** The page's title and address come from outside too, and are inside the block. */
function describe({ title, url, text, isCut }: Page): string {
  const head = [title && `Title: ${title}`, `Address: ${url}`].filter(Boolean).join("\n");
  const note = isCut ? "[the page is longer; this is its beginning]\n\n" : "";
  return `${head}\n\n${note}${text === "" ? "The page has no text." : text}`;
}
