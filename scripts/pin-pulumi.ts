import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { transferLimits } from "../cli/toolchain/transfer-limits.ts";
import { fetchRelease } from "../cli/toolchain/fetch-release.ts";
import { officialRelease } from "../cli/toolchain/official-release.ts";
import { checksumOf } from "../cli/toolchain/published-checksum.ts";

// npm run pin:pulumi: fetches each archive that cli/toolchain/ may download, checks it against the list
// that is published beside it, and writes its SHA-256 into cli/toolchain/pinned-checksums.json. From
// then on nothing else is accepted, whatever a server says. About 1 GB; it needs the internet.
const file =
  process.argv[2] ?? path.join(import.meta.dirname, "../cli/toolchain/pinned-checksums.json");
const platforms = [
  { os: "linux", arch: "x64" },
  { os: "linux", arch: "arm64" },
  { os: "darwin", arch: "x64" },
  { os: "darwin", arch: "arm64" },
  { os: "win32", arch: "x64" },
] as const;

const pinned: [string, string][] = [];
for (const tool of ["engine", "docker", "command"] as const) {
  for (const platform of platforms) {
    const release = officialRelease(tool, platform);
    if (release) pinned.push([release.archive, await sha256Of(release)]);
  }
}
const text = `${JSON.stringify(Object.fromEntries(pinned), null, 2)}\n`;
const before = await readFile(file, "utf8").catch(() => "");
await writeFile(file, text);
console.log(text === before ? `${file} is as it was` : `${file} is written: look at its diff`);

async function sha256Of(release: NonNullable<ReturnType<typeof officialRelease>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "pin-pulumi-"));
  try {
    const workplace = {
      directory,
      environment: process.env,
      signal: undefined,
      say: () => undefined,
    };
    const archive = await fetchRelease({
      release,
      workplace,
      limits: transferLimits,
      pinned: undefined,
    });
    const { hex } = await checksumOf(archive, "sha256");
    console.log(`${hex}  ${release.archive}`);
    return hex;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
