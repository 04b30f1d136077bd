import { z } from 'zod';
import { recentClipSchema } from '../../../shared/api/clip.ts';
import { PAGE_ADDRESS } from './app-scheme.ts';

export interface RecentClipsOptions {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Called with the paths, newest first, when they have changed. */
  readonly onChange: (paths: readonly string[]) => void;
  /** Called with a path that was opened just now. */
  readonly onOpened: (path: string) => void;
}

/** The clips of the `Open Recent` menu, as the application remembers them. */
export class RecentClips {
  readonly #options: RecentClipsOptions;
  #paths: readonly string[] | undefined;

  constructor(options: RecentClipsOptions) {
    this.#options = options;
  }

  get paths(): readonly string[] {
    return this.#paths ?? [];
  }

  /** Asks the application for its list. A list that can't be had leaves the menu as it is. */
  async refresh(): Promise<void> {
    const response = await this.#options.fetch(new Request(`${PAGE_ADDRESS}api/recent`));
    if (!response.ok) return;
    const list = z.array(recentClipSchema).safeParse(await response.json());
    if (!list.success) return;
    const before = this.#paths;
    const now = list.data.filter(({ available }) => available).map(({ path }) => path);
    if (before?.join('\0') === now.join('\0')) return;
    this.#paths = now;
    this.#options.onChange(now);
    if (before !== undefined && now[0] !== undefined && now[0] !== before[0]) this.#options.onOpened(now[0]);
  }

  /** Passes requests on to the application and follows the list when a clip was opened. */
  readonly watch = async (request: Request): Promise<Response> => {
    const response = await this.#options.fetch(request);
    const opensClip = request.method === 'POST' && new URL(request.url).pathname === '/api/clips';
    if (opensClip && response.ok) void this.refresh().catch(() => undefined);
    return response;
  };
}
