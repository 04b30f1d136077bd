import './api/no-eval.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { createClient } from './api/client.ts';
import { EventStream } from './api/event-stream.ts';
import './design/base.css';
import { followDesktopMenu } from './shortcuts/desktop-menu.ts';
import { Keyboard } from './shortcuts/keyboard.ts';
import { Sound } from './state/sound.svelte.ts';
import { Workspace } from './state/workspace.svelte.ts';
import { Theme } from './theme/theme.svelte.ts';
import { FrameFetcher } from './viewer/frame-fetcher.ts';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app.');

const bridge = window.acutanceDesktop;
const workspace = new Workspace({
  client: createClient(),
  events: new EventStream(),
  sound: new Sound(new Audio()),
  bridge,
});
// The first questions are on their way before the page is built.
void workspace.start();
new Keyboard(workspace).listen(window);
if (bridge) followDesktopMenu(bridge, workspace);
mount(App, { target, props: { workspace, theme: new Theme(), fetcher: new FrameFetcher() } });
