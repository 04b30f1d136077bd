/** Pages for people who come without the key: text only, no script, no file of ours. */

export const REFUSAL_STYLE = `
:root { color-scheme: dark light; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#f6f6f7, #17181a); color: light-dark(#1d1e20, #e7e8ea); }
main { max-width: 32rem; padding: 2rem; }
h1 { margin: 0 0 .75rem; font-size: 1.25rem; font-weight: 600; }
p { margin: 0 0 .75rem; }
code { font: .875em ui-monospace, monospace; }
a { color: light-dark(#0b5cad, #7db7f5); }
`;

/** The page of somebody whose browser has no key, or one that is too old. */
export const KEY_NEEDED = page(
  'This address needs its key',
  `<p>Acutance is running here, but this browser has not been let in. Open the whole address that Acutance printed
when it started: it ends in <code>?token=</code> and a long word.</p>
<p>If it printed a new address since, this page belongs to an earlier start.</p>`,
);

/** The page of somebody who followed a link of another site: the browser withholds the key on that way. */
export const FROM_ELSEWHERE = page(
  'You came from another site',
  `<p>Acutance does not open from the links of other sites.</p><p><a href="/">Open Acutance</a></p>`,
);

/** The page of an address under a name that is not this machine's own. */
export const WRONG_NAME = page(
  'Acutance does not answer to this name',
  `<p>Use <code>localhost</code> or <code>127.0.0.1</code>. From another machine, open an SSH tunnel and use the
address of its near end.</p>`,
);

function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Acutance: ${title}</title>
<style>${REFUSAL_STYLE}</style>
</head>
<body><main><h1>${title}</h1>${text}</main></body>
</html>
`;
}
