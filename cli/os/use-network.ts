import {
  certificateVariables,
  type NetworkSettings,
  proxyVariables,
} from "../../infra/network-settings.ts";

/**
 * Lets this process reach the internet as `network` says: `fetch` itself asks no proxy and knows the
 * public certificates only. What it starts learns the same from `environment`, this process's own.
 */
export async function useNetwork(
  root: string,
  network: NetworkSettings,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const { host, certificates, companyCertificates } = network;
  // gRPC, by which Pulumi's parts talk over loopback, reads these from the process: it must know what
  // is not to be asked for through a proxy.
  Object.assign(environment, proxyVariables(host));
  if (companyCertificates !== undefined) {
    const { certificateBundle, writeBuildSecrets } = await import("../../infra/build-network.ts");
    writeBuildSecrets(root, network);
    Object.assign(environment, certificateVariables(certificateBundle(root)));
  }
  const hasProxy = host.http !== undefined || host.https !== undefined;
  // Node has read this one at its start, by itself.
  const others = certificates.filter((file) => file !== environment["NODE_EXTRA_CA_CERTS"]);
  if (hasProxy || companyCertificates !== undefined || others.length > 0) {
    const { trustCertificates } = await import("./trust-certificates.ts");
    trustCertificates(root, network);
  }
  if (!hasProxy) return;
  // Loaded only here: it takes a tenth of a second, and most networks have no proxy.
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import("undici");
  setGlobalDispatcher(
    new EnvHttpProxyAgent({
      // Empty and not absent: it would read the environment by its own rules.
      httpProxy: host.http ?? "",
      httpsProxy: host.https ?? "",
      noProxy: host.except.join(","),
    }),
  );
}
