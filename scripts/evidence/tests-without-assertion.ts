import { dirname, join } from "node:path";
import ts from "typescript";

/** The source of a file of ours by its path from the root; undefined where there is none. */
export type ReadSource = (path: string) => string | undefined;

interface File {
  readonly source: ts.SourceFile;
  /** What a name means here, by function: at the top or inside another. */
  readonly functions: ReadonlyMap<string, ts.Node>;
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
}

/**
 * The tests of a file that can't fail: neither they nor a helper of ours that they call, expects or
 * throws anything. "12: gives a name" for each.
 */
export function testsWithoutAssertion(path: string, read: ReadSource): string[] {
  const files = new Map<string, File | undefined>();
  const known = new Map<string, boolean>();

  function fileOf(at: string): File | undefined {
    if (!files.has(at)) {
      const text = read(at);
      files.set(at, text === undefined ? undefined : parse(at, text));
    }
    return files.get(at);
  }

  /** Whether a function of a file expects something, by itself or through another. */
  function functionAsserts(at: string, name: string): boolean {
    const key = `${at}#${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    // A function that calls itself is not a reason.
    known.set(key, false);
    const file = fileOf(at);
    const body = file?.functions.get(name);
    const imported = file?.imports.get(name);
    const asserts = body
      ? asserting(at, body, true)
      : imported !== undefined && functionAsserts(imported.path, imported.name);
    known.set(key, asserts);
    return asserts;
  }

  function asserting(at: string, node: ts.Node, isHelper: boolean): boolean {
    if (isHelper && ts.isThrowStatement(node)) return true;
    if (ts.isIdentifier(node)) {
      if (node.text === "expect" || node.text === "assert") return true;
      if (!isDeclaredHere(node) && functionAsserts(at, node.text)) return true;
    }
    return node.getChildren().some((child) => asserting(at, child, isHelper));
  }

  const file = fileOf(path);
  if (!file) return [];
  return testsOf(file.source).flatMap(({ node, name, body }) =>
    asserting(path, body, false)
      ? []
      : [`${file.source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${name}`],
  );
}

function isDeclaredHere(node: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
}

function testsOf(source: ts.SourceFile) {
  const found: { node: ts.Node; name: string; body: ts.Node }[] = [];
  const visit = (node: ts.Node): void => {
    const [title, body] = ts.isCallExpression(node) ? node.arguments : [];
    if (ts.isCallExpression(node) && title && body && isIt(node.expression)) {
      found.push({ node, name: title.getText().slice(1, -1), body });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function isIt(called: ts.Expression): boolean {
  return ts.isIdentifier(called) && called.text === "it";
}

function parse(path: string, text: string): File {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const functions = new Map<string, ts.Node>();
  const imports = new Map<string, { path: string; name: string }>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && node.name && node.body) {
      functions.set(node.name.text, node.body);
    }
    if (
      ts.isVariableDeclaration(node) &&
      ts.isIdentifier(node.name) &&
      isFunction(node.initializer)
    ) {
      functions.set(node.name.text, node.initializer);
    }
    node.forEachChild(visit);
  };
  visit(source);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const names = statement.importClause?.namedBindings;
    if (!from.startsWith(".") || !names || !ts.isNamedImports(names)) continue;
    for (const { name, propertyName } of names.elements) {
      imports.set(name.text, {
        path: join(dirname(path), from),
        name: (propertyName ?? name).text,
      });
    }
  }
  return { source, functions, imports };
}

function isFunction(node: ts.Node | undefined): node is ts.Node {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}
