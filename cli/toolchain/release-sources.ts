import { StackError } from "../../infra/stack-error.ts";
import type { OfficialRelease } from "./official-release.ts";

const official = "https://get.pulumi.com/releases";

/**
 * The directories to look for a release in, best first. A mirror that the user names is the only
 * one: whoever runs a mirror does not want the public servers asked.
 */
export function releaseSources(
  release: OfficialRelease,
  environment: NodeJS.ProcessEnv,
): readonly URL[] {
  const mirror = environment["PULUMI_RELEASES_URL"] ?? "";
  if (mirror === "none") return [];
  const override = pluginOverride(release, environment["PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES"]);
  if (override !== undefined) return [directory(override, "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES")];
  if (mirror !== "") {
    return [directory(`${trimmed(mirror)}/${release.folder}`, "PULUMI_RELEASES_URL")];
  }
  const { project, version, folder } = release;
  return [
    new URL(`${official}/${folder}/`),
    new URL(`https://github.com/pulumi/${project}/releases/download/v${version}/`),
  ];
}

/**
 * Pulumi's own variable for mirrors of plugins, `regexp=URL` separated by commas. The expressions are
 * matched against the two addresses that the engine would ask.
 */
function pluginOverride(release: OfficialRelease, overrides = ""): string | undefined {
  if (release.folder !== "plugins") return undefined;
  const asked = [`github://api.github.com/pulumi/${release.project}`, `${official}/plugins`];
  const pairs = overrides.split(",").map((pair) => pair.split("="));
  for (const address of asked) {
    for (const [expression = "", target = ""] of pairs) {
      const found = expression === "" ? null : matchGo(expression, address);
      if (found !== null && /^https?:/.test(target)) return fillIn(target, found);
    }
  }
  return undefined;
}

function matchGo(expression: string, text: string): RegExpExecArray | null {
  try {
    return new RegExp(expression.replaceAll("(?P<", "(?<")).exec(text);
  } catch (cause) {
    throw new StackError(
      `PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES has no valid expression: ${expression}`,
      { remedy: "Write it as regexp=URL, with commas between several.", cause },
    );
  }
}

/** `$1` and `${name}` in the address are what the expression's groups have matched. */
function fillIn(target: string, match: RegExpExecArray): string {
  return target.replaceAll(/\$(?:\{(\w+)\}|(\d+))/g, (whole, name?: string, index?: string) => {
    const value = name === undefined ? match[Number(index)] : match.groups?.[name];
    return value ?? whole;
  });
}

function directory(address: string, variable: string): URL {
  const url = URL.canParse(address) ? new URL(`${trimmed(address)}/`) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol)) return url;
  throw new StackError(`${variable} is not an address of a web server: ${address}`, {
    remedy:
      "Set it to a mirror of https://get.pulumi.com/releases, to none (nothing is downloaded, the " +
      "tools are built), or unset it.",
  });
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}
