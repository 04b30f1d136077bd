import type { MenuCommand } from '../../shared/desktop-bridge.ts';
import type { ClipView } from '../state/clip-view.svelte.ts';
import type { ViewMode } from '../state/viewport.svelte.ts';
import type { Workspace } from '../state/workspace.svelte.ts';
import type { Keys } from './keys.ts';

/** Commands that only the keyboard has: a menu would be too long with them. */
export type KeyCommand =
  | 'shuttle-forward'
  | 'shuttle-backward'
  | 'pause'
  | 'next-frames'
  | 'previous-frames'
  | 'loop'
  | 'mute'
  | 'toggle-before-after'
  | 'look-toggle'
  | 'look-next'
  | 'previous-cut'
  | 'next-cut'
  | 'add-cut'
  | 'remove-cut'
  | 'undo-cuts';
export type CommandId = MenuCommand | KeyCommand;

export type CommandGroup = 'Clip' | 'Playback' | 'Range' | 'Scene cuts' | 'View' | 'Help';

/** One thing the user can do, for keys, menus, buttons and the list of shortcuts alike. */
export interface Command {
  readonly id: CommandId;
  readonly label: string;
  readonly group: CommandGroup;
  /** Any of these; the first is the one that is shown. */
  readonly keys: readonly Keys[];
  readonly enabled: (workspace: Workspace) => boolean;
  readonly run: (workspace: Workspace) => void;
  /** Whether holding the key down repeats it. */
  readonly repeats?: boolean;
}

const always = () => true;

function onClip(
  id: CommandId,
  group: CommandGroup,
  label: string,
  keys: readonly Keys[],
  run: (clip: ClipView, workspace: Workspace) => void,
  extra: { readonly repeats?: boolean; readonly enabled?: (clip: ClipView) => boolean } = {},
): Command {
  return {
    id,
    group,
    label,
    keys,
    enabled: ({ clip }) => clip !== undefined && (extra.enabled?.(clip) ?? true),
    run: (workspace) => {
      if (workspace.clip) run(workspace.clip, workspace);
    },
    ...(extra.repeats === undefined ? {} : { repeats: extra.repeats }),
  };
}

const REPEATS = { repeats: true };

function view(mode: ViewMode, label: string, key: Keys): Command {
  return onClip(`view-${mode}`, 'View', label, [key], ({ viewport }) => (viewport.mode = mode));
}

