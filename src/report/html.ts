/** Markup that is safe to insert; every other value is escaped. */
export interface Html {
  readonly markup: string;
}

export type Part = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for an element or a quoted attribute; control characters that HTML forbids become U+FFFD. */
export const escape = (text: string): string =>
  text.replace(/[&<>"']/g, sign => entities[sign]!).replace(/[\0-\x08\v\f\x0e-\x1f]/g, '\ufffd');

export const raw = (markup: string): Html => ({ markup });

export const nothing = raw('');

function markupOf(part: Part): string {
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

/** html`<b>${text}</b>`: markup out of a template, whose values are escaped unless they are Html themselves. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  raw(strings.reduce((text, piece, i) => text + markupOf(parts[i - 1]!) + piece));

/** A whole document that neither runs scripts nor asks the network for anything. */
export const page = (title: string, style: string, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
