/** The preload script of the desktop window: puts the bridge where the page finds it. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { makeBridge } from './make-bridge.ts';

contextBridge.exposeInMainWorld('acutanceDesktop', makeBridge({ ipc: ipcRenderer, webUtils }));
