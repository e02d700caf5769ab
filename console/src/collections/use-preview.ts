import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { ApiProblem } from '../api/api.ts'
import { collectionQueries } from '../api/collection-queries.ts'
import { mistakeAt, tqlMistake } from '../tql/tql-mistake.ts'

/** Milliseconds of rest after which what was typed is previewed. */
const typingRestMs = 400

/** The preview of what is being written, and what is wrong with it: by the grammar at once, by the hub when it has looked. */
export function usePreview(tql: string, collectionId: string | undefined) {
  const [rested] = useDebouncedValue(tql, typingRestMs)
  const own = tqlMistake(tql)
  const isIdle = rested.trim() === '' || tqlMistake(rested) !== undefined
  const preview = useQuery({ ...collectionQueries.preview(rested, collectionId), enabled: !isIdle })
  const { error } = preview
  const isAbout = rested === tql && error instanceof ApiProblem && error.position !== undefined
  const mistake = own ?? (isAbout ? mistakeAt(tql, error.position ?? 0, error.detail) : undefined)
  return { preview, mistake, isIdle, isOld: rested !== tql || preview.isPlaceholderData }
}
