/** Whether the asker has it already: `If-None-Match` names the tag, in strong or weak form. */
export function isKnown(request: Request, etag: string): boolean {
  const known = request.headers.get('if-none-match');
  if (known === null) return false;
  return known.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}

/** What an address that names its content by hash says about caching. */
export const FOR_EVER = 'private, max-age=31536000, immutable';
