import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import { DownloadUnavailable, judge, Passing } from "../../../cli/toolchain/transfer-failure.ts";

describe("a failed transfer", () => {
  const url = new URL("https://get.pulumi.com/releases/sdk/a.tar.gz");
  const failed = (code: string, more: object = {}) =>
    Object.assign(new Error(`it failed: ${code}`), { code, ...more });

  it("is a closed network only before the server has answered", () => {
    const atFirst = judge(url, failed("ECONNREFUSED"), true);
    expect(atFirst).to.be.instanceOf(DownloadUnavailable).with.property("closed").that.equals(true);

    expect(judge(url, failed("ECONNREFUSED"), false)).to.be.instanceOf(Passing);
  });

  it("is an error that names NODE_EXTRA_CA_CERTS where a certificate is not trusted", () => {
    for (const code of [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "CERT_HAS_EXPIRED",
    ]) {
      expect(judge(url, failed(code), true), code)
        .to.be.instanceOf(StackError)
        .with.property("remedy")
        .that.contains("NODE_EXTRA_CA_CERTS");
    }
  });

  it("names another way only where its caller knows one", () => {
    const expired = (...otherWay: string[]) =>
      expect(judge(url, failed("CERT_HAS_EXPIRED"), true, ...otherWay))
        .to.be.instanceOf(StackError)
        .with.property("remedy");

    expired().that.matches(/root certificate\.$/);
    expired("Or build it.").that.matches(/root certificate\. Or build it\.$/);
  });

  it("is the disk's own error where the disk is full", () => {
    const full = failed("ENOSPC", { syscall: "write" });

    expect(judge(url, full, false)).to.equal(full);
  });

  it("is worth another try where the connection broke", () => {
    for (const code of ["ECONNRESET", "UND_ERR_SOCKET", "EPIPE"]) {
      expect(judge(url, failed(code), true), code).to.be.instanceOf(Passing);
    }
  });
});
