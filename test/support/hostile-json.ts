import fc from "fast-check";

/** Pieces that parsers, databases and browsers have stumbled over. */
const pieces = fc.constantFrom(
  "\0",
  "\ud800",
  "\udfff",
  "\uFFFF",
  "\u202E",
  "\u2028",
  "😀",
  "é",
  "'; DROP TABLE runs; --",
  '"',
  "\\u0000",
  "\r\n\r\n",
  "data: [DONE]\n\n",
  "__proto__",
  "constructor",
  "</data>",
  "null",
);

/** Text as a model, a tool or a client may send it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 6 })
      .map((all) => all.join("")),
  },
  // A B-tree row takes 2.7 kB.
  { weight: 1, arbitrary: fc.nat(8000).map((length) => "é".repeat(length)) },
);

/** Numbers that JSON can have, of which few are counts. */
export const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1.5, -1, 3e9, 2 ** 53, -0, 1e308, 5e-324),
);

/** Any JSON value: what `JSON.parse` can give. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom(null, true, false),
        hostileNumber,
        hostileText,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(hostileText, tie("value"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value,
  },
  { weight: 1, arbitrary: fc.oneof(levels(50, 600, 30), levels(600, 30_000, 1)).map(nested) },
);

/** The deepest are the slowest, and few are enough. */
function levels(min: number, max: number, weight: number) {
  return { weight, arbitrary: fc.integer({ min, max }) };
}

function nested(levels: number): unknown {
  return JSON.parse(`${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`);
}

/** A value like this one, with hostile JSON in a few of its places, or without them. */
export function mutated(valid: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(valid);
  const change = fc.tuple(fc.constantFrom(...places), fc.option(hostileJson, { nil: undefined }));
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((value, [place, part]) => replaced(value, place, part), valid),
    );
}

type Place = readonly (string | number)[];

function placesOf(value: unknown, place: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [place];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const parts = keys.flatMap((key) =>
    placesOf((value as Record<string | number, unknown>)[key], [...place, key]),
  );
  return [place, ...parts];
}

function replaced(value: unknown, [key, ...rest]: Place, part: unknown): unknown {
  if (key === undefined) return part;
  if (typeof value !== "object" || value === null) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
    string,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, part);
  return copy;
}
