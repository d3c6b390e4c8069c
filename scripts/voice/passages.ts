import ts from "typescript";

export type PassageKind = "docs" | "string" | "test name" | "comment";

/** A piece of prose, with its line breaks and comment marks replaced by single spaces. */
export interface Passage {
  readonly kind: PassageKind;
  readonly text: string;
  /** The line in the file of each character of `text`, from 1. */
  readonly lines: readonly number[];
}

const testFunctions = new Set(["describe", "it", "context", "before", "after"]);

/** The prose of a file: all of a page; comments and strings of a program; any other file line by line. */
export function passagesOf(path: string, source: string): Passage[] {
  if (/\.md$/u.test(path)) return paragraphs(source, 1, "docs");
  if (/\.[cm]?[jt]s$/u.test(path)) return passagesOfProgram(path, source);
  return paragraphs(source, 1, "comment");
}

function passagesOfProgram(path: string, source: string): Passage[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: Passage[] = [];
  const seen = new Set<number>();
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;

  const addComments = (ranges: readonly ts.CommentRange[] | undefined): void => {
    // Consecutive comments are one passage: a sentence goes on in the next line.
    let last: { text: string; at: number; end: number } | undefined;
    const flush = () => {
      if (last) found.push(...paragraphs(last.text, lineAt(last.at), "comment"));
    };
    for (const { pos, end } of ranges ?? []) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      if (last && /^\r?\n[ \t]*$/u.test(source.slice(last.end, pos))) {
        last = { text: source.slice(last.at, end), at: last.at, end };
      } else {
        flush();
        last = { text: source.slice(pos, end), at: pos, end };
      }
    }
    flush();
  };

  const visit = (node: ts.Node): void => {
    addComments(ts.getLeadingCommentRanges(source, node.getFullStart()));
    addComments(ts.getTrailingCommentRanges(source, node.end));
    const parts = textParts(node);
    if (parts.length > 0 && !isPartOfText(node)) {
      const kind = isTestName(node) ? "test name" : "string";
      found.push(
        joined(
          kind,
          parts.map(({ text, at }) => ({ text, line: lineAt(at) })),
        ),
      );
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

interface TextPart {
  readonly text: string;
  readonly at: number;
}

/** The literal's text in order; what is filled into a template is an ellipsis. */
function textParts(node: ts.Node): TextPart[] {
  if (ts.isStringLiteralLike(node)) return [{ text: node.text, at: node.getStart() }];
  if (ts.isTemplateExpression(node)) {
    const head = { text: node.head.text, at: node.head.getStart() };
    const spans = node.templateSpans.flatMap(({ expression, literal }) => [
      { text: "…", at: expression.getStart() },
      { text: literal.text, at: literal.getStart() },
    ]);
    return [head, ...spans];
  }
  if (isAddition(node)) return [...textParts(node.left), ...textParts(node.right)];
  return [];
}

function isAddition(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** True where a longer text has this one in it. */
function isPartOfText(node: ts.Node): boolean {
  return isAddition(node.parent);
}

function isTestName(node: ts.Node): boolean {
  const call = node.parent;
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    ts.isIdentifier(call.expression) &&
    testFunctions.has(call.expression.text)
  );
}

/** Blocks between empty lines, without the marks of comments, quotes and lists. */
function paragraphs(source: string, firstLine: number, kind: PassageKind): Passage[] {
  const found: Passage[] = [];
  let block: { text: string; line: number }[] = [];
  const flush = () => {
    if (block.length > 0) found.push(joined(kind, block));
    block = [];
  };
  for (const [index, line] of source.split(/\r?\n/u).entries()) {
    const text = line
      .replace(/^\s*(?:\/\*\*?|\*\/|\/\/|--|[*#>]+)(?=\s|$)/u, "")
      .replace(/\*\/\s*$/u, "")
      .trim();
    if (text === "") flush();
    else block.push({ text: block.length > 0 ? ` ${text}` : text, line: firstLine + index });
  }
  flush();
  return found;
}

function joined(
  kind: PassageKind,
  parts: readonly { readonly text: string; readonly line: number }[],
): Passage {
  const characters = parts.flatMap(({ text, line }) => {
    let at = line;
    return Array.from({ length: text.length }, (_, index) => {
      if (text.charAt(index) !== "\n") return { character: text.charAt(index), line: at };
      at += 1;
      return { character: " ", line: at - 1 };
    });
  });
  return {
    kind,
    text: characters.map(({ character }) => character).join(""),
    lines: characters.map(({ line }) => line),
  };
}
