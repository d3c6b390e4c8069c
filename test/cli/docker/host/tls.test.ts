import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { explicitHost } from "../../../../cli/docker/host/explicit-host.ts";
import { findAmong } from "../../../../cli/docker/host/find-docker-host.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

describe("an engine behind TLS", () => {
  const folder = scratchFolder();
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    for (const name of ["DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"]) {
      Reflect.deleteProperty(process.env, name);
    }
  });

  /** A folder as DOCKER_CERT_PATH wants it: an authority, and its own certificate for 127.0.0.1. */
  function certificates(name: string): string {
    const place = join(folder.path, name);
    mkdirSync(place);
    const openssl = (...words: string[]) =>
      execFileSync("openssl", words, { cwd: place, stdio: "ignore" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/CN=${name}`);
    openssl("req", ...key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=engine");
    writeFileSync(join(place, "names"), "subjectAltName=IP:127.0.0.1\n");
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    openssl("x509", "-req", "-in", "request.pem", ...authority, "-out", "cert.pem");
    return place;
  }

  async function listen(place: string): Promise<string> {
    const read = (file: string) => readFileSync(join(place, file));
    const options = { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
    server = createServer(
      { ...options, requestCert: true, rejectUnauthorized: true },
      (_request, response) => response.end('{"Version":"29.0.0","ApiVersion":"1.52"}'),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** As in a process that was started so: the Docker client reads these variables too. */
  async function found(DOCKER_HOST: string, DOCKER_CERT_PATH: string) {
    const environment = { DOCKER_HOST, DOCKER_CERT_PATH, DOCKER_TLS_VERIFY: "1" };
    Object.assign(process.env, environment);
    return findAmong(explicitHost(environment, folder.path), []);
  }

  it("is asked with the certificate of DOCKER_CERT_PATH", async () => {
    const place = certificates("ours");

    const host = await found(await listen(place), place);

    expect(host).to.deep.include({ engineVersion: "29.0.0", certificates: place });
  });

  it("is refused in words where another authority signed, or a file is missing", async () => {
    const host = await listen(certificates("theirs"));
    const other = certificates("others");
    const empty = join(folder.path, "empty");
    mkdirSync(empty);

    for (const place of [other, empty]) {
      const error: unknown = await found(host, place).catch((reason: unknown) => reason);

      expect(error).to.be.instanceOf(StackError);
      expect((error as StackError).message).to.include(host);
      expect((error as StackError).remedy).to.include("ca.pem");
    }
  });
});
