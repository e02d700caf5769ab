import type { Removal } from './gone-values.ts'

/** What one run read, and what became of it. Every attribute is sent or unmapped. */
export interface Counts {
  readonly events: number
  /** Files that could not be read. */
  readonly unread: number
  /** Parts of events that could not be read and may have held values. */
  readonly unreadParts: number
  readonly attributes: number
  readonly sent: number
  readonly unmapped: number
  /** Attributes sent that hold no indicator: names of files, and what is told with their event's report. */
  readonly describing: number
  /** Attributes sent that hold two indicators. */
  readonly pairs: number
  /** Object references not mapped; they are no attributes. */
  readonly references: number
}

/**
 * The run in one line. Attributes sent, and one more for each that holds two, less those that repeat or add, are the indicators.
 * Why nothing was deleted stands first, for a line that is too long is cut in its middle.
 * @param indicators as they were sent, after what belongs together was joined.
 * @param removal undefined where nothing was to be deleted.
 */
export function accountMessage(counts: Counts, indicators: number, removal: Removal | undefined): string {
  const { events, attributes, sent, unmapped, pairs, references } = counts
  const repeating = Math.max(0, sent + pairs - indicators)
  const kept = whyKept(counts, removal)
  // Beside the reason there is no room; the log has the sum in full.
  const aside =
    kept === undefined
      ? [
          ...(repeating > 0 ? [`${repeating} repeat a value, or add to a file or report`] : []),
          ...(pairs > 0 ? [`${pairs} hold two`] : []),
        ].join('; ')
      : ''
  return [
    ...(kept === undefined ? [] : [kept]),
    `${events} events, ${attributes} attributes: ${sent} sent as ${indicators} indicators${aside === '' ? '' : ` (${aside})`}, ${unmapped} not mapped`,
    ...(references > 0 ? [`${references} object references not mapped`] : []),
    ...(removal?.isAllowed === true ? [`${removal.gone} values gone`] : []),
  ].join('; ')
}

/** The same sum in full, for the log. */
export function accountLine({ sent, describing, pairs }: Counts, indicators: number): string {
  const values = sent - describing + pairs
  return `of ${sent} attributes sent, ${describing} describe a file or their event; the other ${sent - describing} hold ${values} values (${pairs} hold two), which are ${indicators} indicators: ${values - indicators} times the same value again or a hash joined to its file`
}

function whyKept({ unread, unreadParts }: Counts, removal: Removal | undefined): string | undefined {
  if (unread > 0) return `nothing deleted: ${unread} files could not be read`
  if (unreadParts > 0) return `nothing deleted: ${unreadParts} parts of events could not be read`
  if (removal === undefined || removal.isAllowed) return undefined
  const { gone, known, shareMax } = removal
  return `nothing deleted: ${gone} of ${known} values would go (removeGoneShareMax is ${shareMax}; 100 once allows it)`
}
