import { expect } from "chai";
import { checkImages, tagSources } from "../../../cli/deps/check-images.ts";
import { PackageRegistry } from "../../support/package-registry.ts";

describe("the check of image tags", () => {
  let registry: PackageRegistry;
  const { signal } = new AbortController();
  beforeEach(async () => {
    registry = new PackageRegistry();
    await registry.open();
  });
  afterEach(() => {
    registry.close();
  });
  const image = (name: string, tag: string) => ({
    [name]: { repository: `${registry.host}/team/${name}`, tag },
  });

  it("reads every page, and names the newest tag of the same kind", async () => {
    registry.pushTags("team/web", "v1.0.0", "v1.1.0", "v1.10.0", "v1.2.0", "latest");

    const [row] = await checkImages(image("web", "v1.1.0"), { mirrors: [], signal });

    expect(row).to.include({ state: "behind", pinned: "v1.1.0", newest: "v1.10.0" });
    expect(row?.todo).to.include("./stack images lock");
    expect(registry.asked).to.have.length(3);
  });

  it("fetches a token where one is wanted", async () => {
    registry.wantToken("for-anybody");
    registry.pushTags("team/web", "v1.0.0");

    const [row] = await checkImages(image("web", "v1.0.0"), { mirrors: [], signal });

    expect(row).to.include({ state: "current", newest: "v1.0.0" });
  });

  it("asks a mirror for what names no host", async () => {
    registry.pushTags("library/debian", "v2.0.0");
    const mirrors = [`http://${registry.host}`];
    const debian = { base: { repository: "debian", tag: "v1.0.0" } };

    const [row] = await checkImages(debian, { mirrors, signal });

    expect(row).to.include({ state: "behind", newest: "v2.0.0" });
    expect(tagSources("ghcr.io/a/b", mirrors)).to.deep.equal([
      { base: "https://ghcr.io", repository: "a/b" },
    ]);
  });

  it("says who did not answer, and why, and asks the others all the same", async () => {
    registry.pushTags("team/there", "v1.0.0");
    const images = {
      ...image("gone", "v1.0.0"),
      away: { repository: "127.0.0.1:9/team/away", tag: "v1.0.0" },
      ...image("there", "v1.0.0"),
    };

    const rows = await checkImages(images, { mirrors: [], signal });

    expect(rows.map(({ state }) => state)).to.deep.equal(["unanswered", "unanswered", "current"]);
    expect(rows[0]?.todo).to.include("404");
    expect(rows[1]?.todo).to.match(/ECONNREFUSED|bad port/);
  });

  it("asks two at a time at most", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) registry.pushTags(`team/${name}`, "v1.0.0");

    await checkImages(Object.assign({}, ...names.map((name) => image(name, "v1.0.0"))) as never, {
      mirrors: [],
      signal,
    });

    expect(registry.asked).to.have.length(6);
    expect(registry.mostAtOnce).to.be.at.most(2);
  });

  it("knows that a tag without a version moves by its digest", async () => {
    const [row] = await checkImages(image("base", "bookworm-slim"), { mirrors: [], signal });

    expect(row).to.include({ state: "current" });
    expect(row?.todo).to.include("./stack images lock");
    expect(registry.asked).to.deep.equal([]);
  });
});
