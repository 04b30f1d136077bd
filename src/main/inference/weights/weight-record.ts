import type { NetworkOptions } from '../../../networks/network.ts';
import { AcutanceError } from '../../../shared/errors.ts';
import { LAYER_COUNTS } from '../../../shared/settings.ts';

/** One set of weights that can be used, without its values. */
export interface WeightRecord {
  /** A short name for shipped weights, the SHA-256 for imported ones. */
  readonly id: string;
  readonly source: 'shipped' | 'imported';
  readonly network: string;
  readonly size: string;
  /** The variant, of a network that has some. */
  readonly options?: NetworkOptions;
  /** The file with the values, a safetensors file, and its length in bytes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What a person knows them by: the id of shipped weights, the name of the file that was imported. */
  readonly name: string;
  /** Where they are from, in words. */
  readonly origin: string;
  /** A note on what may be done with them; absent where nothing is known. */
  readonly licence?: string;
  readonly attribution?: string;
  /** When they were imported, ISO 8601. */
  readonly imported?: string;
  /** The convention of the warps they were trained with (PyTorch's `align_corners`). */
  readonly alignCorners: boolean;
  /** Measurements of shipped weights, as they were published with them. */
  readonly figures?: unknown;
}

/** Reads `align_corners` out of a weight file's metadata: `true` where it says nothing. */
export function alignCornersOf(metadata: Readonly<Record<string, string>>, label: string): boolean {
  const text = metadata['align_corners']?.toLowerCase();
  if (text === undefined || text === 'true') return true;
  if (text === 'false') return false;
  throw new AcutanceError('weights-unreadable', `${label} has align_corners "${text}" in its metadata`, {
    hint: 'It must be "true" or "false".',
  });
}

/** Plain JSON data, checked field by field; every complaint names the file. */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #label: string;

  constructor(value: unknown, label: string) {
    this.#label = label;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#damaged('is not a JSON object');
    }
    this.#fields = value as Record<string, unknown>;
  }

  #damaged(what: string): AcutanceError {
    return new AcutanceError('weights-unreadable', `${this.#label} ${what}`, {
      hint: 'Install or import these weights again.',
    });
  }

  text(key: string): string {
    const value = this.#fields[key];
    if (typeof value !== 'string' || value === '') throw this.#damaged(`has no valid "${key}"`);
    return value;
  }

  optionalText(key: string): string | undefined {
    return this.#fields[key] === undefined ? undefined : this.text(key);
  }

  count(key: string): number {
    const value = this.#fields[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.#damaged(`has no valid "${key}"`);
    }
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#fields[key];
    if (typeof value !== 'boolean') throw this.#damaged(`has no valid "${key}"`);
    return value;
  }

  /** The variant of a network: `{ "options": { "layers": 3 } }`. */
  variant(): { readonly options?: NetworkOptions } {
    const value = this.#fields['options'];
    if (value === undefined) return {};
    const layers = LAYER_COUNTS.find((count) => count === new JsonFields(value, this.#label).raw('layers'));
    if (layers === undefined) throw this.#damaged('has no valid "layers"');
    return { options: { layers } };
  }

  list(key: string): readonly unknown[] {
    const value = this.#fields[key];
    if (!Array.isArray(value)) throw this.#damaged(`has no valid "${key}"`);
    return value;
  }

  sha256(key: string): string {
    const value = this.text(key);
    if (!/^[0-9a-f]{64}$/.test(value)) throw this.#damaged(`has no valid "${key}"`);
    return value;
  }

  /** The name of a file in the same folder, never a path. */
  fileName(key: string): string {
    const value = this.text(key);
    if (/[\\/]/.test(value) || value === '..') throw this.#damaged(`has a path for "${key}"`);
    return value;
  }

  raw(key: string): unknown {
    return this.#fields[key];
  }

  version(supported: number): void {
    if (this.#fields['version'] !== supported) {
      throw this.#damaged(`has version ${String(this.#fields['version'])}, this program knows ${supported}`);
    }
  }
}

/** Parses JSON text, with the file's name in the complaint. */
export function parseJson(text: string, label: string): JsonFields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AcutanceError('weights-unreadable', `${label} is not valid JSON`, {
      hint: 'Install or import these weights again.',
      cause,
    });
  }
  return new JsonFields(value, label);
}
