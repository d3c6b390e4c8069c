import type { Settings } from "../../infra/settings/definitions.ts";
import { StackError } from "../../infra/stack-error.ts";

/** What somebody who opens a service's page needs to log in, by service: a name and its setting. */
const logins: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "open-webui": [
    ["e-mail", "WEBUI_ADMIN_EMAIL"],
    ["password", "WEBUI_ADMIN_PASSWORD"],
  ],
};

/** Pairs to show beside a service's address; empty for most services. */
export function loginOf(service: string, settings: Settings): [string, string][] {
  const values: Readonly<Record<string, unknown>> = settings;
  return (logins[service] ?? []).flatMap(([name, setting]): [string, string][] => {
    const value = values[setting];
    return typeof value === "string" && value !== "" ? [[name, value]] : [];
  });
}

/** The last words of `up` and `status` on signing in, without the password: empty where no page asks. */
export function signInHint(addresses: Readonly<Record<string, string>>, email?: string): string[] {
  if (!("open-webui" in addresses)) return [];
  const as = email === undefined ? "" : ` as ${email}`;
  return [`Sign in to open-webui${as}; the password: ./stack open`];
}

/** The services that `open` means when none is named, the likeliest first. */
const frontPages = ["open-webui", "agent"];

export function pageToOpen(
  addresses: Readonly<Record<string, string>>,
  named: string | undefined,
): { service: string; address: string } {
  const service = named ?? frontPages.find((name) => name in addresses);
  const address = service === undefined ? undefined : addresses[service];
  if (service !== undefined && address !== undefined) return { service, address };
  throw new StackError("The stack has no page to open.", {
    remedy: "Name a service; ./stack status lists them.",
  });
}