/** Everything that can be done, in the order in which it is listed. */
export const COMMANDS: readonly Command[] = [
  {
    id: 'open',
    group: 'Clip',
    label: 'Open clip',
    keys: ['Mod+O'],
    enabled: always,
    run: (workspace) => void workspace.chooseClip(),
  },
  onClip('deblur', 'Clip', 'Deblur the range', ['Mod+Enter'], (_clip, workspace) => void workspace.deblur(), {
    enabled: (clip) =>
      clip.recipe !== undefined &&
      (clip.previewJob === undefined || clip.previewIsOutdated) &&
      clip.renderedInWorkRange < clip.workRange.to - clip.workRange.from,
  }),
  {
    id: 'cancel',
    group: 'Clip',
    label: 'Stop the job',
    keys: ['Mod+.'],
    enabled: ({ jobs }) => jobs.active.length > 0,
    run: (workspace) => void workspace.cancel(),
  },
  onClip('export', 'Clip', 'Export', ['Mod+E'], (_clip, workspace) => workspace.showDialog('export')),

  {
    id: 'models',
    group: 'Clip',
    label: 'Models and their weights',
    keys: ['Mod+Shift+M'],
    enabled: always,
    run: (workspace) => workspace.showDialog('models'),
  },

  onClip('play-pause', 'Playback', 'Play or pause', ['Space'], ({ transport }) => transport.toggle()),
  onClip('shuttle-backward', 'Playback', 'Play backwards; again for faster', ['J'], ({ transport }) =>
    transport.shuttle(-1),
  ),
  onClip('pause', 'Playback', 'Pause; with J or L: play slowly', ['K'], ({ transport }) => transport.pause()),
  onClip('shuttle-forward', 'Playback', 'Play; again for faster', ['L'], ({ transport }) =>
    transport.shuttle(1),
  ),
  onClip('previous-frame', 'Playback', 'One frame back', ['ArrowLeft'], stepBy(-1), REPEATS),
  onClip('next-frame', 'Playback', 'One frame on', ['ArrowRight'], stepBy(1), REPEATS),
  onClip('previous-frames', 'Playback', 'Ten frames back', ['Shift+ArrowLeft'], stepBy(-10), REPEATS),
  onClip('next-frames', 'Playback', 'Ten frames on', ['Shift+ArrowRight'], stepBy(10), REPEATS),
  onClip('go-to-start', 'Playback', 'Go to the start', ['Home'], ({ transport }) => transport.goToStart()),
  onClip('go-to-end', 'Playback', 'Go to the end', ['End'], ({ transport }) => transport.goToEnd()),
  onClip('loop', 'Playback', 'Loop over the range', ['Mod+L'], ({ transport }) => {
    transport.loop = !transport.loop;
  }),
  onClip(
    'mute',
    'Playback',
    'Sound on or off',
    ['M'],
    ({ transport: { sound } }) => (sound.muted = !sound.muted),
    { enabled: ({ transport }) => transport.hasSound },
  ),

  onClip('mark-in', 'Range', 'Set the in point', ['I'], (clip) => clip.markIn()),
  onClip('mark-out', 'Range', 'Set the out point', ['O'], (clip) => clip.markOut()),
  onClip('clear-range', 'Range', 'Clear in and out point', ['X'], (clip) => clip.clearRange(), {
    enabled: (clip) => clip.range !== null,
  }),

  onClip(
    'previous-cut',
    'Scene cuts',
    'Go to the cut before',
    ['ArrowUp'],
    ({ transport, sceneCuts }) => transport.seek(sceneCuts.before(transport.index)),
    REPEATS,
  ),
  onClip(
    'next-cut',
    'Scene cuts',
    'Go to the next cut',
    ['ArrowDown'],
    ({ transport, sceneCuts }) => transport.seek(sceneCuts.after(transport.index)),
    REPEATS,
  ),
  onClip(
    'add-cut',
    'Scene cuts',
    'Cut before this frame',
    ['C'],
    ({ transport, sceneCuts }) => sceneCuts.add(transport.index),
    { enabled: ({ transport, sceneCuts }) => sceneCuts.canAdd(transport.index) },
  ),
  onClip(
    'remove-cut',
    'Scene cuts',
    'Remove the cut before this frame',
    ['Shift+C'],
    ({ transport, sceneCuts }) => sceneCuts.remove(transport.index),
    { enabled: ({ transport, sceneCuts }) => sceneCuts.canRemove(transport.index) },
  ),
  onClip(
    'undo-cuts',
    'Scene cuts',
    'Undo the change of cuts',
    ['Mod+Z'],
    ({ sceneCuts }) => sceneCuts.undo(),
    {
      enabled: ({ sceneCuts }) => sceneCuts.canUndo,
    },
  ),

  view('before', 'Show before', '1'),
  view('after', 'Show after', '2'),
  view('wipe', 'Wipe', '3'),
  view('side-by-side', 'Side by side', '4'),
  onClip('toggle-before-after', 'View', 'Switch between before and after', ['B'], ({ viewport }) => {
    viewport.mode = viewport.mode === 'before' ? 'after' : 'before';
  }),
  onClip('look-toggle', 'View', 'Look inside the network', ['V'], (_clip, { looks }) => looks.toggle()),
  onClip('look-next', 'View', 'Look at the next thing inside', ['Shift+V'], (_clip, { looks }) =>
    looks.chooseNext(),
  ),
  onClip('zoom-fit', 'View', 'Zoom to fit', ['F', 'Mod+0'], ({ viewport }) => viewport.fit()),
  onClip('zoom-actual', 'View', 'Zoom to 100 %', ['A', 'Mod+1'], ({ viewport }) => viewport.actualSize()),
  onClip(
    'zoom-in',
    'View',
    'Zoom in',
    ['+', '=', 'Mod++', 'Mod+='],
    ({ viewport }) => viewport.zoomIn(),
    REPEATS,
  ),
  onClip('zoom-out', 'View', 'Zoom out', ['-', 'Mod+-'], ({ viewport }) => viewport.zoomOut(), REPEATS),

  {
    id: 'shortcuts',
    group: 'Help',
    label: 'Keyboard shortcuts',
    keys: ['?', 'F1'],
    enabled: always,
    run: (workspace) => workspace.showDialog('shortcuts'),
  },
  {
    id: 'about',
    group: 'Help',
    label: 'About Acutance',
    keys: [],
    enabled: always,
    run: (workspace) => workspace.showDialog('about'),
  },
];

function stepBy(frames: number): (clip: ClipView) => void {
  return ({ transport }) => transport.step(frames);
}

const BY_ID = new Map(COMMANDS.map((command) => [command.id, command]));
const BY_KEYS = new Map(COMMANDS.flatMap((command) => command.keys.map((keys) => [keys, command] as const)));

export function commandOf(id: CommandId): Command {
  const command = BY_ID.get(id);
  if (!command) throw new TypeError(`There is no command "${id}".`);
  return command;
}

export function commandOfKeys(keys: Keys): Command | undefined {
  return BY_KEYS.get(keys);
}

/** Does it if it makes sense now; says whether it did. */
export function runCommand(command: Command, workspace: Workspace): boolean {
  if (!command.enabled(workspace)) return false;
  command.run(workspace);
  return true;
}
