import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import { completeTql, quoteTql, type TqlCompletion, type TqlObject, type TqlOption } from '@postern/intel'
import { TqlSuggestions } from '@postern/protocol'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { plainText } from '../format/text-pieces.ts'

/** How long names are waited for before the words that are known are shown alone, in milliseconds. */
const namesWaitMs = 1500

/** Names that the hub gives at once: where there are so many there may be more. */
const namesMax = 50

/** What was asked for, and what the library has of it. */
interface KnownNames {
  asked: TqlNames
  names: readonly string[]
}

type TqlNames = NonNullable<TqlCompletion['names']>

/** Completion by the grammar, and by the names that the library keeps. */
export function tqlCompletion(object: TqlObject): CompletionSource {
  return async (context) => {
    const place = placeOf(context, object)
    if (place === undefined) return null
    const known = place.names && (await namesFor(place.names, context))
    return context.aborted ? null : resultOf(place, known, object)
  }
}

/** A place where nothing is written yet offers something when it is asked, or after a space or a parenthesis. */
function placeOf({ state, pos, explicit }: CompletionContext, object: TqlObject): TqlCompletion | undefined {
  const text = state.doc.toString()
  const place = completeTql(text, pos, object)
  return place.from === pos && !explicit && !/[\s(,]$/.test(text.slice(0, pos)) ? undefined : place
}

function resultOf(
  { from, to, options, names }: TqlCompletion,
  known: KnownNames | undefined,
  object: TqlObject,
): CompletionResult | null {
  const fitting = names && known ? namesBeginningWith(names.start, known) : []
  const offered = [...options.map(completionOf), ...fitting.map(nameCompletion)]
  if (offered.length === 0) return null
  return {
    from,
    to,
    options: offered,
    filter: false,
    // At once, wherever nothing has to be asked for: until offers are read anew they take no key.
    update: (_result, _from, _to, context) => {
      const place = placeOf(context, object)
      if (place === undefined || !knowsAll(known, place.names)) return null
      return resultOf(place, known, object)
    },
  }
}

/** Whether the names that fit now are among those that are known, since nothing was left out of what began as it does. */
function knowsAll(known: KnownNames | undefined, wanted: TqlNames | undefined): boolean {
  if (wanted === undefined) return true
  if (known === undefined || known.names.length >= namesMax) return false
  const { asked } = known
  return asked.object === wanted.object && asked.keyword === wanted.keyword && beginsWith(wanted.start, asked.start)
}

function namesBeginningWith(start: string, { asked, names }: KnownNames): readonly string[] {
  return start === asked.start ? names : names.filter((name) => beginsWith(name, start))
}

/** As the hub compares them. */
function beginsWith(name: string, start: string): boolean {
  return name.toLowerCase().startsWith(start.toLowerCase())
}

function completionOf({ text, kind, description }: TqlOption): Completion {
  return { label: text, type: kind, ...(description !== '' && { detail: description }) }
}

/** What names say is only text (S13). */
function nameCompletion(name: string): Completion {
  return { label: quoteTql(name), displayLabel: plainText(quoteTql(name)), type: 'value' }
}

/** Without an answer there are no names, and the rest is offered all the same. */
async function namesFor(asked: TqlNames, context: CompletionContext): Promise<KnownNames | undefined> {
  const gaveUp = new AbortController()
  context.addEventListener('abort', () => gaveUp.abort())
  try {
    const signal = AbortSignal.any([gaveUp.signal, AbortSignal.timeout(namesWaitMs)])
    return { asked, ...(await api(paths.tqlSuggestions, { query: { ...asked }, reply: TqlSuggestions, signal })) }
  } catch {
    return undefined
  }
}
