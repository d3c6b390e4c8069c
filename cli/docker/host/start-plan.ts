/** What of a machine decides how an engine gets running on it. */
export interface System {
  readonly platform: NodeJS.Platform;
  /** The distribution's ID and those it is like, from /etc/os-release. */
  readonly distribution: readonly string[];
  readonly isRoot: boolean;
  /** Whether systemd runs the machine, not only whether its files are there. */
  readonly systemd: boolean;
  /** The engine's executable, where it is installed. */
  readonly dockerd?: string;
}

export type StartPlan =
  | { readonly action: "start-service" }
  | { readonly action: "start-daemon"; readonly dockerd: string }
  | { readonly action: "install" }
  | { readonly action: "refuse"; readonly message: string; readonly remedy: string };

/** What to do on a machine where no engine answers. */
export function planStart(system: System): StartPlan {
  if (system.platform === "darwin") {
    return refuse(
      "Docker is not running.",
      "Open Docker Desktop, OrbStack or Rancher Desktop, or run `colima start`.",
    );
  }
  if (system.platform === "win32") {
    return refuse("Docker is not running.", "Open Docker Desktop, and wait until it has started.");
  }
  if (system.platform !== "linux") {
    return refuse("No Docker engine answers.", "Set DOCKER_HOST to the engine of another machine.");
  }
  return system.dockerd ? planInstalled(system, system.dockerd) : planMissing(system);
}

function planInstalled({ isRoot, systemd }: System, dockerd: string): StartPlan {
  if (isRoot) return systemd ? { action: "start-service" } : { action: "start-daemon", dockerd };
  const command = systemd ? "sudo systemctl start docker" : "sudo service docker start";
  return refuse("Docker is installed, but not running.", `Run \`${command}\`.`);
}

function planMissing({ distribution, isRoot }: System): StartPlan {
  const message = "Docker is not installed.";
  if (distribution.includes("debian") || distribution.includes("ubuntu")) {
    if (isRoot) return { action: "install" };
    const packages = installedPackages.join(" ");
    return refuse(
      message,
      `Run \`sudo apt-get update && sudo apt-get install -y ${packages}\`, then ` +
        "`sudo usermod -aG docker $USER`, and log out and in again.",
    );
  }
  const command = installCommands.find(([id]) => distribution.includes(id))?.[1];
  return refuse(
    message,
    command
      ? `Run \`${isRoot ? "" : "sudo "}${command}\`, and start the service docker.`
      : "Install Docker Engine from your distribution or as docs.docker.com/engine/install says.",
  );
}

/** From the distribution, so that no key and no source has to be added to the machine. */
export const installedPackages: readonly string[] = [
  "docker.io",
  "mmdebstrap",
  "iptables",
  "ca-certificates",
];

// Fedora's own `docker` command is Podman's; moby-engine is Docker.
const installCommands: readonly (readonly [string, string])[] = [
  ["fedora", "dnf install -y moby-engine docker-cli"],
  ["arch", "pacman -S --noconfirm docker"],
  ["alpine", "apk add docker"],
  ["opensuse", "zypper install -y docker"],
  ["suse", "zypper install -y docker"],
];

function refuse(message: string, remedy: string): StartPlan {
  return { action: "refuse", message, remedy };
}
