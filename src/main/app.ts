import { randomBytes } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import type { Session } from '../shared/api/catalogue.ts';
import { MAX_UPLOAD_BYTES } from '../shared/api/weights.ts';
import { AcutanceError, type ProblemDescription } from '../shared/errors.ts';
import { dataFolder, importedWeightsFolder } from './inference/weights/data-folder.ts';
import { ProjectStore } from './project/project-store.ts';
import { ClipLibrary } from './render/clip-library.ts';
import { CutFinder } from './render/cut-finder.ts';
import { EngineClient } from './render/engine-client.ts';
import { EngineRenderService } from './render/engine-render-service.ts';
import type { EngineSpawner } from './render/engine-spawner.ts';
import { FileAccess } from './render/file-access.ts';
import { installedVersion, shippedWeightsFolder } from './render/installation.ts';
import { FrameService } from './render/frame-service.ts';
import { LookService } from './render/look-service.ts';
import { WeightLibrary } from './render/weight-library.ts';
import { WeightUploads } from './render/weight-uploads.ts';
import { EventLog } from './routes/event-log.ts';
import { FirstClip } from './routes/first-clip.ts';
import { type Logger, standardErrorLogger } from './routes/logger.ts';
import { installedNetworks, installedWeights } from './routes/networks-and-weights.ts';
import { PageFiles } from './routes/page-files.ts';
import { problemResponse } from './routes/problem-response.ts';
import { createRoutes } from './routes/routes.ts';
import { withSecurityHeaders } from './routes/security-headers.ts';
import type { Services } from './routes/services.ts';

export interface AppOptions {
  readonly host: Session['host'];
  /** Absolute paths of folders that the page may list and open. */
  readonly roots: readonly string[];
  /** A clip to begin with, absolute. */
  readonly openPath?: string | undefined;
  /** Where choices are kept; by default where imported weights are. */
  readonly dataFolder?: string | undefined;
  /** Where rendered frames are kept; by default the user's cache folder. */
  readonly cacheFolder?: string | undefined;
  /** The built page. */
  readonly pageFolder: string;
  /** How engines are started; by default as child processes of plain Node. */
  readonly engines?: EngineSpawner | undefined;
  readonly logger?: Logger | undefined;
  /** Whether answers are checked against their schemas; by default in tests and development. */
  readonly checkResponses?: boolean | undefined;
}

/** The whole product behind one function. */
export interface App {
  /** Answers every request, failures included. */
  fetch(request: Request): Promise<Response>;
  /** Opens a file or folder to the page that its user chose outside of it; a file need not exist yet. */
  grant(path: string): void;
  /** Asks the page to open a clip, and lets it. */
  requestOpen(path: string): void;
  /** Ends all streams, jobs and engines. */
  dispose(): Promise<void>;
}

/** Clips that may be opened again in a window whose user chose them in an earlier start. */
const REMEMBERED_CLIPS = 100;
/** A graph that is under way may end, so that the network stays loaded for the next look. */
const LOOK_GRACE_MS = 15_000;

/**
 * Builds the services and mounts the routes. Nothing heavy is loaded or started before it is asked for.
 *
 * @throws AcutanceError `output-unwritable` or `disk-full` when the cache folder can't be used.
 */
export function createApp(options: AppOptions): Promise<App> {
  const store = ProjectStore.open(options.dataFolder ?? dataFolder());
  return new Promise<App>((built) => built(buildApp(options, store))).catch((thrown: unknown) => {
    store.dispose();
    throw thrown;
  });
}

function buildApp(options: AppOptions, store: ProjectStore): App {
  const { host, roots, openPath, pageFolder, logger = standardErrorLogger } = options;
  const launch = randomBytes(8).toString('hex');
  const samplePath = join(shippedWeightsFolder(), 'sample.mp4');
  const access = new FileAccess([
    ...roots,
    samplePath,
    ...(openPath === undefined ? [] : [openPath]),
    ...(host === 'electron' ? store.recent(REMEMBERED_CLIPS).map(({ path }) => path) : []),
  ]);
  const { problem } = store;
  const events = new EventLog({ launch, standing: () => (problem ? [{ type: 'problem', problem }] : []) });
  const createEngine = () => new EngineClient({ spawn: options.engines });
  const decoder = createEngine();
  const frames = new FrameService(decoder, { onWanted: () => cuts.giveWay() });
  const render = new EngineRenderService({
    createEngine,
    cacheFolder: options.cacheFolder,
    weights: installedWeights,
    foundCuts: (clip) => cuts.known(clip),
  });
  const tell = (told: ProblemDescription) => events.emit({ type: 'problem', problem: told });
  const clips = new ClipLibrary({ reader: frames, store, access, samplePath, onProblem: tell });
  const cuts = new CutFinder({
    engine: createEngine(),
    store,
    locate: (clip) => clips.locate(clip),
    onChange: (clip, found) => events.emit({ type: 'cuts', clip, cuts: found }),
    onProblem: tell,
  });
  const looks = new LookService({
    engine: new EngineClient({ spawn: options.engines, graceMs: LOOK_GRACE_MS }),
    recipes: render,
  });
  const endEvents = render.onEvent((event) => events.emit(event));
  const weights = new WeightLibrary({
    createEngine,
    store: installedWeights,
    folder: importedWeightsFolder(),
    access,
    uploads: new WeightUploads(importedWeightsFolder(), MAX_UPLOAD_BYTES),
    onChange: () => events.emit({ type: 'weights' }),
  });
  const firstClip = new FirstClip(openPath);
  const services: Services = {
    facts: {
      launch,
      version: installedVersion(),
      host,
      platform: process.platform,
      roots: roots.map((root) => resolve(root)).map((path) => ({ path, name: basename(path) || path })),
      samplePath,
    },
    firstClip,
    store,
    access,
    clips,
    cuts,
    media: frames,
    render,
    looks,
    events,
    networks: installedNetworks,
    weights,
  };
  const answer = createRoutes(services, new PageFiles(pageFolder), {
    logger,
    checkResponses: options.checkResponses ?? process.env['NODE_ENV'] === 'test',
  });

  let disposed: Promise<void> | undefined;
  return {
    fetch: (request: Request) =>
      disposed ? Promise.resolve(withSecurityHeaders(problemResponse(ending()))) : answer(request),
    grant: (path: string) => access.grant(path),
    requestOpen: (path: string) => {
      access.grant(path);
      firstClip.ask(path);
      events.emit({ type: 'open', path });
    },
    dispose: () =>
      (disposed ??= (async () => {
        endEvents();
        await cuts.dispose();
        await looks.dispose();
        events.dispose();
        await Promise.all([
          frames.dispose().then(() => decoder.dispose()),
          render.dispose(),
          weights.dispose(),
        ]);
        store.dispose();
      })()),
  };
}

function ending(): AcutanceError {
  return new AcutanceError('cancelled', 'Acutance is ending.', { hint: 'Start it again.' });
}
