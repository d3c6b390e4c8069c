import { expect } from "chai";
import {
  type FailureKind,
  registryFailure,
  waitBeforeRetry,
} from "../../../../cli/docker/images/registry-failure.ts";

/** Messages of real engines: Docker 20.10 to 29, with its own store and containerd's, Docker Desktop. */
const messages: Readonly<Record<FailureKind, readonly string[]>> = {
  unreachable: [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: no such host',
    'Get "http://127.0.0.1:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused',
    'failed to resolve reference "ghcr.io/a/b:1": failed to do request: Head "https://ghcr.io/v2/a/b/manifests/1": dial tcp: lookup ghcr.io: no such host',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on [::1]:53: read udp [::1]:39232->[::1]:53: read: connection refused',
    'Get "https://ghcr.io/v2/": dial tcp 140.82.121.33:443: connect: network is unreachable',
    'Get "https://ghcr.io/v2/": dial tcp 140.82.121.33:443: connect: no route to host',
    'Get "https://ghcr.io/v2/": dial tcp 140.82.121.33:443: connect: permission denied',
    'Get "https://registry-1.docker.io/v2/": dial tcp 3.94.224.37:443: connectex: No connection could be made because the target machine actively refused it.',
  ],
  "rate-limit": [
    "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    "toomanyrequests: Too Many Requests. Please see https://docs.docker.com/docker-hub/download-rate-limit/",
    "toomanyrequests: retry-after: 985.86µs, allowed: 44000/minute",
    "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/a/b/manifests/sha256:7a54: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.",
    "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: \"Too many\"",
    "toomanyrequests: Rate exceeded",
  ],
  login: [
    "pull access denied for a/b, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'Head "https://registry.example.com/v2/a/b/manifests/1": no basic auth credentials',
    'Head "https://ghcr.io/v2/a/b/manifests/1": denied: denied',
    "unauthorized",
    'Head "https://registry-1.docker.io/v2/a/b/manifests/1": unauthorized: incorrect username or password',
    'failed to resolve reference "ghcr.io/a/b:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=x: 403 Forbidden',
    "unauthorized: authentication required",
    "Access to docker.io has been restricted by your administrators.",
    "denied",
  ],
  missing: [
    "manifest for ghcr.io/a/b:nope not found: manifest unknown: manifest unknown",
    "manifest unknown: manifest unknown",
    "name unknown: repository a/b not known to registry",
    "no matching manifest for linux/arm64/v8 in the manifest list entries",
    'failed to resolve reference "docker.io/a/b:nope": docker.io/a/b:nope: not found',
  ],
  proxy: [
    'Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused',
    'Get "https://registry-1.docker.io/v2/": proxyconnect tcp: dial tcp: lookup proxy.example.com: no such host',
    'Get "https://registry-1.docker.io/v2/": Proxy Authentication Required',
    "error parsing HTTP 407 response body: invalid character '<' looking for beginning of value",
  ],
  certificate: [
    'Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority',
    'Get "https://registry-1.docker.io/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    'Get "https://10.0.0.5:5000/v2/": http: server gave HTTP response to HTTPS client',
    'Get "https://ghcr.io/v2/": tls: unrecognized name',
  ],
  "no-answer": [
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'Get "https://registry-1.docker.io/v2/": dial tcp 3.94.224.37:443: i/o timeout',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 192.168.65.1:53: read udp 192.168.65.2:45941->192.168.65.1:53: i/o timeout',
    'Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout',
    'Get "https://registry-1.docker.io/v2/": context deadline exceeded',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: server misbehaving',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution',
    "no answer within 15 s",
  ],
  server: [
    "received unexpected HTTP status: 503 Service Unavailable",
    "received unexpected HTTP status: 500 Internal Server Error",
    "unexpected status from HEAD request to https://ghcr.io/v2/a/b/manifests/1: 502 Bad Gateway",
    "error parsing HTTP 504 response body: invalid character '<' looking for beginning of value",
  ],
  broken: [
    "unexpected EOF",
    'Get "https://registry-1.docker.io/v2/": EOF',
    "read tcp 10.0.0.4:51532->104.16.101.207:443: read: connection reset by peer",
    "failed to copy: httpReadSeeker: failed open: http2: server sent GOAWAY and closed the connection",
    "filesystem layer verification failed for digest sha256:1d13",
    "the registry stopped sending: nothing arrived for 5 min",
    "aborted",
  ],
  disk: [
    "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x: no space left on device",
  ],
  engine: [],
  unknown: ["something that nobody has read before"],
};

describe("the engine's words about a registry", () => {
  for (const [kind, texts] of Object.entries(messages)) {
    for (const text of texts) {
      it(`${kind}: ${text.slice(0, 90)}`, () => {
        expect(registryFailure(new Error(text)).kind).to.equal(kind);
      });
    }
  }

  it("are told from Docker itself being away, which is nothing of the registry's", () => {
    const error = Object.assign(new Error("connect ECONNREFUSED /var/run/docker.sock"), {
      syscall: "connect",
    });

    expect(registryFailure(error).kind).to.equal("engine");
  });

  it("are taken from the engine's answer, without what its client puts around it", () => {
    const error = Object.assign(new Error("(HTTP code 500) server error - denied "), {
      json: { message: "denied" },
    });

    expect(registryFailure(error).words).to.equal("denied");
  });

  it("are shown without passwords and signatures, in one line", () => {
    const { words } = registryFailure(
      new Error(
        'Get "https://me:secret@proxy.example.com/x": Get "https://layers.example.com/data?Expires=1&Signature=secret": EOF\n\nmore',
      ),
    );

    expect(words).to.equal(
      'Get "https://proxy.example.com/x": Get "https://layers.example.com/data": EOF more',
    );
  });
});

describe("another try", () => {
  const waitFor = (text: string, attempt = 1) =>
    waitBeforeRetry(registryFailure(new Error(text)), attempt);

  it("comes after what may pass by itself, later each time", () => {
    expect(waitFor("unexpected EOF")).to.equal(1000);
    expect(waitFor("unexpected EOF", 2)).to.equal(3000);
    expect(waitFor("received unexpected HTTP status: 503 Service Unavailable")).to.equal(1000);
    expect(waitFor("dial tcp 1.2.3.4:443: i/o timeout")).to.equal(1000);
  });

  it("never comes after what stays as it is", () => {
    for (const kind of [
      "unreachable",
      "login",
      "missing",
      "proxy",
      "certificate",
      "disk",
    ] as const) {
      for (const text of messages[kind]) expect(waitFor(text), text).to.equal(undefined);
    }
  });

  it("waits as long as a registry says, where it says so and it is not for hours", () => {
    expect(waitFor("toomanyrequests: retry-after: 985.86µs, allowed: 44000/minute")).to.equal(1000);
    expect(waitFor("toomanyrequests: retry-after: 2.5s, allowed: 9/minute")).to.equal(2500);
    expect(waitFor("toomanyrequests: retry-after: 1m5s")).to.equal(undefined);
    expect(waitFor("toomanyrequests: retry-after: 20")).to.equal(20_000);
    expect(waitFor("toomanyrequests: You have reached your pull rate limit.")).to.equal(undefined);
  });
});
