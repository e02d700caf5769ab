import { Job, type UpdateJob } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/api.ts'
import { jobKeys, jobQueries } from '../api/job-queries.ts'
import { paths } from '../api/paths.ts'
import { useAnnounce } from '../elements/announcer.tsx'

/** Changes a job; the page shows the hub's answer, not what was typed. */
export function useUpdateJob(jobId: string, { said, onDone }: { said: string; onDone: () => void }) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  return useMutation({
    mutationFn: (body: UpdateJob) => api(paths.job(jobId), { method: 'PATCH', body, reply: Job }),
    onSuccess: async (job) => {
      queryClient.setQueryData(jobQueries.one(jobId).queryKey, job)
      announce(said)
      onDone()
      await queryClient.invalidateQueries({ queryKey: jobKeys.lists })
    },
  })
}
