import path from "node:path";

export interface Tool {
  readonly version: string;
  /** `path`: the user's own installation, on PATH or among the engine's installed plugins. */
  readonly origin: "path" | "download" | "built";
  readonly executable: string;
}

export interface Tools {
  readonly engine: Tool;
  readonly dockerPlugin: Tool;
  readonly commandPlugin: Tool;
  readonly languageHost: Tool;
}

export interface Toolchain extends Tools {
  /** Directories to put first on PATH; empty where everything is the user's own. */
  readonly path: readonly string[];
}

export function toolchainOf(tools: Tools): Toolchain {
  const ours = [tools.engine, tools.languageHost, tools.dockerPlugin, tools.commandPlugin].filter(
    ({ origin }) => origin !== "path",
  );
  return { ...tools, path: [...new Set(ours.map(({ executable }) => path.dirname(executable)))] };
}

const origins: Readonly<Record<Tool["origin"], string>> = {
  path: "installed on this machine",
  download: "downloaded",
  built: "built from Go modules",
};

export interface ToolVersion {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
}

/** For `stack --version`: what is in use, and where it is from. */
export function toolchainVersions(toolchain: Tools): readonly ToolVersion[] {
  const row = (name: string, { version, origin }: Tool): ToolVersion => ({
    name,
    version,
    origin: origins[origin],
  });
  const command = row("command provider", toolchain.commandPlugin);
  return [
    row("Pulumi engine", toolchain.engine),
    row("Docker provider", toolchain.dockerPlugin),
    // Ours is TypeScript: there is nothing to compile.
    toolchain.commandPlugin.origin === "built"
      ? { ...command, origin: "this clone's own" }
      : command,
    row("Node language host", toolchain.languageHost),
  ];
}
