import type { Device, Network, Session } from '../../shared/api/catalogue.ts';
import type { RecentClip } from '../../shared/api/clip.ts';
import type { ServerEvent } from '../../shared/api/events.ts';
import type { DesktopBridge } from '../../shared/desktop-bridge.ts';
import { UnreachableError, type Client } from '../api/client.ts';
import type { Connection, EventSourceOfPage } from '../api/event-stream.ts';
import { uploadWeights, type Upload } from '../api/upload.ts';
import { LookInside, decodePng } from '../looks/look-inside.svelte.ts';
import { ModelImports } from '../models/model-imports.svelte.ts';
import { ClipView } from './clip-view.svelte.ts';
import { Jobs } from './jobs.svelte.ts';
import { Problems } from './problems.svelte.ts';
import type { Sound } from './sound.svelte.ts';
import { Viewport } from './viewport.svelte.ts';

/** The dialogs of the page; at most one is open. */
export type DialogName = 'open' | 'export' | 'models' | 'shortcuts' | 'about';

export interface WorkspaceParts {
  readonly client: Client;
  readonly events: EventSourceOfPage;
  readonly sound: Sound;
  /** Stands in for sending files in tests. */
  readonly upload?: Upload | undefined;
  /** Present in the desktop window only. */
  readonly bridge?: DesktopBridge | undefined;
}

/** Seconds of the sample that a first start deblurs by itself. */
const FIRST_SECONDS = 2;

/** Everything that the page shows; one per page. */
export class Workspace {
  readonly client: Client;
  readonly bridge: DesktopBridge | undefined;
  readonly sound: Sound;
  readonly jobs: Jobs;
  readonly models: ModelImports;
  readonly looks: LookInside<ImageBitmap>;
  readonly problems = new Problems();
  readonly viewport = new Viewport();
  readonly #events: EventSourceOfPage;
  #session = $state.raw<Session | undefined>();
  #networks = $state.raw<readonly Network[]>([]);
  #devices = $state.raw<readonly Device[] | undefined>();
  #recent = $state.raw<readonly RecentClip[]>([]);
  #clip = $state.raw<ClipView | undefined>();
  #opening = $state.raw<string | undefined>();
  /** Saved by another window while a clip, perhaps this one, was being opened. */
  #earlyChoices: Extract<ServerEvent, { type: 'choices' }> | undefined;
  #connection = $state<Connection>('connecting');
  #dialog = $state<DialogName | undefined>();
  #announcement = $state('');
  #openAborter: AbortController | undefined;
  #begun: Promise<void> = Promise.resolve();
  #resets = 0;
  #endNotices: (() => void) | undefined;

  constructor({ client, events, sound, bridge, upload = uploadWeights }: WorkspaceParts) {
    this.client = client;
    this.bridge = bridge;
    this.sound = sound;
    this.#events = events;
    this.models = new ModelImports({ client, upload, announce: (text) => this.announce(text) });
    this.looks = new LookInside({
      client,
      networks: () => this.#networks,
      clip: () => this.#clip,
      decode: decodePng,
    });
    this.jobs = new Jobs(client, (job) => {
      const what = job.kind === 'export' ? 'Export' : 'Deblurring';
      const ends = { done: 'done', failed: 'failed', cancelled: 'cancelled', queued: '', running: '' };
      this.announce(`${what} of ${job.clipName} ${ends[job.state]}`);
    });
  }

  /** Undefined until the server has answered for the first time. */
  get session(): Session | undefined {
    return this.#session;
  }

  get networks(): readonly Network[] {
    return this.#networks;
  }

  /** Undefined while they are being tried out, which takes seconds. */
  get devices(): readonly Device[] | undefined {
    return this.#devices;
  }

  get recent(): readonly RecentClip[] {
    return this.#recent;
  }

  get clip(): ClipView | undefined {
    return this.#clip;
  }

  /** The path of the clip that is being opened. */
  get opening(): string | undefined {
    return this.#opening;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get dialog(): DialogName | undefined {
    return this.#dialog;
  }

  /** What a screen reader is to say now. */
  get announcement(): string {
    return this.#announcement;
  }

