import { readHtml } from "./read-html.ts";

// What a worker thread runs, for html-reader.ts.
export default readHtml;
