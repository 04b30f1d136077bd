import { Hono } from 'hono';
import { catalogueRoutes } from './catalogue.ts';
import { clipRoutes } from './clips.ts';
import { cutRoutes } from './cuts.ts';
import { folderRoutes } from './folders.ts';
import { frameRoutes } from './frames.ts';
import { jobRoutes } from './jobs.ts';
import { lookRoutes } from './looks.ts';
import { type MountOptions, mountEndpoints } from './mount.ts';
import type { PageFiles } from './page-files.ts';
import { HttpProblem, problemResponse, responseToFailure } from './problem-response.ts';
import { withSecurityHeaders } from './security-headers.ts';
import type { Services } from './services.ts';
import { sessionRoutes } from './session.ts';
import { soundAndFileRoutes } from './sound-and-file.ts';
import { weightRoutes } from './weights.ts';

/** One function that answers every request: the endpoints, then the files of the page. It never throws. */
export function createRoutes(
  services: Services,
  page: Pick<PageFiles, 'respond'>,
  options: MountOptions,
): (request: Request) => Promise<Response> {
  const routes = new Hono();
  mountEndpoints(
    routes,
    {
      ...sessionRoutes(services),
      ...clipRoutes(services),
      ...cutRoutes(services),
      ...frameRoutes(services),
      ...jobRoutes(services),
      ...lookRoutes(services),
      ...folderRoutes(services),
      ...catalogueRoutes(services),
      ...soundAndFileRoutes(services),
      ...weightRoutes(services),
    },
    options,
  );
  routes.on(['GET', 'HEAD'], '*', ({ req }) => page.respond(req.raw));
  routes.notFound(({ req }) =>
    problemResponse(new HttpProblem('not-found', `There is nothing at ${req.path}.`)),
  );
  routes.onError((thrown, { req }) => responseToFailure(thrown, req.raw, options.logger));
  return async (request) => withSecurityHeaders(await routes.fetch(request));
}
