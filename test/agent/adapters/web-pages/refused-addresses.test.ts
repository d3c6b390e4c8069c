import { expect } from "chai";
import { failureOf, publicAddress, webSite, type WebSite } from "../../../support/web-site.ts";

const notPublic = "The address is not public.";

/** Every way to write an internal address, and what is said to it. */
const refused: Readonly<Record<string, readonly string[]>> = {
  [notPublic]: [
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://%31%32%37.0.0.1/",
    "http://127。0。0。1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http:127.0.0.1",
    "http:\\\\127.0.0.1\\",
    "http:////127.0.0.1//",
    "http://127.0.0.1\t/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::127.0.0.1]/",
    "http://[::7f00:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:0:7f00:1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[2606:4700::5efe:127.0.0.1]/",
    "http://[2606:4700::200:5efe:10.0.0.1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://a.localhost/",
    "http://postgres/",
    "http://litellm./",
    "http://metadata.google.internal/",
    "http://host.docker.internal/",
    "http://printer.local/",
    "http://router.home.arpa/",
  ],
  "The address is not a URL.": [
    "",
    "no address",
    "//example.com/",
    "http://",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://[::1%25lo]/",
    "http://127.0.0.256/",
    "http://1.2.3.4.5/",
    "http://0x100000000/",
    "http://example.com%00.evil/",
    "http://exa mple.com/",
    `http://example.com/${"x".repeat(5000)}`,
  ],
  "Only http and https addresses can be fetched.": [
    "ftp://example.com/",
    "file:///etc/passwd",
    "data:text/html,hello",
    "javascript:1",
    "gopher://127.0.0.1:6379/_INFO",
    "ws://example.com/",
    "blob:http://example.com/x",
  ],
  "Only ports 80 and 443 can be fetched from.": [
    "http://example.com:8080/",
    "http://example.com:6333/",
    "https://example.com:22/",
    "http://example.com:0/",
  ],
  "An address with a user name or a password is not fetched.": [
    "http://user@example.com/",
    "http://user:word@example.com/",
    "http://:word@example.com/",
    "http://example.com@127.0.0.1/",
  ],
};

describe("an address that a page may not have", () => {
  let site: WebSite;
  before(async () => {
    site = await webSite((_request, response) => response.end("reached"));
  });
  after(() => site.close());
  const never = new AbortController().signal;

  for (const [message, addresses] of Object.entries(refused)) {
    it(`is refused before anybody is asked: ${message}`, async () => {
      for (const address of addresses) {
        const failure = await failureOf(site.pages().fetch(address, never));

        expect(failure, address.slice(0, 80)).to.equal(message);
      }
      expect(site.connections).to.deep.equal([]);
      expect(site.lookedUp).to.deep.equal([]);
    });
  }
});

