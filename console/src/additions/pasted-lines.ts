import { type IndicatorType, type LineMend, type LineMending, readIndicatorLine } from '@postern/intel'

/** A pasted text, read: each line is an indicator, or is told with the reason why it is none. */
export interface PastedLines {
  indicators: readonly { type: IndicatorType; value: string }[]
  refused: readonly { line: number; reason: string }[]
  /** How many of the indicators are not as they were written, by what was done. */
  mended: Readonly<Record<LineMend, number>>
}

/** Lines of one text at most; the command line takes files of any length. */
export const pastedLinesMax = 100_000

/** @param type of every line; told from each value where it is undefined */
export function readPasted(text: string, type: IndicatorType | undefined, mending: LineMending): PastedLines {
  const indicators: { type: IndicatorType; value: string }[] = []
  const refused: { line: number; reason: string }[] = []
  const mended: Record<LineMend, number> = { port: 0, scheme: 0 }
  for (const [index, line] of text.split(/\r?\n/).slice(0, pastedLinesMax).entries()) {
    const read = readIndicatorLine(line, type, mending)
    if (read?.ok === true) {
      indicators.push({ type: read.type, value: read.value })
      if (read.mended !== undefined) mended[read.mended] += 1
    } else if (read) refused.push({ line: index + 1, reason: read.reason })
  }
  return { indicators, refused, mended }
}
