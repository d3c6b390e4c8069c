import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as tls from "node:tls";
import type { NetworkSettings } from "./network-settings.ts";
import { StackError } from "./stack-error.ts";

/**
 * The certificates that programs of this machine trust, and the company's own, each once.
 *
 * @throws StackError where COMPANY_CA_FILE has none.
 */
export function trustedCertificates(
  root: string,
  network: Pick<NetworkSettings, "certificates" | "companyCertificates">,
): string {
  const ambient = network.certificates.flatMap((file) => blocksIn(resolve(root, file)) ?? []);
  const company = companyBlocks(root, network.companyCertificates);
  return bundleOf([...systemCertificates(), ...ambient, ...company]);
}

/**
 * The public roots and those of COMPANY_CA_FILE, for a container; the same on every machine.
 *
 * @throws StackError where COMPANY_CA_FILE has none.
 */
export function certificatesForContainers(root: string, companyFile: string): string {
  return bundleOf([
    ...tls.rootCertificates.flatMap(pemBlocks),
    ...companyBlocks(root, companyFile),
  ]);
}

/**
 * Those of COMPANY_CA_FILE that are not public roots, for a container that trusts these anyway.
 *
 * @throws StackError where COMPANY_CA_FILE has none.
 */
export function companyCertificates(root: string, companyFile: string): string {
  const known = new Set(tls.rootCertificates.flatMap(pemBlocks));
  return bundleOf(companyBlocks(root, companyFile).filter((block) => !known.has(block)));
}

function bundleOf(blocks: readonly string[]): string {
  return [...new Set(blocks)].map((each) => `${each}\n`).join("");
}

const systemBundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/** Linux has a file; macOS and Windows a store, which Node reads. */
function systemCertificates(): string[] {
  for (const file of systemBundles) {
    const blocks = blocksIn(file);
    if (blocks) return blocks;
  }
  return [...tls.rootCertificates, ...tls.getCACertificates("system")].flatMap(pemBlocks);
}

function companyBlocks(root: string, file: string | undefined): string[] {
  if (file === undefined) return [];
  const blocks = blocksIn(resolve(root, file));
  if (blocks && blocks.length > 0) return blocks;
  const what = blocks ? "has no certificate in PEM form" : "can't be read";
  throw new StackError(`The file ${file}, which COMPANY_CA_FILE names, ${what}.`, {
    remedy:
      "Name a file that starts its certificates with -----BEGIN CERTIFICATE-----. One in DER form " +
      "becomes one with `openssl x509 -inform der -in FILE -out FILE.pem`.",
  });
}

/** Undefined where the file can't be read. */
function blocksIn(file: string): string[] | undefined {
  try {
    return pemBlocks(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function pemBlocks(text: string): string[] {
  const blocks = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
  return (text.match(blocks) ?? []).map((block) => block.replaceAll("\r\n", "\n"));
}
