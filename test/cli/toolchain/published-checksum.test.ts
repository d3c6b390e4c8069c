import { expect } from "chai";
import { checksumIn } from "../../../cli/toolchain/published-checksum.ts";

describe("a published checksum", () => {
  const sha1 = "a".repeat(40);
  const sha256 = "B".repeat(64);
  const sha512 = "c".repeat(128);

  it("is the archive's own line, in the algorithm that its length says", () => {
    const list = `${sha256}  other.tar.gz\n${sha256} *mine.tar.gz\r\n${sha512}  long.zip\n`;

    expect(checksumIn(list, "mine.tar.gz")).to.deep.equal({
      algorithm: "sha256",
      hex: "b".repeat(64),
    });
    expect(checksumIn(list, "long.zip")?.algorithm).to.equal("sha512");
  });

  it("is found in what shasum wrote of ./*, as for the bridged plugins", () => {
    expect(checksumIn(`${sha1}  ./mine.tar.gz\n`, "mine.tar.gz")).to.deep.equal({
      algorithm: "sha1",
      hex: sha1,
    });
  });

  it("is none in a list of others, in a page, and at an unknown length", () => {
    expect(checksumIn(`${sha256}  mine.tar.gz.asc\n`, "mine.tar.gz")).to.equal(undefined);
    expect(checksumIn("<html>mine.tar.gz</html>", "mine.tar.gz")).to.equal(undefined);
    expect(checksumIn("abc123  mine.tar.gz", "mine.tar.gz")).to.equal(undefined);
  });
});
