/** Kinds of files that Acutance opens, by the extension of their names; the installers associate the same ones. */
export const VIDEO_EXTENSIONS = [
  ...['mp4', 'm4v', 'mov', 'mkv', 'webm', 'avi', 'mxf', 'mts', 'm2ts', 'ts'],
  ...['mpg', 'mpeg', 'wmv', 'flv', '3gp', 'ogv', 'y4m', 'gif'],
] as const;
