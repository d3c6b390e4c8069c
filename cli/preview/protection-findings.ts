import type { ServiceFacts } from "../../infra/rendering.ts";
import type { Finding } from "./change.ts";

type Args = ServiceFacts["args"];

/** Where a service is less protected than before; a new one is held against a closed one. */
export function protectionFindings(before: Args | undefined, after: Args): Finding[] {
  const old = before ? weaknesses(before) : [];
  const now = weaknesses(after);
  const lost = now.filter((text) => !old.includes(text));
  const won = old.filter((text) => !now.includes(text));
  return [
    ...lost.map((text): Finding => ({ text, level: "protection" })),
    ...won.map((text): Finding => ({ text: `no longer ${text}`, level: "none" })),
    ...rootFileSystem(before, after),
  ];
}

function weaknesses({ ports, capabilities, securityOpts, user }: Args): string[] {
  const open = ports.flatMap((port) => {
    const [ip, external] = [port.ip as string | undefined, port.external as number];
    return ip === "127.0.0.1" ? [] : [`published on ${ip ?? "*"}:${external}, beyond this machine`];
  });
  return [
    ...open,
    ...(/^(0|root)(:|$)/.test(user) ? ["run as root"] : []),
    ...capabilities.adds.map((name) => `given ${name}`),
    ...(capabilities.drops.includes("ALL") ? [] : ["left with Docker's default capabilities"]),
    ...(securityOpts.includes("no-new-privileges:true") ? [] : ["allowed to gain privileges"]),
  ];
}

function rootFileSystem(before: Args | undefined, after: Args): Finding[] {
  if (!before || before.readOnly === after.readOnly) return [];
  return after.readOnly
    ? [{ text: "its root file system becomes read-only", level: "none" }]
    : [{ text: "its root file system becomes writable", level: "protection" }];
}
