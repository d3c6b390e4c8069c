import { pins } from "./pins.ts";

/** A tool that Pulumi publishes as an archive. */
export type OfficialTool = "engine" | "docker" | "command";

/** As Node names them. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

export const thisPlatform: Platform = { os: process.platform, arch: process.arch };

/** One archive of Pulumi's, and where it is published. */
export interface OfficialRelease {
  readonly version: string;
  readonly archive: string;
  readonly kind: "tar.gz" | "zip";
  /** The file's name inside the archive, in whichever folder of it. */
  readonly executable: string;
  /** The list of checksums that is published beside the archive. */
  readonly checksums: string;
  /** Below `releases/` of get.pulumi.com and of its mirrors. */
  readonly folder: "sdk" | "plugins";
  /** Its project on GitHub, whose releases hold the same files. */
  readonly project: string;
}

const operatingSystems: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
};

/** The archive for a platform; undefined where Pulumi publishes none. */
export function officialRelease(
  tool: OfficialTool,
  { os, arch }: Platform,
): OfficialRelease | undefined {
  const system = operatingSystems[os];
  // Windows on arm64 runs programs for x64, and not every plugin has an arm64 build there.
  const processor = arch === "arm64" && os !== "win32" ? "arm64" : "x64";
  if (system === undefined || !["x64", "arm64"].includes(arch)) return undefined;
  const ending = os === "win32" ? ".exe" : "";
  if (tool === "engine") {
    const version = pins.sdk;
    const kind = os === "win32" ? "zip" : "tar.gz";
    return {
      version,
      archive: `pulumi-v${version}-${system}-${processor}.${kind}`,
      kind,
      executable: `pulumi${ending}`,
      checksums: `pulumi-${version}-checksums.txt`,
      folder: "sdk",
      project: "pulumi",
    };
  }
  const { version } = tool === "docker" ? pins.dockerPlugin : pins.commandPlugin;
  const goArch = processor === "x64" ? "amd64" : processor;
  return {
    version,
    archive: `pulumi-resource-${tool}-v${version}-${system}-${goArch}.tar.gz`,
    kind: "tar.gz",
    executable: `pulumi-resource-${tool}${ending}`,
    checksums: `pulumi-${tool}_${version}_checksums.txt`,
    folder: "plugins",
    project: `pulumi-${tool}`,
  };
}
