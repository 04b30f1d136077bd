/**
 * `npm run install:cuda`: fetches ONNX Runtime's NVIDIA libraries, which are too large for the npm registry. They
 * come from nuget.org, over the internet; everything else in Acutance is installed by `npm install` alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const platform = `${process.platform}/${process.arch}`;
if (platform !== 'linux/x64') {
  stop(
    `CUDA libraries exist for linux/x64; this is ${platform}.`,
    platform.startsWith('win32')
      ? 'On Windows use --device dml or --device webgpu: both are installed already.'
      : 'Use --device auto: it takes the fastest device that is installed.',
  );
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const script = join(packageFolder, 'script', 'install.js');
console.log('Fetching the NVIDIA libraries of ONNX Runtime from nuget.org (several hundred MB)...');
const result = spawnSync(process.execPath, [script, '--onnxruntime-node-install'], {
  stdio: ['ignore', 'inherit', 'pipe'],
  encoding: 'utf8',
});
const library = join(packageFolder, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
if (result.status !== 0 || !existsSync(library)) {
  const reason =
    /^.*(?:Error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED).*$/m.exec(result.stderr)?.[0] ?? 'unknown reason';
  stop(
    `The libraries could not be fetched: ${reason.trim()}`,
    'This step needs api.nuget.org. Without it every other device still works.',
  );
}
console.log('Installed. The CUDA 12 runtime and cuDNN 9 themselves come from NVIDIA or your distribution.');
console.log('`npx acutance devices` shows whether the card can be used.');

function stop(message: string, hint: string): never {
  console.error(`${message}\n${hint}`);
  process.exit(1);
}