  /** Asks for everything, opens the clip of the start and listens from then on. */
  async start(): Promise<void> {
    this.#events.open({
      onConnection: (connection) => {
        if (connection === 'reconnecting') this.announce('The connection is lost. Trying again.');
        this.#connection = connection;
      },
      onEvent: (event) => this.#take(event),
    });
    this.#endNotices = this.bridge?.onNotice((message) => this.problems.add({ code: 'internal', message }));
    this.#begun = this.#begin();
    await this.#begun;
  }

  /** Opens a clip in place of the one on the screen, which stays when this fails; the problem is told. */
  async openPath(path: string): Promise<void> {
    this.#openAborter?.abort();
    const aborter = new AbortController();
    this.#openAborter = aborter;
    this.#opening = path;
    try {
      const info = await this.client.openClip({ body: { path }, signal: aborter.signal });
      if (aborter.signal.aborted) return;
      this.#clip?.dispose();
      this.#clip = new ClipView(info, {
        client: this.client,
        jobs: this.jobs,
        viewport: this.viewport,
        sound: this.sound,
        report: (thrown) => this.report(thrown),
      });
      if (this.#earlyChoices?.clip === info.id) this.#clip.receiveChoices(this.#earlyChoices.choices);
      this.#earlyChoices = undefined;
      this.viewport.setPicture({ width: info.displayWidth, height: info.displayHeight });
      this.viewport.fit();
      this.#dialog = undefined;
      this.announce(`${info.name} is open, ${info.frames} frames.`);
      void this.#reporting(async () => (this.#recent = await this.client.recentClips()));
    } catch (thrown) {
      if (!aborter.signal.aborted) this.report(thrown);
    } finally {
      if (this.#openAborter === aborter) this.#opening = undefined;
    }
  }

  /** Lets the user choose a clip: with the system's dialog where there is one, else with the page's own. */
  async chooseClip(): Promise<void> {
    if (!this.bridge) {
      this.showDialog('open');
      return;
    }
    const [path] = await this.bridge.chooseClips();
    if (path !== undefined) await this.openPath(path);
  }

  showDialog(name: DialogName): void {
    this.#clip?.transport.pause();
    this.#dialog = name;
  }

  closeDialog(): void {
    this.#dialog = undefined;
  }

  /** Asks anew which weights there are. @throws AcutanceError when that can't be had */
  async refreshModels(): Promise<void> {
    const [networks] = await Promise.all([this.client.networks(), this.models.refresh()]);
    this.#networks = networks;
  }

  /** Starts deblurring the clip's range for the screen; a problem is told. */
  async deblur(): Promise<void> {
    const clip = this.#clip;
    if (!clip || (clip.previewJob && !clip.previewIsOutdated)) return;
    await this.#reporting(() => clip.startPreview());
  }

  /** Stops the clip's preview, or else the newest job. */
  async cancel(): Promise<void> {
    const job = this.#clip?.previewJob ?? this.jobs.active.at(-1);
    if (job) await this.#reporting(() => this.jobs.cancel(job.id));
  }

  /** Tells a problem on the screen; what ends by itself (aborted, server away) is not one. */
  report(thrown: unknown): void {
    if (thrown instanceof UnreachableError && this.#connection !== 'connected') return;
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
    this.problems.add(thrown);
  }

  /** Has a screen reader say something. */
  announce(text: string): void {
    this.#announcement = text;
  }

  dispose(): void {
    this.#events.close();
    this.#endNotices?.();
    this.models.dispose();
    this.looks.dispose();
    this.#openAborter?.abort();
    this.#clip?.dispose();
  }

  async #begin(): Promise<void> {
    await this.#refresh();
    const session = this.#session;
    if (!session || this.#clip) return;
    const path = session.openPath ?? (session.firstStart ? session.samplePath : undefined);
    if (path === undefined) return;
    await this.openPath(path);
    if (session.firstStart) await this.#deblurSample();
  }

  async #reporting(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.report(thrown);
    }
  }

  /** A first start shows what this is about without a click. */
  async #deblurSample(): Promise<void> {
    const clip = this.#clip;
    if (!clip?.info.sample) return;
    const to = clip.transport.times.indexAt(FIRST_SECONDS) + 1;
    await this.#reporting(() => clip.startPreview({ from: 0, to }));
  }

  /** Asks for everything that a page can't do without; each part comes in when it is there. */
  async #refresh(): Promise<void> {
    await Promise.all([
      this.#reporting(async () => (this.#session = await this.client.session())),
      this.#reporting(async () => (this.#networks = await this.client.networks())),
      this.#reporting(async () => (this.#recent = await this.client.recentClips())),
      this.#reporting(() => this.jobs.refresh()),
    ]);
    void this.#reporting(async () => (this.#devices = await this.client.devices()));
  }

  #take(event: ServerEvent): void {
    switch (event.type) {
      case 'reset':
        void this.#startAnew(event.launch);
        return;
      case 'job':
        this.jobs.apply(event.job);
        return;
      case 'job-removed':
        this.jobs.forget(event.job);
        return;
      case 'rendered':
      case 'evicted':
        if (event.clip === this.#clip?.info.id) {
          this.#clip.receiveRendered(event.type, event.recipe, event.range);
        }
        return;
      case 'choices':
        if (event.clip === this.#clip?.info.id) this.#clip.receiveChoices(event.choices);
        else if (this.#opening !== undefined) this.#earlyChoices = event;
        return;
      case 'cuts':
        if (event.clip === this.#clip?.info.id) this.#clip.sceneCuts.receive(event.cuts);
        return;
      case 'devices':
        this.#devices = event.devices;
        void this.#clip?.refreshRecipe();
        return;
      case 'weights':
        void this.#reporting(() => this.refreshModels());
        void this.#clip?.refreshRecipe();
        return;
      case 'open':
        void this.openPath(event.path);
        return;
      case 'problem':
        this.problems.add(event.problem);
        return;
    }
  }

  /** Something was missed: all is asked for anew, while the screen keeps what it shows. */
  async #startAnew(launch: string): Promise<void> {
    const isFirst = ++this.#resets === 1;
    await this.#begun;
    if (!this.#session) {
      // The server was not there when the page was.
      this.#begun = this.#begin();
      return;
    }
    const restarted = this.#session.launch !== launch;
    // The first event of the first stream says nothing that was not asked for just now, but another window may have
    // changed the clip's choices between the answer and the stream.
    if (isFirst && !restarted) {
      await this.#refreshChoices();
      return;
    }
    await this.#refresh();
    const clip = this.#clip;
    if (!clip) return;
    // A new process has opened nothing yet.
    if (restarted) {
      await this.#reporting(() => this.client.openClip({ body: { path: clip.info.path } }));
    }
    await this.#refreshChoices();
    await Promise.all([clip.refreshRecipe(), clip.sceneCuts.ask()]);
  }

  async #refreshChoices(): Promise<void> {
    const clip = this.#clip;
    if (!clip) return;
    await this.#reporting(async () => {
      const info = await this.client.clip({ params: { clip: clip.info.id } });
      clip.receiveChoices(info.choices);
    });
  }
}
