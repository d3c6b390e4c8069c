import { plainPage } from "./plain-page.ts";
import { type HtmlSource, type ReadPage, readHtml } from "./read-html.ts";

// What a worker thread runs, for html-reader.ts.
export default readHtml;

/** A page's words alone: quick, whatever the page is. */
export function plain({ html }: HtmlSource): ReadPage {
  const { title, text } = plainPage(html);
  return { title, text };
}
