import type { Weights } from '../../shared/api/catalogue.ts';
import { formatBytes, formatMoment } from '../design/format.ts';

/** Digits of a hash that tell weights apart in practice; the command line takes as many. */
const SHOWN_DIGITS = 12;

export function shortHash({ hash }: Pick<Weights, 'hash'>): string {
  return hash.slice(0, SHOWN_DIGITS);
}

/** Where weights are from, when they came and how large they are: `Imported 20 Nov, 12:04 · 65.1 MB`. */
export function weightsFacts({ source, importedAt, bytes, options }: Weights, now: number): string {
  const came =
    source === 'shipped'
      ? 'Came with Acutance'
      : importedAt === undefined
        ? 'Imported'
        : `Imported ${formatMoment(importedAt, now)}`;
  const only = options?.layers === undefined ? '' : ` · ${layersText(options.layers)}`;
  return `${came} · ${formatBytes(bytes)}${only}`;
}

/** What may be done with them, as far as is known. */
export function licenceText({ licence }: Pick<Weights, 'licence'>): string {
  return licence ?? 'Licence not noted';
}

const WEIGHTS = /\.(?:safetensors|pth|pt|pytorch|ckpt|pth\.tar)$/i;

/** Whether a file's name looks like that of weights. */
export function looksLikeWeights(name: string): boolean {
  return WEIGHTS.test(name);
}

/** `2 layers`: what weights of ARVo are for. */
export function layersText(layers: number): string {
  return layers === 1 ? '1 layer' : `${layers} layers`;
}
