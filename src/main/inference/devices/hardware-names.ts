import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const PCI_VENDORS: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1af4': 'virtio',
  '0x106b': 'Apple',
};

/** Names of the graphics processors the system knows of, best guess first; empty when it tells nothing. */
export async function graphicsNames(): Promise<readonly string[]> {
  switch (process.platform) {
    case 'linux':
      return [...nvidiaNames(), ...linuxRenderNodes()];
    case 'win32':
      return outputLines('powershell.exe', [
        '-NoProfile',
        '-Command',
        '(Get-CimInstance Win32_VideoController).Name',
      ]);
    case 'darwin':
      return parseSystemProfiler(
        (await outputLines('system_profiler', ['SPDisplaysDataType', '-json'])).join('\n'),
      );
    default:
      return [];
  }
}

/** NVIDIA's driver describes each card in a file of its own. */
export function nvidiaNames(folder = '/proc/driver/nvidia/gpus'): string[] {
  return list(folder).flatMap((gpu) => {
    const model = /^Model:\s*(.+)$/m.exec(read(`${folder}/${gpu}/information`))?.[1];
    return model === undefined ? [] : [model.startsWith('NVIDIA') ? model : `NVIDIA ${model}`];
  });
}

/** Other cards on Linux: the vendor and the numeric device id, which is what the kernel knows. */
export function linuxRenderNodes(folder = '/sys/class/drm'): string[] {
  return list(folder)
    .filter((entry) => entry.startsWith('renderD'))
    .flatMap((entry) => {
      const vendor = read(`${folder}/${entry}/device/vendor`).trim();
      const id = read(`${folder}/${entry}/device/device`).trim();
      const known = PCI_VENDORS[vendor];
      // NVIDIA's own driver names its cards better.
      if (known === undefined || vendor === '0x10de') return [];
      return [`${known} graphics (${id.replace('0x', 'device ')})`];
    });
}

/** @param json output of `system_profiler SPDisplaysDataType -json` */
export function parseSystemProfiler(json: string): string[] {
  try {
    const report = JSON.parse(json) as { SPDisplaysDataType?: readonly { sppci_model?: string }[] };
    return (report.SPDisplaysDataType ?? []).flatMap((card) => card.sppci_model ?? []);
  } catch {
    return [];
  }
}

async function outputLines(command: string, args: readonly string[]): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 10_000, windowsHide: true });
    return stdout.split(/\r?\n/).filter((line) => line.trim() !== '');
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
