/** The part of `docker inspect` that says how a container is confined. */
export interface InspectedContainer {
  readonly Config: { readonly User: string };
  readonly HostConfig: {
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Privileged: boolean;
    readonly ReadonlyRootfs: boolean;
    readonly Memory: number;
    readonly LogConfig: { readonly Config: Readonly<Record<string, string>> };
  };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[] | null>>;
  };
}

/** One row a service, as docs/hardening.md shows it. */
export function hardeningTable(
  containers: readonly (readonly [string, InspectedContainer])[],
): string {
  const head = ["service", "user", "capabilities", "root", "memory", "reachable on", "privileges"];
  const rows = containers.map(([service, container]) => [service, ...row(container)]);
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function row({ Config, HostConfig, NetworkSettings }: InspectedContainer): string[] {
  const published = Object.values(NetworkSettings.Ports).flatMap((list) => list ?? []);
  const hosts = new Set(published.map(({ HostIp }) => HostIp));
  const gained = HostConfig.SecurityOpt?.includes("no-new-privileges:true") ? "none" : "may gain";
  return [
    Config.User,
    [...(HostConfig.CapDrop ?? []).map((name) => `-${name}`), ...(HostConfig.CapAdd ?? [])].join(
      " ",
    ),
    HostConfig.ReadonlyRootfs ? "read-only" : "writable",
    `${HostConfig.Memory / 1024 ** 2} MiB`,
    hosts.size === 0 ? "the stack's network" : [...hosts].join(" "),
    HostConfig.Privileged ? "all" : gained,
  ];
}
