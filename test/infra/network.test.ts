import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSecrets, shellVariables, writeBuildSecrets } from "../../infra/build-network.ts";
import { imageName } from "../../infra/image-plan.ts";
import {
  type NetworkSettings,
  networkSettings,
  proxyVariables,
} from "../../infra/network-settings.ts";
import { bundleInContainer } from "../../infra/outbound-access.ts";
import { settingsWithProxy } from "../../infra/services/searxng/settings-with-proxy.ts";
import { StackError } from "../../infra/stack-error.ts";
import { trustedCertificates } from "../../infra/trusted-certificates.ts";
import { parse as parseYaml } from "yaml";
import { desiredWith } from "../support/desired.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { settingsWith } from "../support/settings.ts";

const proxy = "http://ada:s3cret@proxy.example:3128";
const loopback = ["localhost", "127.0.0.1", "::1"];

describe("how the internet is reached", () => {
  const cases: readonly {
    readonly what: string;
    readonly environment?: NodeJS.ProcessEnv;
    readonly outbound?: Parameters<typeof networkSettings>[1];
    readonly host: { http?: string; https?: string };
    readonly builds: { http?: string; https?: string };
  }[] = [
    { what: "directly, where nothing is set", host: {}, builds: {} },
    {
      what: "as the shell says",
      environment: { HTTP_PROXY: "http://a:1", HTTPS_PROXY: "http://b:2" },
      host: { http: "http://a:1", https: "http://b:2" },
      builds: { http: "http://a:1", https: "http://b:2" },
    },
    {
      what: "as the names in small letters say, before the others",
      environment: { HTTPS_PROXY: "http://a:1", https_proxy: "http://b:2" },
      host: { https: "http://b:2" },
      builds: { https: "http://b:2" },
    },
    {
      what: "as ALL_PROXY says, without a scheme too",
      environment: { all_proxy: "a:1" },
      host: { http: "http://a:1", https: "http://a:1" },
      builds: { http: "http://a:1", https: "http://a:1" },
    },
    {
      what: "directly, where the only proxy speaks SOCKS or is not an address",
      environment: { ALL_PROXY: "socks5://a:1", HTTP_PROXY: "http://[" },
      host: {},
      builds: {},
    },
    {
      what: "through OUTBOUND_PROXY, where the shell says nothing",
      outbound: { OUTBOUND_PROXY: proxy },
      host: { http: proxy, https: proxy },
      builds: { http: proxy, https: proxy },
    },
    {
      what: "through OUTBOUND_PROXY by containers, where the shell's is on this machine's loopback",
      environment: { HTTPS_PROXY: "http://127.0.0.1:3128" },
      outbound: { OUTBOUND_PROXY: proxy },
      host: { http: proxy, https: "http://127.0.0.1:3128" },
      builds: { http: proxy, https: proxy },
    },
    {
      what: "directly by containers, where the only proxy is on this machine's loopback",
      environment: { HTTPS_PROXY: "http://localhost:3128" },
      host: { https: "http://localhost:3128" },
      builds: {},
    },
  ];
  for (const { what, environment = {}, outbound, host, builds } of cases) {
    it(`is ${what}`, () => {
      const network = networkSettings(environment, outbound);

      expect(network.host).to.deep.equal({ ...host, except: loopback });
      expect(network.builds).to.deep.equal({ ...builds, except: loopback });
    });
  }

  it("is never through a proxy on this machine, whatever NO_PROXY forgets", () => {
    const environment = { HTTPS_PROXY: "http://a:1", NO_PROXY: "intranet.example, 10.0.0.0/8" };
    const { host } = networkSettings(environment, { OUTBOUND_NO_PROXY: "other.example" });
    const all = "intranet.example,10.0.0.0/8,other.example,localhost,127.0.0.1,::1";

    expect(proxyVariables(host)).to.deep.equal({
      HTTPS_PROXY: "http://a:1",
      https_proxy: "http://a:1",
      NO_PROXY: all,
      no_proxy: all,
    });
    expect(proxyVariables({ except: ["x"] })).to.deep.equal({});
  });
});

describe("what image builds are told of the network", () => {
  const scratch = scratchFolder();
  const path = (id: string): string => {
    const secret = buildSecrets.find((each) => each.id === id);
    if (!secret) throw new Error(`there is no secret ${id}`);
    return join(scratch.path, secret.file);
  };

  it("is a text that a shell reads, whatever is in a password", () => {
    const hostile = `http://a:p'"$(date)%20@proxy.example:1`;
    const network: NetworkSettings = {
      ...networkSettings({ PIP_INDEX_URL: "https://mirror.example/simple" }),
      builds: { https: hostile, except: loopback },
    };
    const script = `${shellVariables(network)}printf '%s|%s|%s' "$HTTPS_PROXY" "$no_proxy" "$PIP_INDEX_URL"`;

    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).to.equal(
      `${hostile}|localhost,127.0.0.1,::1|https://mirror.example/simple`,
    );
  });

  it("is in files that only their owner may read", () => {
    writeBuildSecrets(scratch.path, networkSettings({ HTTPS_PROXY: proxy }));

    expect(readFileSync(path("network"), "utf8")).to.include(proxy);
    expect(statSync(path("network")).mode & 0o077).to.equal(0);
    expect(readFileSync(path("ca-bundle"), "utf8")).to.include("BEGIN CERTIFICATE");
  });

  it("changes no image's tag, and is in nothing that the state keeps", () => {
    const images = (overrides: Record<string, string>) => {
      const { base, shared, services } = desiredWith(overrides).images;
      return [base.tag, ...shared.map(({ tag }) => tag), ...[...services.values()].map(imageName)];
    };

    expect(images({ OUTBOUND_PROXY: proxy })).to.deep.equal(images({}));
    expect(JSON.stringify(buildSecrets)).not.to.include("example");
  });
});

