import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { certificateVariables, type NetworkSettings, proxyVariables } from "./network-settings.ts";
import { StackError } from "./stack-error.ts";
import { trustedCertificates } from "./trusted-certificates.ts";

/** A file of this machine that the steps of a build may read, and that no layer keeps. */
interface BuildSecret {
  readonly id: string;
  /** From the repository's root. */
  readonly file: string;
}

const variables: BuildSecret = { id: "network", file: ".stack/network/variables" };
const bundle: BuildSecret = { id: "ca-bundle", file: ".stack/network/ca-bundle.crt" };

/**
 * How image builds learn of proxies, package indexes and certificates: as secrets of BuildKit, whose
 * content is in no image, no image's history, no cache key and no state. The declaration is the same
 * everywhere, so tags and inputs do not depend on the network that a machine is in.
 */
export const buildSecrets: readonly BuildSecret[] = [variables, bundle];

/** BuildKit takes no bigger one. */
const limit = 500 * 1024;

/** Writes what `buildSecrets` names; a build fails where they are missing. */
export function writeBuildSecrets(root: string, network: NetworkSettings): void {
  write(join(root, variables.file), shellVariables(network));
  const certificates = trustedCertificates(root, network);
  if (certificates.length > limit) {
    throw new StackError(
      `The certificates that this machine trusts are too many for an image build (${certificates.length} bytes).`,
      {
        remedy: "Name a smaller bundle in SSL_CERT_FILE: the public roots and your company's own.",
      },
    );
  }
  write(join(root, bundle.file), certificates);
}

/** Where `writeBuildSecrets` puts the certificates. */
export function certificateBundle(root: string): string {
  return join(root, bundle.file);
}

/** The text that a step sources before it goes to the network. */
export function shellVariables(network: NetworkSettings): string {
  const all = {
    ...proxyVariables(network.builds),
    ...network.mirrors,
    ...certificateVariables(`/run/secrets/${bundle.id}`),
  };
  const lines = Object.entries(all).map(([name, value]) => `export ${name}=${shellWord(value)}\n`);
  return lines.join("");
}

function shellWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Only its owner may read it: a proxy's address may have a password in it. */
function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (readFileSync(path, "utf8") === content) return;
  } catch {
    // It is the first time.
  }
  writeFileSync(path, content, { mode: 0o600 });
}
