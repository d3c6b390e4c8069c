import path from "node:path";
import {
  officialRelease,
  type OfficialTool,
  type Platform,
  thisPlatform,
} from "./official-release.ts";
import type { Part } from "./part.ts";
import { pinnedChecksums } from "./pinned-checksums.ts";
import { pins } from "./pins.ts";
import { DownloadUnavailable } from "./transfer-failure.ts";
import { type TransferLimits, transferLimits } from "./transfer-limits.ts";

export interface DownloadOptions {
  readonly platform: Platform;
  readonly limits: TransferLimits;
  /** SHA-256 by the archive's name; an archive without one is checked against the published list. */
  readonly pinned: Readonly<Record<string, string>>;
}

const subjects: Readonly<Record<OfficialTool, string>> = {
  engine: "Pulumi engine",
  docker: "Docker provider",
  command: "command provider",
};

/** A tool of Pulumi's own making, downloaded into our cache; the user's Pulumi home is left alone. */
export function officialPart(tool: OfficialTool, options: Partial<DownloadOptions> = {}): Part {
  const { platform = thisPlatform, limits = transferLimits, pinned = pinnedChecksums } = options;
  const name = tool === "engine" ? "pulumi" : `pulumi-resource-${tool}`;
  const version = versions[tool];
  return {
    subject: subjects[tool],
    id: `${name}-${version}-download`,
    version,
    origin: "download",
    executable: `bin/${name}${platform.os === "win32" ? ".exe" : ""}`,
    make: async (workplace) => {
      const release = officialRelease(tool, platform);
      if (release === undefined) {
        const { os, arch } = platform;
        throw new DownloadUnavailable(`Pulumi publishes no ${name} for ${os} on ${arch}`);
      }
      // Loaded only here: nearly always all of it is there, and an HTTP client takes a tenth of a second.
      const [{ fetchRelease }, { checkEngine, installRelease }] = await Promise.all([
        import("./fetch-release.ts"),
        import("./install-release.ts"),
      ]);
      const checksum = pinned[release.archive];
      const archive = await fetchRelease({ release, workplace, limits, pinned: checksum });
      await installRelease(release, archive, workplace);
      if (tool === "engine") await checkEngine(path.join("bin", release.executable), workplace);
    },
  };
}

const versions: Readonly<Record<OfficialTool, string>> = {
  engine: pins.sdk,
  docker: pins.dockerPlugin.version,
  command: pins.commandPlugin.version,
};
