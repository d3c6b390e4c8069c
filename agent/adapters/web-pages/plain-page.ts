import { Parser } from "htmlparser2";

export interface PlainPage {
  readonly title: string;
  readonly text: string;
  readonly elements: number;
  /** How deep elements are in each other. */
  readonly depth: number;
}

const unseen = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "head",
  "iframe",
  "object",
]);
const inline = new Set(
  "a abbr b bdi bdo cite code data dfn em font i img ins kbd label mark q s samp small span strong sub sup time u var wbr".split(
    " ",
  ),
);

/** A page's words, in one pass over it and without its links: whatever the page is, it takes little time. */
export function plainPage(html: string): PlainPage {
  const pieces: string[] = [];
  const title: string[] = [];
  let elements = 0;
  let open = 0;
  let depth = 0;
  let hidden = 0;
  let inTitle = false;
  const parser = new Parser({
    onopentagname(name) {
      elements += 1;
      depth = Math.max(depth, ++open);
      if (unseen.has(name)) hidden += 1;
      if (name === "title" && title.length === 0) inTitle = true;
      if (!inline.has(name)) pieces.push("\n");
    },
    ontext(text) {
      if (inTitle) title.push(text);
      else if (hidden === 0) pieces.push(text);
    },
    onclosetag(name) {
      open -= 1;
      if (unseen.has(name)) hidden -= 1;
      if (name === "title") inTitle = false;
      if (!inline.has(name)) pieces.push("\n");
    },
  });
  parser.end(html);
  return { title: oneLine(title.join("")), text: tidy(pieces.join("")), elements, depth };
}

export function oneLine(text: string): string {
  return text.split(/\s+/).join(" ").trim().slice(0, 300).toWellFormed();
}

/** Lines without what surrounds them, and at most one empty one between two. */
function tidy(text: string): string {
  const lines = text.split("\n").map((line) => line.split(/\s+/).join(" ").trim());
  const kept = lines.filter((line, index) => line !== "" || lines[index - 1] !== "");
  return kept.join("\n").trim();
}
