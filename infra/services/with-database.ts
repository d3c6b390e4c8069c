/** A program in Python that can't start without its database. */
interface Program {
  /** The variable with the database's URL. */
  readonly variable: string;
  /** What it imports, and what takes longest of that: loaded before the database answers. */
  readonly modules: readonly string[];
  /** Source that runs before all that. */
  readonly prelude?: string;
  /** The module that is run, and its words. */
  readonly command: readonly [string, ...string[]];
}

/** The words for Python that have such a program wait by itself: see infra/images/with_database.py. */
export function withDatabase(
  readText: (path: string) => string,
  { prelude = "", variable, modules, command }: Program,
): string[] {
  const script = `${prelude}${readText("infra/images/with_database.py")}`;
  return ["-c", script, variable, modules.join(","), ...command];
}
