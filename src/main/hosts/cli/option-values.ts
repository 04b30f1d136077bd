import { InvalidArgumentError } from 'commander';
import { AcutanceError } from '../../../shared/errors.ts';
import {
  ENSEMBLE_COUNTS,
  LAYER_COUNTS,
  MAX_STAGES,
  type EnsembleCount,
  type LayerCount,
} from '../../../shared/settings.ts';
import { isFrameTime, parseTime } from '../../../shared/time.ts';
import type { ClipTime, CutPlace, CutSetting } from '../../../shared/settings.ts';

/** Readers of option values; what they refuse is explained by the argument parser together with the option's name. */

/** Smaller tiles cost more at their borders than they save. */
const MIN_TILE = 64;
const MAX_PORT = 65535;

function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

/** A path as it was typed; an empty one, often an unset shell variable, would mean the current folder. */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** One of several paths, each checked as it comes. */
export function parsePaths(text: string, before: readonly string[] = []): string[] {
  return [...before, parsePath(text)];
}

/** A port of this machine; 0 is any free one. */
export function parsePort(text: string): number {
  const port = parseWhole(text);
  if (port > MAX_PORT) throw new InvalidArgumentError(`It must be 0 to ${MAX_PORT}.`);
  return port;
}

export function parseEnsemble(text: string): EnsembleCount {
  const count = ENSEMBLE_COUNTS.find((each) => String(each) === text);
  if (count === undefined) throw new InvalidArgumentError(`It must be one of ${ENSEMBLE_COUNTS.join(', ')}.`);
  return count;
}

export function parseLayers(text: string): LayerCount {
  const count = LAYER_COUNTS.find((each) => String(each) === text);
  if (count === undefined) throw new InvalidArgumentError(`It must be one of ${LAYER_COUNTS.join(', ')}.`);
  return count;
}

export function parseStages(text: string): number {
  const stages = parseWhole(text);
  if (stages < 1 || stages > MAX_STAGES) throw new InvalidArgumentError(`It must be 1 to ${MAX_STAGES}.`);
  return stages;
}

/** A percentage, with or without its sign, as the fraction that settings hold. */
export function parseStrength(text: string): number {
  const percent = /^(\d{1,3}(?:\.\d+)?)\s?%?$/.exec(text.trim())?.[1];
  if (percent === undefined || Number(percent) > 100)
    throw new InvalidArgumentError('It must be 0 to 100 (percent).');
  return Number(percent) / 100;
}

/** `detect`, `none`, or frames (`12f`) and seconds, separated by commas. */
export function parseCuts(text: string): CutSetting {
  if (text === 'detect' || text === 'none') return text;
  return text.split(',').map(parsePlace);
}

/** A frame by its number (`12f`), or a time in seconds. */
export function parsePlace(text: string): CutPlace {
  const frame = /^(\d{1,9})f$/.exec(text.trim())?.[1];
  if (frame !== undefined) return Number(frame);
  if (!isFrameTime(text)) {
    try {
      return parseTime(text);
    } catch {
      // What it says of timecodes does not hold here.
    }
  }
  throw new InvalidArgumentError(
    `"${text}" is neither a frame (12f) nor a time in seconds (3.5) or minutes (1:02.5).`,
  );
}

/** Names separated by commas. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('A name is empty.');
  return names;
}

export function parseTile(text: string): number {
  const tile = parseWhole(text);
  if (tile < MIN_TILE) throw new InvalidArgumentError(`It must be at least ${MIN_TILE} pixels.`);
  return tile;
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count < 1) throw new InvalidArgumentError('It must be at least 1.');
  return count;
}

/** A seed: a whole number from 0. */
export function parseSeed(text: string): number {
  return parseWhole(text);
}

/** A number of frames, or the smallest and the largest such as `38..44`. */
export function parseFrameRange(text: string): { readonly from: number; readonly to: number } {
  const [, from = '', to = from] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  if (from === '' || range.from < 1) {
    throw new InvalidArgumentError('It must be a number of frames, or two such as 38..44.');
  }
  if (range.to < range.from) throw new InvalidArgumentError('The first number must not be the larger one.');
  return range;
}

export function parseBoolean(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new InvalidArgumentError('It must be true or false.');
}

/** Seconds become an exact time at once; frames and timecodes wait for the clip's frame rate. */
export function parseTimeOption(text: string): ClipTime | string {
  if (isFrameTime(text)) return text.trim();
  try {
    return parseTime(text);
  } catch (error) {
    const { message, hint } = AcutanceError.from(error);
    throw new InvalidArgumentError(hint === undefined ? message : `${message} ${hint}`);
  }
}
