import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Dispatcher } from "undici";
import { StackError } from "../../infra/stack-error.ts";
import { fetchFile } from "./fetch-file.ts";
import { networkAgent } from "./network-agent.ts";
import type { OfficialRelease } from "./official-release.ts";
import type { Workplace } from "./part.ts";
import { type Checksum, checksumIn, checksumOf } from "./published-checksum.ts";
import { releaseSources } from "./release-sources.ts";
import { DownloadUnavailable, TransferFailure } from "./transfer-failure.ts";
import type { TransferLimits } from "./transfer-limits.ts";
import { bytes } from "../output/bytes.ts";

interface Download {
  readonly release: OfficialRelease;
  readonly workplace: Pick<Workplace, "directory" | "environment" | "signal" | "say">;
  readonly limits: TransferLimits;
  /** Its SHA-256 where that is known; else the list that is published beside it is asked. */
  readonly pinned: string | undefined;
}

interface Connected extends Download {
  readonly dispatcher: Dispatcher;
}

/** Fetches the archive into the workplace's directory, checked, and answers with its place. */
export async function fetchRelease(download: Download): Promise<string> {
  const dispatcher = networkAgent(download.workplace.environment, download.limits);
  try {
    return await fromFirstSource({ ...download, dispatcher });
  } finally {
    await dispatcher.destroy();
  }
}

/** From the first source that has it; an archive that is not what was published ends the search. */
async function fromFirstSource(download: Connected): Promise<string> {
  const sources = releaseSources(download.release, download.workplace.environment);
  const failures: (DownloadUnavailable | TransferFailure)[] = [];
  for (const source of sources) {
    try {
      return await fromSource(source, download);
    } catch (error) {
      const isOfSource = error instanceof DownloadUnavailable || error instanceof TransferFailure;
      if (!isOfSource) throw error;
      failures.push(error);
    }
  }
  const details = failures.map(({ message }) => message);
  if (failures.some((failure) => failure instanceof TransferFailure)) {
    throw new StackError(`${download.release.archive} could not be downloaded.`, {
      details,
      remedy:
        "Run the same command again. If it fails again, set PULUMI_RELEASES_URL to a mirror, or to " +
        "none: the tools are then built, in about 13 minutes. Or install Pulumi and its docker and " +
        "command plugins yourself.",
    });
  }
  if (sources.length === 0) {
    throw new DownloadUnavailable("PULUMI_RELEASES_URL is none", { closed: true });
  }
  const closed = failures.every(
    (failure) => failure instanceof DownloadUnavailable && failure.closed,
  );
  throw new DownloadUnavailable(details.join("; "), { closed });
}

async function fromSource(source: URL, download: Connected): Promise<string> {
  const { release, workplace, pinned } = download;
  const file = path.join(workplace.directory, release.archive);
  const expected: Checksum =
    pinned === undefined
      ? await publishedChecksum(source, download)
      : { algorithm: "sha256", hex: pinned };
  const url = new URL(release.archive, source);
  const { resumed } = await fetchArchive(url, file, download);
  workplace.say("comparing its checksum");
  let actual = await checksumOf(file, expected.algorithm);
  if (resumed && actual.hex !== expected.hex) {
    // The file may have changed under a transfer that went on after a cut: once more from its start.
    await fetchArchive(url, file, download);
    actual = await checksumOf(file, expected.algorithm);
  }
  if (actual.hex !== expected.hex) throw wrongChecksum(url, expected, actual, pinned !== undefined);
  // Kept beside the tool: what was accepted, on whose word.
  const record = {
    from: url.href,
    sha256: actual.algorithm === "sha256" ? actual.hex : (await checksumOf(file, "sha256")).hex,
    checkedAgainst: pinned === undefined ? new URL(release.checksums, source).href : "pinned",
    ...expected,
  };
  await writeFile(path.join(workplace.directory, "download.json"), JSON.stringify(record, null, 2));
  return file;
}

const otherWay = "Or set PULUMI_RELEASES_URL to a mirror, or to none: the tools are then built.";

async function publishedChecksum(source: URL, download: Connected): Promise<Checksum> {
  const { release, workplace, dispatcher, limits } = download;
  const { signal, say } = workplace;
  const url = new URL(release.checksums, source);
  const file = path.join(workplace.directory, release.checksums);
  say(`asking ${source.host}`);
  await fetchFile(url, file, {
    ...{ dispatcher, limits, signal, otherWay },
    firstContact: true,
    onBytes: () => undefined,
    onRetry: (why, attempt) => {
      say(`asking ${source.host} again after: ${why} (${attempt} of ${limits.attempts})`);
    },
  });
  const checksum = checksumIn(await readFile(file, "utf8"), release.archive);
  await rm(file);
  // A page of a portal that answers every question, or a list of another version.
  if (!checksum) throw new DownloadUnavailable(`${url.href} has no checksum of ${release.archive}`);
  return checksum;
}

async function fetchArchive(url: URL, file: string, download: Connected) {
  const { workplace, dispatcher, limits, pinned } = download;
  const { signal, say } = workplace;
  say(`downloading from ${url.host}`);
  return fetchFile(url, file, {
    ...{ dispatcher, limits, signal, otherWay },
    firstContact: pinned !== undefined,
    onBytes: (received, total) => {
      const size = total === undefined ? "so far" : `of ${bytes(total)}`;
      say(`downloading from ${url.host}, ${bytes(received)} ${size}`);
    },
    onRetry: (why, attempt) => {
      say(`downloading again after: ${why} (${attempt} of ${limits.attempts})`);
    },
  });
}

function wrongChecksum(
  url: URL,
  expected: Checksum,
  actual: Checksum,
  isPinned: boolean,
): StackError {
  return new StackError(
    `${url.href} is not the file that was ${isPinned ? "pinned" : "published"}.`,
    {
      details: [
        `expected ${expected.algorithm} ${expected.hex}`,
        `received ${actual.algorithm} ${actual.hex}`,
      ],
      remedy:
        "Nothing was installed. Run the same command again; if the checksum is wrong again, a proxy or " +
        "a mirror changes the file: find out which before you go on. PULUMI_RELEASES_URL=none builds " +
        "the tools instead.",
    },
  );
}
