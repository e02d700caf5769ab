/** One thing that a mail says: what it is about, a sentence, and where the console shows it. */
export type MailItem = { sentence: string; link: string; at: Date }

export type MailWords = { subject: string; text: string; html: string }

/**
 * Plain text, and the same as simple HTML. Names are of people who are not the reader: whatever they hold, it stays text.
 *
 * @param rest how many items are not listed
 * @param more where all of them are shown
 */
export function mailWords(
  subject: string,
  items: readonly MailItem[],
  { rest, more, why }: { rest: number; more: string; why: string },
): MailWords {
  const left = rest === 0 ? '' : `And ${rest} more.`
  const text = [
    ...items.map(({ sentence, link, at }) => `${oneLine(sentence)}\n${shownAt(at)}\n${link}`),
    ...(left === '' ? [] : [left]),
    `--\n${why}\n${more}`,
  ].join('\n\n')
  const rows = items.map(
    ({ sentence, link, at }) =>
      `<p><a href="${escaped(link)}">${escaped(oneLine(sentence))}</a><br><small>${shownAt(at)}</small></p>`,
  )
  const end = `<hr><p><small>${escaped(why)} <a href="${escaped(more)}">${escaped(more)}</a></small></p>`
  const html = `<!doctype html><html><body>${rows.join('')}${left === '' ? '' : `<p>${left}</p>`}${end}</body></html>`
  return { subject: oneLine(subject), text: `${text}\n`, html }
}

/** As the console shows a moment, in UTC: a mail does not know where it is read. */
export function shownAt(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A line break in a name would begin another line of a mail's head, or a sentence that nobody said. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
