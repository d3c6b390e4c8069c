import { expect } from "chai";
import { readableLine } from "../../../cli/docker/readable-line.ts";

const head = { level: 30, time: 1_764_400_000_000, pid: 1, hostname: "agent", reqId: "req-1" };

describe("a line of a log, for people", () => {
  it("has of a request its method, path, status and time", () => {
    const line = { ...head, method: "POST", route: "/v1/agent", statusCode: 200, ms: 812 };
    expect(readableLine(JSON.stringify(line))).to.equal("POST /v1/agent 200 in 812 ms");
  });

  it("has a level where it is more than news, the message, and an error's message", () => {
    const err = { type: "Error", message: "connection refused", stack: "Error: …\n  at x" };
    expect(readableLine(JSON.stringify({ ...head, level: 40, err, msg: "not yet" }))).to.equal(
      "warn not yet err=connection refused",
    );
    const unsaid = { type: "TypeError", stack: "", cause: { code: "ECONNREFUSED" } };
    expect(readableLine(JSON.stringify({ ...head, err: unsaid, msg: "later" }))).to.equal(
      "later err=TypeError ECONNREFUSED",
    );
    expect(readableLine('{"level":"ERROR","message":"it failed"}')).to.equal("error it failed");
  });

  it("has few fields, on one line, and says that there are more", () => {
    const fields = { a: 1, b: "two\nlines", c: [3], d: null, e: true, f: 6 };
    expect(readableLine(JSON.stringify({ ...head, msg: "x", ...fields }))).to.equal(
      "x a=1 b=two lines c=[3] d=null e=true …",
    );
  });

  it("is as it was where it is not JSON, without what would colour or move the terminal", () => {
    expect(readableLine("\u001B[32mINFO\u001B[0m: started")).to.equal("INFO: started");
    expect(readableLine("{ not JSON")).to.equal("{ not JSON");
    expect(readableLine("[1]")).to.equal("[1]");
  });
});
