import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { chatAddress } from "../support/chat-address.ts";
import { ForwardedPort } from "../support/forwarded-port.ts";
import {
  type Account,
  addPerson,
  administrator,
  firstWordsIn,
  type OpenPages,
  openPages,
  picture,
  signIn,
} from "../support/open-webui-page.ts";
import { systemStack } from "../support/system-stack.ts";

const ada: Account = { email: "ada@example.test", password: "adas own password" };
const phone = 390;

describe("Open WebUI for more than one person, in a real Chromium", () => {
  let pages: OpenPages;
  let own: string;
  let forwarded: ForwardedPort;
  let website: Server;
  let elsewhere: string;
  let cookieElsewhere: string | undefined;

  before(async function () {
    this.timeout(15 * 60_000);
    own = systemStack().url("open-webui");
    const { host, port } = new URL(own);
    forwarded = await ForwardedPort.open(Number(port));
    website = createServer(({ headers }, response) => {
      cookieElsewhere ??= headers.cookie;
      response.setHeader("content-type", "text/html").end("<title>Another page</title>");
    }).listen(0, "127.0.0.1");
    await once(website, "listening");
    elsewhere = `127.0.0.1:${(website.address() as AddressInfo).port}`;
    pages = await openPages({
      [new URL(chatAddress).hostname]: host,
      // A name that its owner has pointed at this machine.
      "rebound.example.test": host,
      "website.example.test": elsewhere,
    });
  });
  after(async () => {
    await pages.close();
    forwarded.close();
    website.close();
  });

  async function chatAs(account: Account, address: string, width?: number): Promise<string> {
    const context = await pages.other(width);
    const page = await context.newPage();
    await signIn(page, account, address);
    const answer = await firstWordsIn(page, "Say hello.");
    await picture(page, width === phone ? "person-on-a-phone" : "person");
    await context.close();
    return answer;
  }

  it("the administrator adds a person", async () => {
    const page = await pages.context.newPage();
    await signIn(page);
    await addPerson(page, ada);
    await picture(page, "people");

    expect(await page.getByText(ada.email).count()).to.equal(1);
  });

  it("that person sees the model, and a chat is answered", async () => {
    expect(await chatAs(ada, own)).to.match(/\w/);
  });

  it("so is one through a forwarded port, on a screen of a phone's width", async () => {
    expect(await chatAs(ada, `http://localhost:${forwarded.port}`, phone)).to.match(/\w/);
  });

  it("so is one under a domain that OPENWEBUI_ADDRESSES names", async () => {
    expect(await chatAs(ada, chatAddress)).to.match(/\w/);
  });

  it("opens its socket for its own page only", async () => {
    const outcomes: Record<string, unknown> = {};
    const page = await pages.context.newPage();
    const addresses = [own, `http://${elsewhere}`, "http://website.example.test"];
    for (const address of addresses) {
      await page.goto(address, { waitUntil: "domcontentloaded" });
      outcomes[address] = await opensSocket(page, own);
    }

    expect(outcomes).to.deep.equal({
      [own]: true,
      [`http://${elsewhere}`]: false,
      "http://website.example.test": false,
    });
  });

  it("answers another page nothing, though the browser sends its cookie along", async () => {
    const page = await pages.context.newPage();
    await page.goto(own, { waitUntil: "domcontentloaded" });
    expect(await read(page, own)).to.include(administrator().email);

    // The same host on another port: to the browser the same site, so the cookie goes with it.
    await page.goto(`http://${elsewhere}`, { waitUntil: "domcontentloaded" });
    expect(cookieElsewhere).to.include("token=");
    expect(await read(page, own)).to.equal("refused");
  });

  it("says what to set to whoever opens it under a name that it does not know", async () => {
    const page = await pages.context.newPage();
    const response = await page.goto("http://rebound.example.test", {
      waitUntil: "domcontentloaded",
    });

    expect(response?.status()).to.equal(403);
    expect(await page.innerText("body")).to.include("OPENWEBUI_ADDRESSES");
  });
});

function opensSocket(page: Page, address: string): Promise<boolean> {
  return page.evaluate(
    (url) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => {
          resolve(true);
        };
        socket.onerror = () => {
          resolve(false);
        };
      }),
    `${address.replace("http", "ws")}/ws/socket.io/?EIO=4&transport=websocket`,
  );
}

function read(page: Page, address: string): Promise<string> {
  return page.evaluate(
    (url) =>
      fetch(url, { credentials: "include" }).then(
        (response) => response.text(),
        () => "refused",
      ),
    `${address}/api/v1/auths/`,
  );
}
