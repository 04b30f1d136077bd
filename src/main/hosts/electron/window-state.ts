import { readFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { DESKTOP_THEMES } from '../../../shared/desktop-bridge.ts';
import { replaceFile } from './replace-file.ts';

const stateSchema = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).optional(),
  maximised: z.boolean().default(false),
  theme: z.enum(DESKTOP_THEMES).default('system'),
});

/** How the window was left; `bounds` are those it has when it is not maximised. */
export type WindowState = z.output<typeof stateSchema>;

export const MINIMUM_SIZE = { width: 900, height: 560 } as const;
const DEFAULT_SIZE = { width: 1440, height: 900 } as const;
/** So much of the title bar must be on a display that the window can be taken hold of. */
const GRIP = { width: 120, height: 40 } as const;

/**
 * Where to put the window: where it was, if it can be reached there on the displays of today, no larger than the
 * display it is mostly on; otherwise in the middle of the first.
 * @param workAreas of the displays, the primary one first; at least one
 */
export function placeWindow(bounds: Rectangle | undefined, workAreas: readonly Rectangle[]): Rectangle {
  const primary = workAreas[0]!;
  if (bounds) {
    const titleBar = { ...bounds, height: GRIP.height };
    const home = workAreas
      .map((area) => ({ area, shared: overlap(titleBar, area) }))
      .filter(({ shared }) => shared.width >= GRIP.width && shared.height >= GRIP.height / 2)
      .sort((a, b) => b.shared.width - a.shared.width)[0];
    if (home) return fitted(bounds, home.area);
  }
  const width = Math.min(bounds?.width ?? DEFAULT_SIZE.width, primary.width);
  const height = Math.min(bounds?.height ?? DEFAULT_SIZE.height, primary.height);
  return {
    x: primary.x + Math.round((primary.width - width) / 2),
    y: primary.y + Math.round((primary.height - height) / 2),
    width,
    height,
  };
}

function fitted(bounds: Rectangle, area: Rectangle): Rectangle {
  return {
    ...bounds,
    width: Math.min(Math.max(bounds.width, MINIMUM_SIZE.width), area.width),
    height: Math.min(Math.max(bounds.height, MINIMUM_SIZE.height), area.height),
  };
}

function overlap(a: Rectangle, b: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  };
}

/** Remembers a window's state in a file. A file that can't be read is a first start: nothing of worth is in it. */
export class WindowStateFile {
  readonly #path: string;
  #state: WindowState;

  constructor(path: string) {
    this.#path = path;
    this.#state = read(path);
  }

  get state(): WindowState {
    return this.#state;
  }

  /**
   * Changes a part of the state and saves it.
   * @throws if the file can't be written
   */
  save(change: Partial<WindowState>): void {
    this.#state = { ...this.#state, ...change };
    replaceFile(this.#path, JSON.stringify(this.#state));
  }
}

function read(path: string): WindowState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return stateSchema.parse({});
  }
}
