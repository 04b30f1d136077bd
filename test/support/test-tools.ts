/**
 * Programs that some tests use as independent witnesses. None is needed to use Acutance itself. A test that needs
 * one says so with `describe.skipIf(isMissing('ffmpeg'))`; what is skipped is counted and named after the run.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface TestTool {
  readonly name: ToolName;
  /** Programs that must be on the path; any one of a group is enough. */
  readonly programs: readonly (readonly string[])[];
  /** What the tests do with it, for the person who is asked to install it. */
  readonly purpose: string;
  readonly debianPackages: readonly string[];
  /** Commands that install it elsewhere. */
  readonly macCommand: string;
  readonly windowsCommand: string;
}

export type ToolName = 'ffmpeg' | 'chromium';

export const TEST_TOOLS: readonly TestTool[] = [
  {
    name: 'ffmpeg',
    programs: [['ffmpeg'], ['ffprobe']],
    purpose: 'an independent witness for decoded frames, timestamps and tags',
    debianPackages: ['ffmpeg'],
    macCommand: 'brew install ffmpeg',
    windowsCommand: 'winget install Gyan.FFmpeg',
  },
  {
    name: 'chromium',
    programs: [['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge']],
    purpose: 'WebGPU without a graphics card, through the software renderer that comes with it',
    debianPackages: ['chromium'],
    macCommand: 'brew install --cask google-chrome',
    windowsCommand: 'winget install Google.Chrome',
  },
];

/** Whether a tool cannot be used on this machine. */
export function isMissing(name: ToolName): boolean {
  const tool = TEST_TOOLS.find((candidate) => candidate.name === name);
  return tool === undefined || !isInstalled(tool);
}

export function isInstalled(tool: TestTool, environment: NodeJS.ProcessEnv = process.env): boolean {
  return tool.programs.every((alternatives) =>
    alternatives.some((program) => findProgram(program, environment) !== undefined),
  );
}

/** The command a person types to install some tools on the given platform. */
export function installCommands(tools: readonly TestTool[], platform: NodeJS.Platform): string[] {
  if (tools.length === 0) return [];
  if (platform === 'darwin') return tools.map((tool) => tool.macCommand);
  if (platform === 'win32') return tools.map((tool) => tool.windowsCommand);
  return [`sudo apt-get install --yes ${tools.flatMap((tool) => tool.debianPackages).join(' ')}`];
}

function findProgram(program: string, environment: NodeJS.ProcessEnv): string | undefined {
  const extensions = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const extension of extensions) {
      const path = join(folder, program + extension);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
