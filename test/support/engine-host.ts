import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { toolchainDirectory } from "../../cli/toolchain/toolchain-directory.ts";
import { docker } from "./system-stack.ts";

/** An engine that is built from Go modules, each with its own go.mod in test/engines. */
export interface EngineVersion {
  readonly name: "docker-28" | "docker-29";
  /** The Go module that dockerd is in. */
  readonly module: string;
  /** What the engine says of itself. */
  readonly version: string;
  /** Words for dockerd. */
  readonly options: readonly string[];
}

/** Another machine, as far as `./stack` can tell: an SSH server, and a Docker engine with its own images. */
export interface EngineHost {
  /** Without a scheme: "root@172.17.0.2:2222". */
  readonly name: string;
  readonly address: string;
  /** What a command that uses the engine by SSH is started with: the key and the host's key in a client's configuration. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same for one that uses its TCP port, with TLS. */
  readonly tls: Readonly<Record<string, string>>;
  /** Writes the client's configuration again, with lines of a test's own before the others. */
  readonly configure: (...lines: string[]) => void;
  /** Runs a program on the machine. */
  readonly run: (...words: string[]) => string;
  readonly remove: () => void;
}

const folder = join(import.meta.dirname, "../engines");
const sshPort = 2222;

/**
 * Starts one, with Debian's own engine where no other is named. Images and the build cache stay in a volume, so
 * that a second run builds nothing.
 */
export async function startEngineHost(engine?: EngineVersion): Promise<EngineHost> {
  const image = hostImage();
  const container = `agent-stack-test-${engine?.name ?? "debian"}`;
  const keys = mkdtempSync(join(tmpdir(), "engine-host-"));
  for (const key of ["login", "host"]) {
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "test",
      "-f",
      join(keys, key),
    ]);
  }
  const remove = () => {
    removeContainer(container);
    rmSync(keys, { recursive: true, force: true });
  };
  removeContainer(container);
  const mounts = [
    `${container}:/var/lib/docker`,
    ...(engine ? [`${builtEngine(engine)}:/mnt/engine:ro`] : []),
    `${keys}:/mnt/keys`,
    `${join(folder, "host/start.sh")}:/mnt/start.sh:ro`,
  ];
  docker(
    ...["run", "--detach", "--name", container, ...privileges()],
    ...mounts.flatMap((mount) => ["--volume", mount]),
    ...["--tmpfs", "/run", "--tmpfs", "/tmp:exec"],
    ...[image, "sh", "/mnt/start.sh", ...(engine?.options ?? [])],
  );
  const address = docker(
    "inspect",
    "--format",
    "{{.NetworkSettings.Networks.bridge.IPAddress}}",
    container,
  );
  const run = (...command: string[]) => docker("exec", container, ...command);
  await untilItAnswers(container);
  // What a killed run has left; images and the build cache stay.
  run("sh", "-c", "docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes");
  run("sh", "-c", "docker volume ls --quiet | xargs --no-run-if-empty docker volume rm");
  run("docker", "network", "prune", "--force");
  return { name: `root@${address}:${sshPort}`, address, run, remove, ...clientOf(keys, address) };
}

/** One that a killed run has left, too. */
function removeContainer(name: string): void {
  const id = docker("ps", "--all", "--quiet", "--filter", `name=^${name}$`);
  if (id !== "") docker("rm", "--force", "--volumes", id);
}

/** All that `--privileged` gives, but for what this machine has not got itself. */
function privileges(): string[] {
  const [, bounding = "0"] =
    /^CapBnd:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const resources = 24n;
  const missing = ((BigInt(`0x${bounding}`) >> resources) & 1n) === 0n;
  return [
    ...["--cap-add", "ALL", ...(missing ? ["--cap-drop", "SYS_RESOURCE"] : [])],
    ...["seccomp", "apparmor", "systempaths"].flatMap((what) => [
      "--security-opt",
      `${what}=unconfined`,
    ]),
    ...["--device-cgroup-rule", "a *:* rwm"],
    // It stands for a machine, whose containers share what one container of this one would have.
    ...["--cpu-shares", "4096"],
  ];
}

async function untilItAnswers(container: string): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const words = ["exec", container, "docker", "version"];
    if (spawnSync("docker", words, { stdio: "ignore" }).status === 0) return;
    await delay(1000);
  }
  throw new Error(docker("logs", "--tail", "30", container));
}

/** The real client under its own configuration: the user's `~/.ssh` is not part of a test. */
function clientOf(
  keys: string,
  address: string,
): Pick<EngineHost, "environment" | "tls" | "configure"> {
  const real = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
  const config = join(keys, "config");
  const hostKey = readFileSync(join(keys, "host.pub"), "utf8");
  writeFileSync(join(keys, "known_hosts"), `[${address}]:${sshPort} ${hostKey}`);
  mkdirSync(join(keys, "bin"));
  const client = join(keys, "bin", "ssh");
  writeFileSync(client, `#!/bin/sh\nexec ${real} -F ${config} "$@"\n`);
  chmodSync(client, 0o755);
  const configure = (...lines: string[]): void => {
    const all = [
      ...lines,
      `IdentityFile ${join(keys, "login")}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${join(keys, "known_hosts")}`,
    ];
    writeFileSync(config, `${all.join("\n")}\n`);
  };
  configure();
  const path = join(keys, "bin") + delimiter + (process.env["PATH"] ?? "");
  const environment = { DOCKER_HOST: `ssh://root@${address}:${sshPort}`, PATH: path };
  const tls = {
    DOCKER_HOST: `tcp://${address}:2376`,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: join(keys, "tls"),
  };
  return { environment, tls, configure };
}

/** dockerd, containerd and their helpers, built once a machine: ten minutes where Go has nothing cached. */
function builtEngine({ name, module, version }: EngineVersion): string {
  const source = join(folder, name);
  const sum = createHash("sha256")
    .update(readFileSync(join(source, "go.sum")))
    .digest("hex");
  const output = join(cache(), `${name}-${sum.slice(0, 12)}`);
  if (existsSync(output)) return output;
  const unfinished = `${output}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const containerd = "github.com/containerd/containerd/v2/cmd";
  const packages = [
    `${module}/cmd/dockerd`,
    `${module}/cmd/docker-proxy`,
    `${containerd}/containerd`,
    `${containerd}/containerd-shim-runc-v2`,
  ];
  const flags = `-s -w -X=${module}/dockerversion.Version=${version}`;
  execFileSync(
    "nice",
    // Without C there is no header of btrfs to read.
    [
      "go",
      "build",
      "-trimpath",
      "-mod=readonly",
      "-tags=no_btrfs",
      `-ldflags=${flags}`,
      "-o",
      `${unfinished}/`,
      ...packages,
    ],
    {
      cwd: source,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  renameSync(unfinished, output);
  return output;
}

function hostImage(): string {
  const script = join(folder, "host/build-root.sh");
  const hash = createHash("sha256").update(readFileSync(script)).digest("hex").slice(0, 12);
  const image = `agent-stack-test/engine-host:${hash}`;
  if (docker("images", "--quiet", image) !== "") return image;
  const archive = join(cache(), `engine-host-${hash}.tar`);
  try {
    execFileSync("nice", ["bash", script, archive], { stdio: ["ignore", "ignore", "inherit"] });
    docker("import", archive, image);
  } finally {
    rmSync(archive, { force: true });
  }
  return image;
}

function cache(): string {
  const place = join(dirname(toolchainDirectory(process.env)), "test");
  mkdirSync(place, { recursive: true });
  return place;
}