describe("the certificates of a company", () => {
  const scratch = scratchFolder();
  const own = "-----BEGIN CERTIFICATE-----\r\nb3du\r\n-----END CERTIFICATE-----\r\n";

  it("join the machine's, each once", () => {
    writeFileSync(join(scratch.path, "own.pem"), own + own);
    const alone = trustedCertificates(scratch.path, { certificates: ["/gone"] });
    const both = trustedCertificates(scratch.path, {
      certificates: ["own.pem"],
      companyCertificates: "own.pem",
    });

    expect(both).to.equal(`${alone}-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----\n`);
  });

  it("must be there where COMPANY_CA_FILE names them", () => {
    writeFileSync(join(scratch.path, "der"), "\x30\x82");
    for (const [file, why] of [
      ["der", "has no certificate"],
      ["gone", "can't be read"],
    ] as const) {
      const read = () =>
        trustedCertificates(scratch.path, { certificates: [], companyCertificates: file });
      expect(read).to.throw(StackError, why);
    }
  });
});

describe("services that call out", () => {
  const scratch = scratchFolder();
  const environmentOf = (overrides: Record<string, string>, name: string) =>
    desiredWith(overrides).containers.find(({ service }) => service === name)?.environment ?? {};

  it("get the proxy as a secret, and reach the stack's own services without it", () => {
    const environment = environmentOf(
      { OUTBOUND_PROXY: proxy, OUTBOUND_NO_PROXY: "a.b" },
      "litellm",
    );

    expect(environment["HTTPS_PROXY"]).to.deep.equal({ secret: proxy });
    expect(environment["https_proxy"]).to.deep.equal({ secret: proxy });
    const except = environment["NO_PROXY"] as string;
    expect(except.split(",")).to.include.members([
      "a.b",
      "127.0.0.1",
      "model",
      "phoenix",
      "embeddings",
    ]);
  });

  it("get it for what prepares their volumes, too: that goes through the shell's without it", () => {
    const [told] = desiredWith({ IMAGE_SOURCE: "registry", OUTBOUND_PROXY: proxy }).preparations;
    const [untold] = desiredWith({ IMAGE_SOURCE: "registry" }).preparations;

    expect(told?.environment["https_proxy"]).to.deep.equal({ secret: proxy });
    expect(untold?.environment).not.to.have.property("https_proxy");
    for (const { command = "" } of [told ?? {}, untold ?? {}]) {
      expect(command).to.include("--env https_proxy").and.not.to.include("s3cret");
    }
  });

  it("are the only ones that get it", () => {
    const stack = desiredWith({ OUTBOUND_PROXY: proxy });
    const told = stack.containers.filter(({ environment }) => "HTTPS_PROXY" in environment);

    expect(told.map(({ service }) => service)).to.have.members(["litellm", "searxng"]);
    expect(JSON.stringify(stack.containers.map(({ args }) => args))).not.to.include("s3cret");
    expect(JSON.stringify(stack.record)).not.to.include("s3cret");
  });

  it("get the company's certificates beside the public ones", () => {
    const file = join(scratch.path, "own.pem");
    writeFileSync(file, "-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----\n");
    const stack = desiredWith({ COMPANY_CA_FILE: file });
    const litellm = stack.containers.find(({ service }) => service === "litellm");
    const bundle = litellm?.args.uploads.find((upload) => upload.file === bundleInContainer);

    const content = bundle?.content as string;
    expect(content).to.include("b3du");
    expect(content.match(/BEGIN/g)).to.have.length.greaterThan(100);
    expect(litellm?.environment).to.include({ SSL_CERT_FILE: bundleInContainer });

    const [preparation] = desiredWith({
      IMAGE_SOURCE: "registry",
      COMPANY_CA_FILE: file,
    }).preparations;
    expect(preparation?.environment["COMPANY_CERTIFICATES"]).to.match(
      /^-----BEGIN CERTIFICATE-----\nb3du\n[^\n]*\n$/,
    );
  });

  it("are as they were where nothing is set", () => {
    const names = Object.keys(environmentOf({}, "litellm"));

    expect(names.filter((name) => /PROXY|CERT|CA_BUNDLE/i.test(name))).to.deep.equal([]);
  });
});

describe("SearXNG's settings", () => {
  const outbound = settingsWith({ OUTBOUND_PROXY: proxy, COMPANY_CA_FILE: "/own.pem" });

  it("have the proxy without its password, and the certificates", () => {
    const { outgoing } = parseYaml(
      settingsWithProxy("outgoing:\n  request_timeout: 4\n", outbound),
    ) as {
      outgoing: unknown;
    };

    expect(outgoing).to.deep.equal({
      request_timeout: 4,
      proxies: { "all://": ["http://proxy.example:3128"] },
      verify: bundleInContainer,
    });
  });

  it("keep what an operator wrote, and a file that is not YAML", () => {
    const own = "outgoing:\n  proxies: {}\n  verify: false\n";

    expect(parseYaml(settingsWithProxy(own, outbound))).to.deep.equal(parseYaml(own));
    expect(settingsWithProxy("a: [", outbound)).to.equal("a: [");
    expect(settingsWithProxy("outgoing:\n", outbound)).to.include("proxies");
  });

  it("stay to the byte where nothing is set", () => {
    const text = "# a comment\noutgoing:   {}\n";

    expect(settingsWithProxy(text, settingsWith())).to.equal(text);
  });
});
