import { dotenvLayer, environmentLayer } from "./early-layers.ts";
import {
  type NetworkSettings,
  networkSettings,
  type OutboundSettings,
} from "./network-settings.ts";
import type { SettingsLayer } from "./settings/parse.ts";
import type { SettingsSources } from "./settings-sources.ts";

/**
 * How the internet is reached, from the environment and the stack's `.env` file.
 *
 * It is needed before anything else, so it asks for no other setting and not for Pulumi's configuration.
 *
 * @throws StackError on a wrong value.
 */
export async function loadNetworkSettings({
  root,
  stackName,
  environment,
}: Omit<SettingsSources, "pulumiConfig">): Promise<NetworkSettings> {
  const layers = [environmentLayer(environment), dotenvLayer(root, stackName)];
  const isGiven = names.some((name) => layers.some(({ values }) => values[name]));
  return networkSettings(environment, isGiven ? await checked(layers) : {});
}

const names = ["OUTBOUND_PROXY", "OUTBOUND_NO_PROXY", "COMPANY_CA_FILE"] as const;

/** The table of settings is loaded only where there is a value to check: that takes as long as a short command. */
async function checked(layers: readonly SettingsLayer[]): Promise<OutboundSettings> {
  const { parseSetting } = await import("./settings/parse.ts");
  return {
    OUTBOUND_PROXY: parseSetting("OUTBOUND_PROXY", layers),
    OUTBOUND_NO_PROXY: parseSetting("OUTBOUND_NO_PROXY", layers),
    COMPANY_CA_FILE: parseSetting("COMPANY_CA_FILE", layers),
  };
}
