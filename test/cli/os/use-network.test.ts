import { expect } from "chai";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { useNetwork } from "../../../cli/os/use-network.ts";
import { certificateBundle } from "../../../infra/build-network.ts";
import { loadNetworkSettings } from "../../../infra/load-network-settings.ts";
import {
  type InspectingProxy,
  PrivateAuthority,
  startInspectingProxy,
} from "../../support/inspecting-proxy.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("./stack behind a proxy that inspects TLS", () => {
  const clone = scratchFolder();
  const usual = getGlobalDispatcher();
  const usualCertificates = getCACertificates("default");
  let authority: PrivateAuthority;
  let proxy: InspectingProxy;
  beforeEach(async () => {
    authority = new PrivateAuthority(clone.path);
    proxy = await startInspectingProxy(authority, (_request, response) => {
      response.end("from outside");
    });
  });
  afterEach(async () => {
    setGlobalDispatcher(usual);
    setDefaultCACertificates(usualCertificates);
    await proxy.close();
  });

  /** As `main.ts` does it. */
  async function start(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
    const { path: root } = clone;
    const network = await loadNetworkSettings({ root, stackName: "dev", environment });
    await useNetwork(root, network, environment);
    return environment;
  }

  const fetched = (url: string): Promise<string> => fetch(url).then((answer) => answer.text());

  it("fetches through the shell's proxy, with the certificates of SSL_CERT_FILE", async () => {
    await start({ HTTPS_PROXY: proxy.address, SSL_CERT_FILE: authority.file });

    expect(await fetched("https://registry.example/x")).to.equal("from outside");
    expect(proxy.connections).to.deep.equal(["registry.example:443"]);
  });

  it("does the same with what .env says alone, and tells what it starts", async () => {
    const settings = `OUTBOUND_PROXY=${proxy.address}\nCOMPANY_CA_FILE=authority.pem\n`;
    writeFileSync(join(clone.path, ".env"), settings);

    const environment = await start({ PATH: "/bin" });

    expect(await fetched("https://registry.example/x")).to.equal("from outside");
    const bundle = certificateBundle(clone.path);
    expect(environment).to.include({
      HTTPS_PROXY: proxy.address,
      https_proxy: proxy.address,
      no_proxy: "localhost,127.0.0.1,::1",
      SSL_CERT_FILE: bundle,
      PIP_CERT: bundle,
      NODE_EXTRA_CA_CERTS: bundle,
    });
  });

  it("believes no certificate that nobody vouched for", async () => {
    await start({ HTTPS_PROXY: proxy.address });

    const error: unknown = await fetched("https://registry.example/x").catch(
      (reason: unknown) => reason,
    );

    expect((error as Error).cause).to.match(/certificate|issuer/);
  });

  it("sends the proxy's own credentials, and to the proxy only", async () => {
    const seen: string[] = [];
    const withPassword = proxy.address.replace("//", "//ada:s3cret@");
    const other = await startInspectingProxy(authority, (request, response) => {
      seen.push(...Object.keys(request.headers));
      response.end();
    });
    try {
      await start({
        HTTPS_PROXY: other.address.replace("//", "//ada:s3cret@"),
        HTTP_PROXY: withPassword,
        SSL_CERT_FILE: authority.file,
      });
      await fetched("https://registry.example/x");

      expect(other.credentials).to.deep.equal(["ada:s3cret"]);
      expect(seen).not.to.include("proxy-authorization");
    } finally {
      await other.close();
    }
  });

  it("asks what is on this machine directly: the stack's own pages are never behind the proxy", async () => {
    const page: Server = createServer((_request, response) => response.end("from the stack"));
    page.listen(0, "127.0.0.1");
    await once(page, "listening");
    const { port } = page.address() as AddressInfo;
    try {
      await start({ HTTP_PROXY: proxy.address, NO_PROXY: "intranet.example" });

      expect(await fetched(`http://127.0.0.1:${port}/healthz`)).to.equal("from the stack");
      expect(await fetched(`http://localhost:${port}/healthz`)).to.equal("from the stack");
      expect(proxy.connections).to.deep.equal([]);
    } finally {
      page.close();
    }
  });

  it("trusts the company's certificates without a proxy, too", async () => {
    const page = createTlsServer(authority.issue("127.0.0.1"), (_request, response) => {
      response.end("from the intranet");
    });
    page.listen(0, "127.0.0.1");
    await once(page, "listening");
    const { port } = page.address() as AddressInfo;
    try {
      await start({ COMPANY_CA_FILE: authority.file });

      expect(await fetched(`https://127.0.0.1:${port}/`)).to.equal("from the intranet");
      expect(getGlobalDispatcher()).to.equal(usual);
    } finally {
      page.close();
    }
  });

  it("changes nothing where nothing is set", async () => {
    expect(await start({ PATH: "/bin" })).to.deep.equal({ PATH: "/bin" });
    expect(getGlobalDispatcher()).to.equal(usual);
  });
});
