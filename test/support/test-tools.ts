/**
 * Programs that some tests use as independent witnesses. None is needed to use Acutance itself. A test that needs
 * one says so with `describe.skipIf(isMissing('ffmpeg'))`; what is skipped is counted and named after the run.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface TestTool {
  readonly name: ToolName;
  /** Programs that must be on the path. */
  readonly programs: readonly string[];
  /** Files of which one must exist. */
  readonly files?: readonly string[];
  /** What the tests do with it, for the person who is asked to install it. */
  readonly purpose: string;
  readonly debianPackages: readonly string[];
  /** Commands that install it elsewhere. */
  readonly macCommand: string;
  readonly windowsCommand: string;
}

export type ToolName = 'ffmpeg' | 'swiftshader' | 'chromium';

export const TEST_TOOLS: readonly TestTool[] = [
  {
    name: 'ffmpeg',
    programs: ['ffmpeg', 'ffprobe'],
    purpose: 'an independent witness for decoded frames, timestamps and tags',
    debianPackages: ['ffmpeg'],
    macCommand: 'brew install ffmpeg',
    windowsCommand: 'winget install Gyan.FFmpeg',
  },
  {
    name: 'chromium',
    programs: [],
    files: [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    ],
    purpose: 'the browser that the end-to-end tests use the application in',
    debianPackages: ['chromium'],
    macCommand: 'brew install --cask google-chrome',
    windowsCommand: 'winget install Google.Chrome',
  },
  // Elsewhere WebGPU comes with the system.
  ...(process.platform === 'linux'
    ? [
        {
          name: 'swiftshader' as const,
          programs: [],
          files: [
            '/usr/lib/chromium/vk_swiftshader_icd.json',
            '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
            '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
            '/opt/google/chrome/vk_swiftshader_icd.json',
          ],
          purpose: 'WebGPU without a graphics card: the software renderer inside Chromium',
          debianPackages: ['chromium', 'libvulkan1'],
          macCommand: '',
          windowsCommand: '',
        },
      ]
    : []),
];

/** Whether tests that need a tool have to be skipped; never so where the platform has no need of it. */
export function isMissing(name: ToolName): boolean {
  const tool = TEST_TOOLS.find((candidate) => candidate.name === name);
  return tool !== undefined && !isInstalled(tool);
}

/** The file of a tool that is found by files, where it is installed. */
export function fileOf(name: ToolName): string | undefined {
  return TEST_TOOLS.find((tool) => tool.name === name)?.files?.find((file) => existsSync(file));
}

export function isInstalled(tool: TestTool, environment: NodeJS.ProcessEnv = process.env): boolean {
  return (
    tool.programs.every((program) => findProgram(program, environment) !== undefined) &&
    (tool.files === undefined || tool.files.some((file) => existsSync(file)))
  );
}

/**
 * Environment that lets WebGPU run on a machine without a graphics card: the software renderer is offered to the
 * Vulkan loader beside the drivers of the system. Empty where the renderer is not installed.
 */
export function softwareGraphicsEnvironment(): Record<string, string> {
  const driver = fileOf('swiftshader');
  return driver === undefined ? {} : { VK_ADD_DRIVER_FILES: driver };
}

/** The command a person types to install some tools on the given platform. */
export function installCommands(tools: readonly TestTool[], platform: NodeJS.Platform): string[] {
  if (tools.length === 0) return [];
  if (platform === 'darwin') return tools.map((tool) => tool.macCommand);
  if (platform === 'win32') return tools.map((tool) => tool.windowsCommand);
  const packages = new Set(tools.flatMap((tool) => tool.debianPackages));
  return [`sudo apt-get install --yes ${[...packages].join(' ')}`];
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
