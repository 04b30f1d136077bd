import type { Session } from '../../shared/api/catalogue.ts';
import type { ProjectStore } from '../project/project-store.ts';
import type { ClipLibrary } from '../render/clip-library.ts';
import type { CutFinder } from '../render/cut-finder.ts';
import type { FileAccess } from '../render/file-access.ts';
import type { LookService } from '../render/look-service.ts';
import type { RenderService } from '../render/render-service.ts';
import type { WeightLibrary } from '../render/weight-library.ts';
import type { EventLog } from './event-log.ts';
import type { FirstClip } from './first-clip.ts';
import type { NetworksAndWeights } from './networks-and-weights.ts';

export interface ImageOptions {
  /** `raw`: rows of R, G, B, A bytes from the top; `packed`: the same, to be unpacked by whoever shows it. */
  readonly format: 'raw' | 'packed' | 'png' | 'jpeg';
  /** Scaled down to at most this many pixels. */
  readonly maxWidth?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A picture for the screen, upright; size in pixels. */
export interface Image {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Pictures and sound of files, by a decoder in a process of its own. */
export interface MediaService {
  /** @throws AcutanceError `usage` where there is no such frame, the `input-` codes, `engine-died`, `cancelled`. */
  frame(path: string, index: number, options: ImageOptions): Promise<Image>;
  /** The sound as a WAV file, which `readSound` reads from; undefined for a clip without sound. */
  sound(
    path: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly bytes: number } | undefined>;
  /** Bytes `from <= index < to` of that file. */
  readSound(
    path: string,
    from: number,
    to: number,
    options: { readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
}

/** What does not change while the program runs. */
export type SessionFacts = Omit<Session, 'firstStart' | 'openPath'>;

/** What the routes answer with. */
export interface Services {
  readonly facts: SessionFacts;
  readonly firstClip: FirstClip;
  readonly store: ProjectStore;
  readonly access: FileAccess;
  readonly clips: ClipLibrary;
  readonly cuts: Pick<CutFinder, 'find' | 'stop'>;
  readonly media: MediaService;
  readonly render: RenderService;
  readonly looks: Pick<LookService, 'remember' | 'look'>;
  readonly events: EventLog;
  readonly networks: NetworksAndWeights;
  readonly weights: Pick<WeightLibrary, 'describe' | 'receive' | 'discard' | 'import' | 'remove'>;
}
