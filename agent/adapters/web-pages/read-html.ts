import { Readability } from "@mozilla/readability";
import { DOMParser } from "linkedom";
import { markdownOf } from "./markdown.ts";
import { oneLine, plainPage } from "./plain-page.ts";

export interface HtmlSource {
  readonly html: string;
  /** Where it came from; links are resolved against it. */
  readonly url: string;
}

export interface ReadPage {
  readonly title: string;
  readonly text: string;
}

// Measured: Readability's time grows with the square of depth (50 kB of nested divs took 152 s), and
// an ordinary page of 10,000 elements takes 2 s.
const mostElements = 10_000;
const deepest = 200;

/**
 * A page's article as Markdown, else the whole page, else only its words. Takes seconds with some
 * pages and may not end with others: to be run where it can be stopped.
 */
export function readHtml({ html, url }: HtmlSource): ReadPage {
  const plain = plainPage(html);
  if (plain.elements > mostElements || plain.depth > deepest) return plain;
  const document = parse(html);
  // Readability takes its document apart.
  const article = new Readability(parse(html)).parse();
  const root = article?.content ? parse(article.content) : document;
  return {
    title: plain.title || oneLine(article?.title ?? ""),
    text: markdownOf(root, url) || plain.text,
  };
}

/**
 * HTML allows to leave out `html`, `head` and `body`, which linkedom does not add. Readability looks
 * for a body for ever where there is none.
 */
function parse(html: string) {
  const document = asDocument(html);
  if (document.querySelector("html > body") !== null) return document;
  return asDocument(`<html><head></head><body>${html}</body></html>`);
}

function asDocument(html: string) {
  return new DOMParser().parseFromString(html, "text/html");
}
