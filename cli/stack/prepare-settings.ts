import type Docker from "dockerode";
import { ownerMark } from "../../infra/applied-record.ts";
import { parseMirrors } from "../../infra/images/registry-mirror.ts";
import type { ParsedSettings } from "../../infra/settings/parse.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { pulumiConfig } from "../pulumi/pulumi-config.ts";
import { ensureEnvFile, setInEnvFile } from "./env-file.ts";
import { currentSettings, readSettings } from "./read-settings.ts";
import type { Session } from "./session.ts";
import type { Surroundings } from "./surroundings.ts";

/** The settings of an `up`, and what it still has to write down. */
export interface PreparedSettings {
  readonly parsed: ParsedSettings;
  /** Every setting once more, after something has changed them. */
  readonly readAgain: () => Promise<ParsedSettings>;
  /** To be called when every image is here: a registry has proved then that it can be pulled from. */
  readonly imagesAreHere: () => void;
}

/** Writes what the stack's `.env` file lacks, then reads every setting. */
export async function prepareSettings(
  surroundings: Surroundings,
  { engine, docker }: Session,
): Promise<PreparedSettings> {
  const { root, stackName, environment, report } = surroundings;
  const config = await pulumiConfig(root, stackName, engine);
  const change = ensureEnvFile(
    root,
    stackName,
    (name) => Boolean(environment[name]) || config[pulumiName(name)] !== undefined,
  );
  if (change.created || change.generated.length > 0) {
    const what = change.created ? "written" : "completed";
    const count = `${change.generated.length} generated secrets`;
    report({
      phase: "prepare",
      subject: change.file,
      status: "done",
      message: `${what}, with ${count}`,
    });
  }
  const parsed = readSettings(surroundings, config);
  if (parsed.settings.IMAGE_SOURCE !== "") {
    return {
      parsed,
      readAgain: () => currentSettings(surroundings, engine),
      imagesAreHere: () => undefined,
    };
  }
  const { source, writeDown } = await decideImageSource(surroundings, docker, parsed);
  const decided = {
    ...surroundings,
    environment: { ...environment, IMAGE_SOURCE: source },
    report: () => undefined,
  };
  return {
    parsed: readSettings(decided, config),
    readAgain: () => currentSettings(decided, engine),
    imagesAreHere: writeDown,
  };
}

/**
 * Finds out where images come from. It is written down once, so that it never flips by itself: at
 * once where data or a closed network decides, after the pulls where a registry does.
 */
async function decideImageSource(
  { root, stackName, environment, report, signal }: Surroundings,
  docker: Docker,
  { settings }: ParsedSettings,
): Promise<{ readonly source: string; readonly writeDown: () => void }> {
  const say = (status: "running" | "done", message: string) => {
    report({ phase: "prepare", subject: "images", status, message });
  };
  say("running", "asking the registries");
  // Loaded only here: it is decided once.
  const [{ chooseImageSource }, { listDataVolumes }, { canBuildHere }] = await Promise.all([
    import("./choose-image-source.ts"),
    import("./data-formats.ts"),
    import("../docker/images/can-build.ts"),
  ]);
  const marks = {
    owner: ownerMark(settings.STACK_RECORD_KEY),
    stackName,
    adoptedOwner: settings.ADOPT_VOLUMES_OF,
  };
  const { source, reason, isFromData } = await chooseImageSource({
    ...{ docker, environment, signal },
    volumes: await listDataVolumes(docker, marks),
    mirrors: parseMirrors(settings.IMAGE_REGISTRY_MIRROR) ?? new Map<string, string>(),
    canBuild: canBuildHere(environment),
  });
  const how = source === "build" ? "built here" : "pulled";
  const writeDown = () => {
    const file = setInEnvFile(root, stackName, { IMAGE_SOURCE: source });
    say("done", `${how} (${reason}); IMAGE_SOURCE=${source} is now in ${file}`);
  };
  say("done", `${how} (${reason})`);
  if (source === "registry" && !isFromData) return { source, writeDown };
  writeDown();
  return { source, writeDown: () => undefined };
}
