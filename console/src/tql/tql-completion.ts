import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import { completeTql, quoteTql, type TqlObject, type TqlOption } from '@postern/intel'
import { TqlSuggestions } from '@postern/protocol'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { plainText } from '../format/text-pieces.ts'

/** How long names are waited for before the words that are known are shown alone, in milliseconds. */
const namesWaitMs = 1500

/** Completion by the grammar, and by the names that the library keeps. */
export function tqlCompletion(object: TqlObject): CompletionSource {
  return async (context) => {
    const text = context.state.doc.toString()
    const { from, to, options, names } = completeTql(text, context.pos, object)
    // A place where nothing is written yet offers something when it is asked, or after a space or a parenthesis.
    const isAtGap = from === context.pos
    if (isAtGap && !context.explicit && !/[\s(,]$/.test(text.slice(0, context.pos))) return null
    const known = names === undefined ? [] : await namesFor(names, context)
    if (context.aborted) return null
    const offered = [...options.map(completionOf), ...known.map(nameCompletion)]
    return offered.length === 0 ? null : resultOf(from, to, offered)
  }
}

function resultOf(from: number, to: number, options: Completion[]): CompletionResult {
  return { from, to, options, filter: false }
}

function completionOf({ text, kind, description }: TqlOption): Completion {
  return { label: text, type: kind, ...(description !== '' && { detail: description }) }
}

/** What names say is only text (S13). */
function nameCompletion(name: string): Completion {
  return { label: quoteTql(name), displayLabel: plainText(quoteTql(name)), type: 'value' }
}

/** Without an answer there are no names, and the rest is offered all the same. */
async function namesFor(names: { object: string; keyword: string; start: string }, context: CompletionContext) {
  const gaveUp = new AbortController()
  context.addEventListener('abort', () => gaveUp.abort())
  try {
    const signal = AbortSignal.any([gaveUp.signal, AbortSignal.timeout(namesWaitMs)])
    return (await api(paths.tqlSuggestions, { query: { ...names }, reply: TqlSuggestions, signal })).names
  } catch {
    return []
  }
}