describe("a name", () => {
  let site: WebSite;
  afterEach(() => site.close());
  const never = new AbortController().signal;
  const hello = (
    _request: unknown,
    response: { setHeader: (...pair: [string, string]) => unknown; end: (text: string) => unknown },
  ) => {
    response.setHeader("content-type", "text/plain");
    response.end("hello");
  };

  it("that leads to an internal address is refused, without a word about which", async () => {
    const own = [
      "10.1.2.3",
      "::1",
      "::ffff:10.0.0.1",
      "fe80::1%eth0",
      "2002:a00:1::",
      "nonsense",
      "",
    ];
    site = await webSite(hello, { "rebound.example.com": own.map((address) => [address]) });

    for (const address of own) {
      const failure = await failureOf(site.pages().fetch("http://rebound.example.com/", never));
      expect(failure, address).to.equal(notPublic);
    }
    expect(site.lookedUp).to.have.length(own.length);
    expect(site.connections).to.deep.equal([]);
  });

  it("with one public address and one that is not is refused", async () => {
    site = await webSite(hello, {
      "a.example.com": [[publicAddress, "192.168.0.1"]],
      "b.example.com": [["fd00::1", publicAddress]],
    });

    for (const name of ["a", "b"]) {
      const failure = await failureOf(site.pages().fetch(`http://${name}.example.com/`, never));
      expect(failure).to.equal(notPublic);
    }
    expect(site.connections).to.deep.equal([]);
  });

  it("is looked up once: what it leads to a moment later is not connected to", async () => {
    site = await webSite(hello, { "rebinding.example.com": [[publicAddress], ["127.0.0.1"]] });

    const page = await site.pages().fetch("http://rebinding.example.com/", never);
    const again = await failureOf(site.pages().fetch("http://rebinding.example.com/", never));

    expect(page.text).to.equal("hello");
    expect(again).to.equal(notPublic);
    expect(site.connections).to.deep.equal([`${publicAddress}:80`]);
    expect(site.lookedUp).to.have.length(2);
  });

  it("reaches the Internet's addresses of both kinds, and DNS64's for them", async () => {
    const addresses = ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"];
    site = await webSite(hello, { "example.com": addresses.map((address) => [address]) });

    while (site.lookedUp.length < addresses.length) {
      await site.pages().fetch("http://example.com/", never);
    }
    for (const literal of ["http://134744072/", "http://[2606:4700:4700::1111]/"]) {
      await site.pages().fetch(literal, never);
    }

    expect(site.connections).to.deep.equal(
      [...addresses, "8.8.8.8", "2606:4700:4700::1111"].map((address) => `${address}:80`),
    );
  });

  it("that nobody knows is said to be unknown", async () => {
    site = await webSite(hello);
    const { dnsLookUp } = await import("../../../../agent/adapters/web-pages/look-up.ts");
    const nobody = dnsLookUp(["127.0.0.1:1"]);

    const failure = await failureOf(
      site.pages({ lookUp: nobody }).fetch("http://example.com/", never),
    );

    expect(failure).to.equal("The address's name cannot be found.");
    expect(site.connections).to.deep.equal([]);
  });
});

describe("a redirect", () => {
  let site: WebSite;
  afterEach(() => site.close());
  const never = new AbortController().signal;
  const to = (location: string, status = 302) =>
    webSite((_request, response) => response.writeHead(status, { location }).end("moved"), {
      "own.example.com": [["172.18.0.5"]],
    });

  const targets: readonly [string, string][] = [
    ["http://127.0.0.1/", notPublic],
    ["//2130706433/", notPublic],
    ["http://[::ffff:a9fe:a9fe]/", notPublic],
    ["http://qdrant/", notPublic],
    ["http://own.example.com/", notPublic],
    ["file:///etc/passwd", "Only http and https addresses can be fetched."],
    ["http://example.com:6333/", "Only ports 80 and 443 can be fetched from."],
    ["http://me:word@example.com/", "An address with a user name or a password is not fetched."],
    ["http://[", "The address is not a URL."],
  ];
  for (const [target, message] of targets) {
    it(`to ${target} is checked like the first address`, async () => {
      site = await to(target);

      expect(await failureOf(site.pages().fetch("http://example.com/", never))).to.equal(message);
      expect(site.connections).to.deep.equal([`${publicAddress}:80`]);
    });
  }

  it("is followed five times, and no more", async () => {
    site = await to("/again", 308);

    const failure = await failureOf(site.pages().fetch("http://example.com/", never));

    expect(failure).to.equal("The page redirects more than 5 times.");
    expect(site.connections).to.have.length(6);
  });

  it("from https to http is not followed", async () => {
    site = await to("http://example.com/");

    const failure = await failureOf(site.pages().fetch("https://example.com/", never));

    expect(failure).to.equal("The page redirects from https to http, which is not followed.");
    expect(site.connections).to.deep.equal([`${publicAddress}:443`]);
  });

  it("takes neither cookies nor the first address along, and is where the page is from", async () => {
    const asked: (readonly [string | undefined, readonly string[]])[] = [];
    site = await webSite((request, response) => {
      asked.push([request.headers.host, Object.keys(request.headers).sort()]);
      if (request.url === "/start?key=1") {
        response.writeHead(301, { location: "http://b.example.com/end", "set-cookie": "a=b" });
        response.end();
      } else response.writeHead(200, { "content-type": "text/plain" }).end("there");
    });

    const page = await site.pages().fetch("http://a.example.com/start?key=1", never);

    expect(page).to.deep.include({ url: "http://b.example.com/end", text: "there" });
    const plain = ["accept", "accept-encoding", "connection", "host", "user-agent"];
    expect(asked).to.deep.equal([
      ["a.example.com", plain],
      ["b.example.com", plain],
    ]);
  });
});
