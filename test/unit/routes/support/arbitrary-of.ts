import fc from 'fast-check';
import type { z } from 'zod';

/** The parts of a schema's definition that say what it takes. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}

const WEIRD = [
  '',
  '..',
  '\0',
  '🦋',
  'a\nb',
  '"',
  "'",
  '%2e%2e',
  '\u202E',
  'cafe\u0301',
  '__proto__',
  '-1',
  'null',
];

/** Texts of all kinds, of which a schema takes some. */
const texts = fc.oneof(fc.constantFrom(...WEIRD), fc.string(), fc.string({ unit: 'binary', maxLength: 40 }));

/**
 * Values that a schema takes.
 *
 * @param known - values for fields of a name, where nothing made up would lead anywhere (ids, paths).
 */
export function arbitraryOf(
  schema: z.ZodType,
  known: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<unknown> {
  return candidates(schema, known).filter((value) => schema.safeParse(value).success);
}

function candidates(
  schema: z.ZodType,
  known: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<unknown> {
  const definition = schema.def as unknown as Definition;
  const inner = () => candidates(definition.innerType!, known);
  switch (definition.type) {
    case 'object': {
      const shape = Object.entries(definition.shape ?? {});
      const fields = shape.map(([name, field]) => [name, known[name] ?? arbitraryOf(field, known)] as const);
      const required = shape.filter(([, field]) => !field.safeParse(undefined).success).map(([name]) => name);
      return fc.record(Object.fromEntries(fields), { requiredKeys: required });
    }
    case 'string': {
      const pattern = patternOf(schema);
      return pattern ? fc.stringMatching(pattern) : texts;
    }
    case 'number':
      return fc.oneof(
        fc.integer({ min: 0, max: 8 }),
        fc.constantFrom(16, 64, 100, 16384, 0.5),
        fc.integer({ min: 0 }),
      );
    case 'boolean':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(definition.values ?? []));
    case 'nullable':
      return fc.oneof(fc.constant(null), inner());
    case 'optional':
    case 'readonly':
    case 'default':
      return inner();
    case 'array':
      return fc.array(candidates(definition.element!, known), { maxLength: 5 });
    case 'union':
      return fc.oneof(...(definition.options ?? []).map((option) => candidates(option, known)));
    default:
      throw new Error(`There is no arbitrary for a schema of type ${definition.type}.`);
  }
}

/** The first regular expression that a text must match. */
function patternOf(schema: z.ZodType): RegExp | undefined {
  const { bag } = schema._zod as unknown as { readonly bag: { readonly patterns?: Iterable<RegExp> } };
  return [...(bag.patterns ?? [])][0];
}

/** A value with one part of it replaced by something else, which the schema does not take any more. */
export function spoiled(schema: z.ZodType, valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const junk = fc.oneof(
    fc.jsonValue(),
    texts,
    fc.constantFrom(null, -1, 1e300, [], {}, 'x'.repeat(5000), '\0', 1.5, '1e9', true),
  );
  return fc
    .oneof(
      junk,
      fc.tuple(valid, junk, fc.nat()).map(([value, replacement, place]) => {
        if (typeof value !== 'object' || value === null) return replacement;
        const names = Object.keys(value);
        const name = names[place % Math.max(1, names.length)] ?? 'path';
        return { ...value, [name]: replacement };
      }),
      fc.tuple(valid, fc.nat()).map(([value, place]) => {
        const fields = Object.entries(value ?? {});
        return Object.fromEntries(fields.filter((_, index) => index !== place % Math.max(1, fields.length)));
      }),
    )
    .filter((value) => !schema.safeParse(value).success);
}
