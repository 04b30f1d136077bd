/** The desktop application: Electron, and what it needs to know before it is ready. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as electron from 'electron';
import { createApp } from '../app.ts';
import { installationFolder } from '../render/installation.ts';
import { APP_ID, APP_NAME } from './electron/application-id.ts';
import { SCHEME_PRIVILEGES } from './electron/app-scheme.ts';
import { Desktop } from './electron/desktop.ts';

const { app, protocol } = electron;
const installation = fileURLToPath(installationFolder());

app.enableSandbox();
app.setName(APP_NAME);
if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
protocol.registerSchemesAsPrivileged([SCHEME_PRIVILEGES]);

// Not awaited: Electron is not ready before this module has come to its end.
void new Desktop({
  electron,
  createApp,
  pageFolder: join(installation, 'out/renderer'),
  preload: join(installation, 'out/preload/bridge.cjs'),
  icon: process.platform === 'linux' ? join(installation, 'resources/icons/512x512.png') : undefined,
  platform: process.platform,
  // An installed program is started by its own name, `electron` with the folder of the application before the rest.
  parameters: process.argv.slice(app.isPackaged ? 1 : 2),
  workingFolder: process.cwd(),
  defects: process,
}).start();
