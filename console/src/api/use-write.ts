import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { useAnnounce } from '../elements/announcer.tsx'
import { isOutdated } from './use-edited.ts'

interface Write<Sent, Answer> {
  write: (sent: Sent) => Promise<Answer>
  /** What readers hear when it is done. */
  said: string
  /** Keys of reads that are old then. */
  touches: readonly QueryKey[]
  /** Before the reads are made anew, so that nothing waits for them. */
  onDone?: (answer: Answer) => void
}

/** A change at the hub: afterwards it is said, and what it touches is read anew. */
export function useWrite<Sent = void, Answer = undefined>({ write, said, touches, onDone }: Write<Sent, Answer>) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const readAnew = async () => {
    await Promise.all(touches.map((queryKey) => queryClient.invalidateQueries({ queryKey })))
  }
  return useMutation({
    mutationFn: write,
    onSuccess: async (answer: Answer) => {
      announce(said)
      onDone?.(answer)
      await readAnew()
    },
    onError: async (error) => {
      if (isOutdated(error)) await readAnew()
    },
  })
}
