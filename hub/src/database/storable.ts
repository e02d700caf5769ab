/** A text as PostgreSQL's text keeps it, which holds neither U+0000 nor half characters: there it has U+FFFD. */
export function storable(text: string): string {
  return text.includes('\0') || !text.isWellFormed() ? text.toWellFormed().replaceAll('\0', '\ufffd') : text
}
