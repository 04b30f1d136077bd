import type { DesktopBridge } from '../shared/desktop-bridge.ts';

declare global {
  interface Window {
    /** Present in the desktop window only. */
    readonly acutanceDesktop?: DesktopBridge;
  }
}
