/** A package that a lock of ours was asked for by name. */
export interface PythonPin {
  readonly name: string;
  /** What the lock installs. */
  readonly locked: string | undefined;
  /** What its requirements.in asks for. */
  readonly wanted: string;
  readonly folder: string;
}

/** "litellm[proxy]==1.108.7" and the like, of a requirements.in, with what requirements.txt locks. */
export function pythonPins(folder: string, wanted: string, lock: string): PythonPin[] {
  const locked = new Map(pins(lock).map(({ name, version }) => [name, version]));
  return pins(wanted).map(({ name, version }) => ({
    ...{ name, wanted: version, locked: locked.get(name), folder },
  }));
}

function pins(text: string): { name: string; version: string }[] {
  const found = text.matchAll(/^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\#]+)/gm);
  // Names are equal whatever their case and their dots, dashes and underscores.
  return [...found].map(([, name = "", version = ""]) => ({
    name: name.toLowerCase().replaceAll(/[-_.]+/g, "-"),
    version,
  }));
}
